import type { GateTable, GateVerdict } from '@leeway/contract';
import {
  assessFairness,
  assessRegressionFairness,
  bootstrapInterval,
  type ClassificationCounts,
  classificationMeasures,
  type FairnessGroup,
  type MeasureResult,
  type RegressionCounts,
  regressionMeasures,
} from '@leeway/stats';
import { daysOf } from './compare.ts';
import { type ConfigOf, defineGate, type Evidence, type Said } from './gate.ts';
import { gateResult } from './gate-result.ts';
import { chooseRows, groupRows } from './rows.ts';
import { figure, signed } from './words.ts';

/** How alike groups of people are treated: limits, and change from the champion. */
export const fairness = defineGate<'fairness'>({
  type: 'fairness',
  phase: 'numbers',
  columns: ({ column }) => [column],
  judge(gate, evidence) {
    const metric = `${gate.measure} by ${gate.column}`;
    const rows = chooseRows(evidence, gate);
    const open = (reason: string, n = 0, tables: GateTable[] = []) =>
      gateResult(gate, { metric, verdict: 'inconclusive', reason, n, tables });
    if (rows === 'no_old_regime') return open(rows);
    const n = rows.labels.length;
    if (n < evidence.minimumRows) return open('too_few_rows', n);
    const column = rows.columns.get(gate.column);
    if (!column) return open('no_such_column', n);
    if (rows.task === 'multiclass') return open('not_for_this_task', n);
    const groups = groupRows(column);
    const challenger = assess(rows, rows.challenger, groups, gate);
    const champion = rows.champion && assess(rows, rows.champion, groups, gate);
    if (!challenger) return open('unknown_metric', n);
    const tables = [tableOf(groups, challenger, champion ?? null)];
    const { difference, ratio } = challenger;
    if (difference.value === null) return open('too_few_groups', n, tables);

    const parts: { what: string; verdict: GateVerdict; reason: string }[] = [];
    const judged = (ok: boolean) =>
      ok
        ? ({ verdict: 'pass', reason: 'meets_threshold' } as const)
        : ({ verdict: 'fail', reason: 'misses_threshold' } as const);
    if (gate.difference !== undefined) {
      const value = gate.use === 'bound' ? (difference.upper ?? Infinity) : difference.value;
      parts.push({ what: `difference at most ${figure(gate.difference)}`, ...judged(value <= gate.difference) });
    }
    if (gate.ratio !== undefined) {
      const value = gate.use === 'bound' ? ratio?.lower : ratio?.value;
      const what = `ratio at least ${figure(gate.ratio)}`;
      if (value === null || value === undefined) parts.push({ what, verdict: 'inconclusive', reason: 'no_ratio' });
      else parts.push({ what, ...judged(value >= gate.ratio) });
    }
    const change = gate.margin === undefined ? null : changeOf(gate, rows, groups, [challenger, champion ?? null]);
    if (change) parts.push({ what: 'change from the champion', ...change.judged });
    const told =
      parts.find(({ verdict }) => verdict === 'fail') ??
      parts.find(({ verdict, reason }) => verdict === 'inconclusive' && reason !== 'no_champion') ??
      parts.find(({ verdict }) => verdict === 'inconclusive') ??
      parts[0]!;
    return gateResult(gate, {
      ...{
        metric,
        n,
        tables,
        verdict: told.verdict,
        reason: told.reason,
        confidence: gate.confidence,
        better: 'lower',
      },
      ...{ challenger: difference.value, champion: champion?.difference.value ?? null, limit: gate.difference ?? null },
      difference: change?.difference ?? null,
      lower: change ? change.lower : difference.lower,
      upper: change ? change.upper : difference.upper,
      margin: gate.margin ?? null,
      statement: `largest difference of ${metric} ${figure(difference.value)} (${challenger.lowest} lowest, ${challenger.highest} highest)${change?.difference == null ? '' : `, ${signed(change.difference)} from the champion`}; ${parts.map(({ what, verdict }) => `${what}: ${verdict}`).join(', ')}`,
    });
  },
});

type Groups = ReadonlyMap<string, readonly number[]>;

function assess(rows: Evidence, said: Said, groups: Groups, { measure, minimumRows }: ConfigOf<'fairness'>) {
  const options = { minimumRows };
  if (rows.task === 'regression') {
    const counted = [...groups].map(([group, members]) => ({ group, counts: countErrors(rows, said, members) }));
    return assessRegressionFairness(counted, options).measures[measure];
  }
  const counted = [...groups].map(([group, members]) => ({ group, counts: countRows(rows, said, members) }));
  return assessFairness(counted, options).measures[measure];
}

