import { defineGate } from './gate.ts';
import { gateResult } from './gate-result.ts';
import { measure } from './metrics.ts';
import { chooseRows } from './rows.ts';
import { figure } from './words.ts';

/** The challenger alone, against a number. */
export const threshold = defineGate<'threshold'>({
  type: 'threshold',
  phase: 'numbers',
  columns: ({ slice = {} }) => Object.keys(slice),
  judge(gate, evidence) {
    const rows = chooseRows(evidence, gate);
    const open = (reason: string, n = 0) =>
      gateResult(gate, { metric: gate.metric, verdict: 'inconclusive', reason, n });
    if (rows === 'no_old_regime') return open(rows);
    const n = rows.labels.length;
    if (n < (gate.minimumRows ?? evidence.minimumRows)) return open('too_few_rows', n);
    const found = measure(rows, rows.challenger)[gate.metric];
    if (!found) return open('unknown_metric', n);
    const champion = rows.champion ? (measure(rows, rows.champion)[gate.metric]?.value ?? null) : null;
    const { above, below, use } = gate;
    const base = {
      ...{ metric: gate.metric, champion, challenger: found.value, lower: found.lower, upper: found.upper, n: found.n },
      ...{ confidence: 0.95, limit: above ?? below ?? null },
    };
    const value = use === 'value' ? found.value : found[use];
    if (value === null || found.reason === 'insufficient') {
      return gateResult(gate, { ...base, verdict: 'inconclusive', reason: found.reason ?? 'no_data' });
    }
    if (above === undefined && below === undefined) {
      return gateResult(gate, { ...base, verdict: 'inconclusive', reason: 'no_threshold' });
    }
    const passes = value > (above ?? -Infinity) && value < (below ?? Infinity);
    const asked = [
      above === undefined ? '' : `above ${figure(above)}`,
      below === undefined ? '' : `below ${figure(below)}`,
    ];
    const told = use === 'value' ? '' : `, its ${use} bound ${figure(value)}`;
    return gateResult(gate, {
      ...base,
      verdict: passes ? 'pass' : 'fail',
      reason: passes ? 'meets_threshold' : 'misses_threshold',
      statement: `${gate.metric} ${figure(found.value)}${told}; asked was ${asked.filter(Boolean).join(' and ')}`,
    });
  },
});
