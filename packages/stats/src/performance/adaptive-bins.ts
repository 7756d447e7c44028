import type { CalibrationGroup } from './calibration-error.ts';
import type { BinarySummary } from './performance-summary.ts';

const BINS = 15;

/**
 * Rows ordered by score, cut into 15 bins of about as many rows each: a cell of scores belongs to the bin in which its
 * middle row lies. Equal scores stay together, so there are fewer bins where few scores differ.
 */
export function adaptiveBins({ cells, scored, squared }: BinarySummary): CalibrationGroup[] {
  const bins = new Map<number, CalibrationGroup & { squares: number }>();
  let below = 0;
  for (const [i, cell] of (cells ?? []).entries()) {
    const n = cell.positives + cell.negatives;
    const at = Math.min(BINS - 1, Math.floor(((below + n / 2) * BINS) / scored));
    const bin = bins.get(at) ?? { n: 0, scoreSum: 0, positives: 0, squares: 0, rows: 0 };
    bin.n += n;
    bin.scoreSum += cell.scoreSum;
    bin.positives += cell.positives;
    const squares = squared?.cells?.[i];
    bin.squares += squares ? squares.positives + squares.negatives : n;
    bin.rows = bin.n ** 2 / bin.squares;
    bins.set(at, bin);
    below += n;
  }
  return [...bins.values()];
}
