import { adjustPValues, type Correction } from '../multiple-testing.ts';
import { type ColumnComparison, type ColumnJudgement, decideColumn, measureColumn } from './judge-column.ts';

export interface DatasetOptions {
  /** Share of drifted columns from which on the dataset has drifted. Default 0.5. */
  shareThreshold?: number;
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
  { shareThreshold = 0.5, correction = 'benjamini_hochberg', alpha = 0.05 }: DatasetOptions = {},
): DatasetJudgement {
  const measured = columns.map(measureColumn);
  const pValues = measured.map(({ sufficient, results }) => (sufficient ? results[0]!.pValue : null));
  const adjusted = adjustPValues(pValues, correction);
  const judgements = columns.map((column, i) => ({
    column: column.column,
    ...decideColumn({ alpha, ...column, adjustedPValue: adjusted[i]! }, measured[i]!),
  }));
  const judged = judgements.filter((column) => column.drifted !== null).length;
  const drifted = judgements.filter((column) => column.drifted).length;
  const share = judged === 0 ? null : drifted / judged;
  const verdict = share === null ? 'insufficient' : share >= shareThreshold ? 'drift' : 'no_drift';
  return { verdict, share, threshold: shareThreshold, judged, drifted, columns: judgements };
}
