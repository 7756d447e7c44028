import type { NumericSummary } from '../summary/column-summary.ts';
import { assertSameBins } from '../summary/merge-summaries.ts';
import { kindMismatch } from './cells.ts';
import { type DriftResult, type DriftTest, emptySide } from './drift-test.ts';
import { ksPValue } from './ks-p-value.ts';

/**
 * Kolmogorov-Smirnov D from binned counts: the largest |F(x) - G(x)| over the edges. `null` for a side without values.
 *
 * Never above the D of the rows, and below it by at most the largest share that either side has in one bin of more
 * than one value. Exact where each value has its own bin.
 *
 * @throws Error when the edges differ.
 */
export function ksStatistic(reference: NumericSummary, current: NumericSummary): number | null {
  assertSameBins(reference, current);
  if (reference.count === 0 || current.count === 0) return null;
  let d = 0;
  let below = 0;
  let currentBelow = 0;
  for (const [i, count] of reference.bins.entries()) {
    below += count;
    currentBelow += current.bins[i]!;
    d = Math.max(d, Math.abs(below / reference.count - currentBelow / current.count));
  }
  return d;
}

/** The answer from a D that was computed over the rows of samples of n and m values. */
export function ksExact({ d, n, m }: { d: number; n: number; m: number }): DriftResult {
  return emptySide(n, m) ?? { statistic: d, pValue: ksPValue(d, n, m), effect: d };
}

/** Looks at the values present only. Decides by p-value; the effect is D itself. */
export const kolmogorovSmirnov: DriftTest = {
  id: 'ks',
  label: 'Kolmogorov-Smirnov test',
  kinds: ['numeric'],
  decidesBy: 'p_value',
  defaultThreshold: 0.05,
  minimumEffect: 0.1,
  significance: 'ks',
  minimumSample: 30,
  symmetric: true,
  reference: 'Smirnov (1948), Annals of Mathematical Statistics 19; Hodges (1958), Arkiv för Matematik 3',
  compute(reference, current) {
    if (reference.kind !== 'numeric' || current.kind !== 'numeric') throw kindMismatch(reference, current);
    return ksExact({ d: ksStatistic(reference, current) ?? 0, n: reference.count, m: current.count });
  },
};
