import type { MeasurementStatus } from '@leeway/contract';
import { type ColumnJudgement, driftTest, judgeDataset } from '@leeway/stats';
import { type Check, type Finding, type Scope, sliceValues } from '../check.ts';
import { type Summaries, summarizeWindow } from '../summaries.ts';

/** How far each column, and the whole, lies from the reference. */
export const drift: Check = {
  name: 'drift',
  phase: 'closed',
  async measure(scope) {
    const { reference, monitor } = scope;
    if (!reference)
      return [{ metric: 'drift.share', value: null, n: 0, status: 'no_data', reason: 'there is no reference yet' }];
    const window = await summarizeWindow(scope);
    const slices = monitor.slices.flatMap((column) => sliceValues(scope, column).map((value) => `${column}=${value}`));
    return ['', ...slices].flatMap((slice) => judgeSlice(scope, slice, window));
  },
};

function judgeSlice({ model, monitor, reference }: Scope, slice: string, window: Summaries): Finding[] {
  const comparisons = [];
  for (const [column, current] of window.get(slice) ?? []) {
    const before = reference!.summaries.get(slice)?.get(column);
    const feature = model.columns.features[column];
    if (!before || feature?.drift === false) continue;
    comparisons.push({
      column,
      kind: before.kind,
      reference: before,
      current,
      test: feature?.test ? [feature.test, ...monitor.drift.tests] : monitor.drift.tests,
      ...(feature?.threshold === undefined ? {} : { threshold: feature.threshold }),
    });
  }
  if (comparisons.length === 0) return [];
  const judged = judgeDataset(comparisons, {
    shareThreshold: monitor.drift.share,
    correction: monitor.drift.correction,
  });
  const rows = new Map(comparisons.map(({ column, current }) => [column, current.count + current.missing]));
  const findings = judged.columns.flatMap((column) =>
    columnFindings(column, slice, rows.get(column.column) ?? 0, monitor.minimumRows),
  );
  // A slice is looked into for the cause; the verdict over all columns is about the whole.
  if (slice !== '') return findings.filter((finding) => finding.metric === 'drift.score');
  const drifted = judged.columns.filter((column) => column.drifted);
  findings.push({
    metric: 'drift.share',
    value: judged.share,
    n: judged.judged,
    threshold: judged.threshold,
    status: judged.verdict === 'insufficient' ? 'insufficient' : 'ok',
    reason: judged.verdict,
    detail: { drifted: drifted.map((column) => column.column) },
  });
  return findings;
}

function columnFindings(
  column: ColumnJudgement & { column: string },
  slice: string,
  rows: number,
  minimumRows: number,
): Finding[] {
  const { test, statistic, pValue, adjustedPValue, effect, threshold, results } = column;
  const tooFew = rows < minimumRows;
  const drifted = tooFew ? null : column.drifted;
  const status: MeasurementStatus = rows === 0 ? 'no_data' : drifted === null ? 'insufficient' : 'ok';
  const reason = tooFew ? `${rows} rows, and the monitor wants ${minimumRows}` : (column.reason ?? '');
  const about = { column: column.column, slice, n: rows };
  return [
    {
      ...about,
      metric: 'drift.score',
      value: scoreOf(column),
      threshold: 1,
      status,
      reason,
      detail: { test, statistic, threshold, p_value: pValue, adjusted_p_value: adjustedPValue, effect, drifted },
    },
    ...results.map((result) => ({
      ...about,
      metric: `drift.${result.test}`,
      value: result.statistic,
      ...(result.test === test ? { threshold } : {}),
      status: result.statistic === null ? 'no_data' : status,
      reason: result.reason ?? '',
      detail: { p_value: result.pValue, effect: result.effect },
    })),
  ];
}

/**
 * How near a column is to being judged as drifted, the same for every test: 1 or more is a drift. It is the effect over the
 * limit that it has to reach, and stays below 1 where the difference is not significant.
 */
export function scoreOf({ test, drifted, effect, threshold }: ColumnJudgement): number | null {
  if (effect === null) return null;
  const { decidesBy, minimumEffect } = driftTest(test);
  const limit = decidesBy === 'distance' ? threshold : (minimumEffect ?? 0);
  const ratio = limit > 0 ? effect / limit : 0;
  if (drifted) return Math.max(1, ratio);
  return drifted === false ? Math.min(ratio, 0.999) : ratio;
}
