import type { Measurement } from '@leeway/contract';
import type { ThresholdLine } from './thresholds.ts';

export interface Separation {
  column: string;
  /** Its share in what tells window and reference apart. */
  importance: number;
  /** ROC AUC of the column alone, where it was measured. */
  auc: number | null;
}

const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** The limits of each window, from the reference: both where there are two, else the threshold. */
export function boundsOf(measurements: readonly Measurement[]): ThresholdLine[] {
  const inOrder = measurements.toSorted((a, b) => a.windowStart.localeCompare(b.windowStart));
  const limits = inOrder.map(({ threshold, detail }): [number | null, number | null] => {
    const both = detail['thresholds'] as { lower?: unknown; upper?: unknown } | null | undefined;
    return both ? [number(both.lower), number(both.upper)] : [null, threshold];
  });
  const line = (side: 'above' | 'below', values: (number | null)[]): ThresholdLine[] =>
    values.some((value) => value !== null) ? [{ rule: null, severity: 'warning', side, values }] : [];
  return [
    ...line(
      'below',
      limits.map(([lower]) => lower),
    ),
    ...line(
      'above',
      limits.map(([, upper]) => upper),
    ),
  ];
}

/** Features by which a window differs from the reference, the most telling first. */
export function separationsOf({ detail: { separating } }: Measurement): Separation[] {
  if (!Array.isArray(separating)) return [];
  const rows = separating.flatMap((one: Record<string, unknown> | null): Separation[] => {
    const [column, importance] = [one?.['column'], number(one?.['importance'])];
    if (typeof column !== 'string' || importance === null) return [];
    return [{ column, importance, auc: number(one!['auc']) }];
  });
  return rows.sort((a, b) => b.importance - a.importance || a.column.localeCompare(b.column));
}
