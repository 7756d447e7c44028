import type { GateTable, GateVerdict } from '@leeway/contract';
import { type CalibrationLine, calibrationLine, type MetricEstimate } from '@leeway/stats';
import { judgeComparison } from './compare.ts';
import { type ConfigOf, defineGate, type Evidence } from './gate.ts';
import { gateResult } from './gate-result.ts';
import { measure } from './metrics.ts';
import { chooseRows } from './rows.ts';
import { figure } from './words.ts';

interface Part {
  what: string;
  verdict: GateVerdict;
  reason: string;
}

/** Whether scores are probabilities: the error of bins, its change, and the line of the log-odds. All that is asked must hold. */
export const calibration = defineGate<'calibration'>({
  type: 'calibration',
  phase: 'numbers',
  judge(gate, evidence) {
    const { metric } = gate;
    const rows = chooseRows(evidence, gate);
    const open = (reason: string, n = 0) => gateResult(gate, { metric, verdict: 'inconclusive', reason, n });
    if (rows === 'no_old_regime') return open(rows);
    const n = rows.labels.length;
    if (n < (gate.minimumRows ?? evidence.minimumRows)) return open('too_few_rows', n);
    const { scores } = rows.challenger;
    if (rows.task !== 'binary' || !scores) return open('no_scores', n);

    const error = measure(rows, rows.challenger)[metric]!;
    const line = calibrationLine(rows.labels, scores, gate.confidence);
    const change = gate.margin === undefined ? null : compared(gate, rows);
    const parts = [...limitParts(gate, error, line)];
    if (change) parts.push({ what: 'change from the champion', verdict: change.verdict, reason: change.reason });
    const worst =
      parts.find(({ verdict }) => verdict === 'fail') ??
      parts.find(({ verdict, reason }) => verdict === 'inconclusive' && reason !== 'no_champion') ??
      parts.find(({ verdict }) => verdict === 'inconclusive');
    const told = worst ?? parts[0]!;
    return gateResult(gate, {
      ...(change ?? { champion: null, difference: null, lower: error.lower, upper: error.upper }),
      ...{ metric, challenger: error.value, n: error.n, confidence: gate.confidence, limit: gate.below ?? null },
      tables: [tableOf(error, line)],
      verdict: told.verdict,
      reason: told.reason,
      statement: `${metric} ${figure(error.value)}, slope ${figure(line.slope.value)}, intercept ${figure(line.intercept.value)}; ${parts.map(({ what, verdict }) => `${what}: ${verdict}`).join(', ')}`,
    });
  },
});

function compared(gate: ConfigOf<'calibration'>, rows: Evidence) {
  const { metric, draws, confidence, margin = 0 } = gate;
  const asked = {
    metric,
    draws,
    confidence,
    margin,
    form: 'non_inferiority',
    test: 'bootstrap',
    resample: 'auto',
  } as const;
  const {
    type: _type,
    name: _name,
    tables: _tables,
    ...result
  } = judgeComparison({ ...asked, type: 'calibration', horizon: 1, regime: 'all' }, rows).result;
  return result;
}

function limitParts(gate: ConfigOf<'calibration'>, error: MetricEstimate, line: CalibrationLine): Part[] {
  const parts: Part[] = [];
  if (gate.below !== undefined) {
    const verdict = error.value === null ? 'inconclusive' : error.value < gate.below ? 'pass' : 'fail';
    const reason = { pass: 'meets_threshold', fail: 'misses_threshold', inconclusive: error.reason ?? 'no_data' }[
      verdict
    ];
    parts.push({ what: `error below ${figure(gate.below)}`, verdict, reason });
  }
  for (const [name, right] of [
    ['slope', 1],
    ['intercept', 0],
  ] as const) {
    const limit = gate[name];
    if (limit === undefined) continue;
    parts.push({ what: `${name} within ${figure(limit)} of ${right}`, ...nearTo(line[name], right, limit) });
  }
  return parts;
}

/** A value outside that may lie inside is not shown to be wrong. */
function nearTo({ value, lower, upper, reason }: MetricEstimate, right: number, limit: number): Omit<Part, 'what'> {
  if (value === null || lower === null || upper === null)
    return { verdict: 'inconclusive', reason: reason ?? 'no_data' };
  if (Math.abs(value - right) <= limit) return { verdict: 'pass', reason: 'meets_threshold' };
  const outside = lower > right + limit || upper < right - limit;
  return outside
    ? { verdict: 'fail', reason: 'misses_threshold' }
    : { verdict: 'inconclusive', reason: 'interval_holds_limit' };
}

const tableOf = (error: MetricEstimate, { slope, intercept }: CalibrationLine): GateTable => ({
  title: 'Calibration of the challenger',
  columns: ['', 'value', 'lower', 'upper'],
  rows: [
    ['error', error.value, error.lower, error.upper],
    ['slope of the log-odds', slope.value, slope.lower, slope.upper],
    ['intercept of the log-odds', intercept.value, intercept.lower, intercept.upper],
  ],
});
