import type { MeasurementStatus } from '@leeway/contract';
import {
  type ColumnComparison,
  type ColumnJudgement,
  datasetVerdict,
  driftTest,
  type FamilyOptions,
  judgeColumn,
  judgeFamily,
} from '@leeway/stats';
import { type Check, type Finding, type Scope, sliceValues } from '../check.ts';
import { levelDetail, levelOf } from '../false-alarms.ts';
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
    const level = await levelOf(scope);
    const judged = judge(
      ['', ...slices].flatMap((slice) => comparisonsOf(scope, slice, window)),
      { correction: monitor.drift.correction, alpha: level.level },
      monitor.minimumRows,
    );
    // A slice is looked into for the cause; the verdict over all columns is about the whole.
    const findings = judged.flatMap((column) =>
      columnFindings(column, level.level).filter(({ metric }) => column.slice === '' || metric === 'drift.score'),
    );
    const whole = judged.filter(({ slice }) => slice === '');
    if (whole.length === 0) return findings;
    const { verdict, share, threshold, judged: n } = datasetVerdict(whole, monitor.drift.share);
    const drifted = whole.filter((column) => column.drifted).map(({ column }) => column);
    findings.push({
      metric: 'drift.share',
      value: share,
      n,
      threshold,
      status: verdict === 'insufficient' ? 'insufficient' : 'ok',
      reason: verdict,
      detail: { drifted, ...levelDetail(level, judged) },
    });
    return findings;
  },
};

interface Comparison extends ColumnComparison {
  column: string;
  slice: string;
  rows: number;
}
type Judged = Omit<ColumnJudgement, 'reason'> & Pick<Comparison, 'column' | 'slice' | 'rows'> & { reason?: string };

function comparisonsOf({ model, monitor, reference }: Scope, slice: string, window: Summaries): Comparison[] {
  return [...(window.get(slice) ?? [])].flatMap(([column, current]) => {
    const before = reference!.summaries.get(slice)?.get(column);
    const feature = model.columns.features[column];
    if (!before || feature?.drift === false) return [];
    return {
      ...{ column, slice, kind: before.kind, reference: before, current, rows: current.count + current.missing },
      test: feature?.test ? [feature.test, ...monitor.drift.tests] : monitor.drift.tests,
      ...(feature?.threshold === undefined ? {} : { threshold: feature.threshold }),
    };
  });
}

/** Judges all columns and slices of a window as one family of tests. Those with too few rows are measured, and not judged. */
function judge(comparisons: readonly Comparison[], family: FamilyOptions, minimumRows: number): Judged[] {
  const enough = comparisons.filter(({ rows }) => rows >= minimumRows);
  const judgements = new Map(judgeFamily(enough, family).map((judgement, i) => [enough[i]!, judgement]));
  return comparisons.map((comparison): Judged => {
    const { column, slice, rows } = comparison;
    const judgement = judgements.get(comparison);
    if (judgement) return { ...judgement, column, slice, rows };
    const reason = `${rows} rows, and the monitor wants ${minimumRows}`;
    return { ...judgeColumn(comparison), column, slice, rows, drifted: null, reason };
  });
}

function columnFindings(judged: Judged, level: number): Finding[] {
  const { test, statistic, pValue, adjustedPValue, effect, threshold, drifted, results, rows } = judged;
  const status: MeasurementStatus = rows === 0 ? 'no_data' : drifted === null ? 'insufficient' : 'ok';
  const about = { column: judged.column, slice: judged.slice, n: rows };
  return [
    {
      ...about,
      metric: 'drift.score',
      value: scoreOf(judged),
      threshold: 1,
      status,
      reason: judged.reason ?? '',
      detail: { test, statistic, threshold, p_value: pValue, adjusted_p_value: adjustedPValue, effect, drifted, level },
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
 * limit that it has to reach, and stays below 1 where the difference is not significant, or the rows
 * are too few to tell.
 */
export function scoreOf({ test, drifted, effect, threshold }: Omit<ColumnJudgement, 'reason'>): number | null {
  if (effect === null) return null;
  const { decidesBy, minimumEffect } = driftTest(test);
  const limit = decidesBy === 'distance' ? threshold : (minimumEffect ?? 0);
  const ratio = limit > 0 ? effect / limit : 0;
  return drifted ? Math.max(1, ratio) : Math.min(ratio, 0.999);
}