/** What a row adds, times how often it counts. */
function countRows(
  { labels }: Evidence,
  { predicted, scores }: Said,
  members: readonly number[],
  times?: Int32Array,
): ClassificationCounts {
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0, scored: 0, sumGap: 0, sumSquaredGap: 0 };
  for (const row of members) {
    const weight = times ? times[row]! : 1;
    const positive = labels[row]! > 0;
    counts[predicted[row]! > 0 ? (positive ? 'tp' : 'fp') : positive ? 'fn' : 'tn'] += weight;
    if (!scores) continue;
    const gap = scores[row]! - (positive ? 1 : 0);
    counts.scored += weight;
    counts.sumGap += weight * gap;
    counts.sumSquaredGap += weight * gap * gap;
  }
  return counts;
}

function countErrors(
  { labels }: Evidence,
  { predicted }: Said,
  members: readonly number[],
  times?: Int32Array,
): RegressionCounts {
  const counts = {
    ...{ n: 0, sumError: 0, sumAbsError: 0, sumSquaredError: 0, sumFourthPowerError: 0 },
    ...{ sumPrediction: 0, sumSquaredPrediction: 0 },
  };
  for (const row of members) {
    const weight = times ? times[row]! : 1;
    const error = predicted[row]! - labels[row]!;
    counts.n += weight;
    counts.sumError += weight * error;
    counts.sumAbsError += weight * Math.abs(error);
    counts.sumSquaredError += weight * error ** 2;
    counts.sumFourthPowerError += weight * error ** 4;
    counts.sumPrediction += weight * predicted[row]!;
    counts.sumSquaredPrediction += weight * predicted[row]! ** 2;
  }
  return counts;
}

/** The change of the largest difference, over draws of days or rows, between the groups that are large enough. */
function changeOf(
  gate: ConfigOf<'fairness'>,
  rows: Evidence,
  groups: Groups,
  [challenger, champion]: [MeasureResult, MeasureResult | null],
) {
  const nothing = { difference: null, lower: null, upper: null };
  const open = (reason: string) => ({ ...nothing, judged: { verdict: 'inconclusive' as const, reason } });
  if (rows.withoutChampion) return open(rows.withoutChampion);
  if (!champion || champion.difference.value === null || challenger.difference.value === null)
    return open('too_few_groups');
  const left = new Set([...challenger.excluded, ...champion.excluded].map(({ group }) => group));
  const kept = [...groups].filter(([group]) => !left.has(group));
  const largest = (said: Said) => (times: Int32Array) => {
    const values = kept.map(([group, members]) => groupValue(gate.measure, rows, said, { group, members, times }));
    return Math.max(...values) - Math.min(...values);
  };
  const [first, second] = [largest(rows.champion!), largest(rows.challenger)];
  const days = daysOf(rows.times);
  const found = bootstrapInterval(rows.labels.length, (times) => second(times) - first(times), {
    ...{ draws: gate.draws, confidence: gate.confidence, seed: rows.seed },
    resampling: new Set(days).size >= 5 ? { of: 'units', unit: days } : { of: 'rows' },
  });
  if (found.lower === null || found.upper === null) return open(found.reason);
  const { lower, upper } = found;
  const difference = challenger.difference.value - champion.difference.value;
  const margin = gate.margin!;
  const judged =
    upper <= margin
      ? ({ verdict: 'pass', reason: 'above_margin' } as const)
      : lower > margin
        ? ({ verdict: 'fail', reason: 'below_margin' } as const)
        : ({ verdict: 'inconclusive', reason: 'interval_holds_margin' } as const);
  return { difference, lower, upper, judged };
}

function groupValue(
  id: string,
  rows: Evidence,
  said: Said,
  { group, members, times }: { group: string; members: readonly number[]; times: Int32Array },
): number {
  const compute = <C>(
    measures: readonly { id: string; compute(group: FairnessGroup<C>, c: number): { value: number | null } }[],
    counts: C,
  ) => measures.find((measure) => measure.id === id)!.compute({ group, counts }, 0.95).value ?? Number.NaN;
  return rows.task === 'regression'
    ? compute(regressionMeasures, countErrors(rows, said, members, times))
    : compute(classificationMeasures, countRows(rows, said, members, times));
}

function tableOf(groups: Groups, challenger: MeasureResult, champion: MeasureResult | null): GateTable {
  const why = new Map(challenger.excluded.map(({ group, reason }) => [group, reason.replaceAll('_', ' ')]));
  return {
    title: 'Groups',
    columns: ['group', 'rows', 'champion', 'challenger', 'lower', 'upper', 'left out'],
    rows: [...groups].map(([group, members]) => {
      const found = challenger.groups[group];
      return [
        ...[group, members.length, champion?.groups[group]?.value ?? null],
        ...[found?.value ?? null, found?.lower ?? null, found?.upper ?? null, why.get(group) ?? null],
      ];
    }),
  };
}
