import { adjustPValues, type Correction } from '../multiple-testing.ts';
import { type ColumnComparison, type ColumnJudgement, decideColumn, measureColumn } from './judge-column.ts';

export interface DatasetOptions extends FamilyOptions {
  /** Share of drifted columns from which on the dataset has drifted, 0: one is enough. Default 0.5. */
  shareThreshold?: number;
}

export interface FamilyOptions {
  /** Over the columns' p-values. Default `benjamini_hochberg`. */
  correction?: Correction;
  /** Level of significance of the family of columns. Default 0.05. */
  alpha?: number;
}

export interface DatasetJudgement {
  /** `insufficient` when not one column could be judged. */
  verdict: 'drift' | 'no_drift' | 'insufficient';
  /** Drifted columns among the judged ones; `null` when none could be judged. */
  share: number | null;
  /** The least share that is a drift: the share threshold, or that of one column where it is 0. */
  threshold: number;
  judged: number;
  drifted: number;
  columns: ReadonlyArray<ColumnJudgement & { column: string }>;
}

/**
 * Judges every column with p-values corrected over the columns that can be judged, then the dataset by the share of
 * those that drifted.
 */
export function judgeDataset(
  columns: ReadonlyArray<ColumnComparison & { column: string }>,
  { shareThreshold = 0.5, ...family }: DatasetOptions = {},
): DatasetJudgement {
  const judgements = judgeFamily(columns, family).map((judgement, i) => ({ column: columns[i]!.column, ...judgement }));
  return { ...datasetVerdict(judgements, shareThreshold), columns: judgements };
}

/**
 * Judges comparisons as one family: p-values are corrected over all of them that can be judged. A family may hold the
 * columns of the whole and of slices alike.
 */
export function judgeFamily(
  comparisons: readonly ColumnComparison[],
  { correction = 'benjamini_hochberg', alpha = 0.05 }: FamilyOptions = {},
): ColumnJudgement[] {
  const measured = comparisons.map(measureColumn);
  const pValues = measured.map(({ sufficient, results }) => (sufficient ? results[0]!.pValue : null));
  const adjusted = adjustPValues(pValues, correction);
  return comparisons.map((comparison, i) =>
    decideColumn({ alpha, ...comparison, adjustedPValue: adjusted[i]! }, measured[i]!),
  );
}

/** The verdict over columns that are judged already. */
export function datasetVerdict(
  columns: ReadonlyArray<Pick<ColumnJudgement, 'drifted'>>,
  shareThreshold = 0.5,
): Omit<DatasetJudgement, 'columns'> {
  const judged = columns.filter((column) => column.drifted !== null).length;
  const drifted = columns.filter((column) => column.drifted).length;
  const share = judged === 0 ? null : drifted / judged;
  const threshold = shareThreshold || 1 / Math.max(1, judged);
  const verdict = share === null ? 'insufficient' : share >= threshold ? 'drift' : 'no_drift';
  return { verdict, share, threshold, judged, drifted };
}
