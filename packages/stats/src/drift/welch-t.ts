import { studentSurvival } from '../special/student-t.ts';
import type { NumericSummary } from '../summary/column-summary.ts';
import { mean } from '../summary/mean.ts';
import { standardDeviation } from '../summary/standard-deviation.ts';
import { type DriftTest, emptySide, noAnswer } from './drift-test.ts';
import { numeric } from './order-test.ts';

/**
 * Welch's t test of equal means, of the values present only. t = (mean of current - mean of reference) / sqrt(v + w),
 * v and w the sample variances over their counts; degrees of freedom (v + w)^2 / (v^2/(n-1) + w^2/(m-1)); as
 * `scipy.stats.ttest_ind(current, reference, equal_var=False)`. Sides of one value each that are equal give t = 0.
 *
 * The effect is Hedges' g over the mean of both variances: |difference of means| / sqrt((s^2 + r^2) / 2) times
 * 1 - 3 / (4 (n + m) - 9). Exact from summaries. It sees no change that leaves the mean where it was.
 */
export const welchT: DriftTest = {
  id: 'welch_t',
  label: "Welch's t test",
  kinds: ['numeric'],
  decidesBy: 'p_value',
  defaultThreshold: 0.05,
  minimumEffect: 0.2,
  significance: 'welch_t',
  missing: 'left_out',
  minimumSample: 30,
  symmetric: true,
  directional: true,
  reference: 'Welch (1947), Biometrika 34; Hedges (1981), Journal of Educational Statistics 6',
  compute(reference, current, direction = 'both') {
    const sides = numeric(reference, current);
    const empty = emptySide(reference.count, current.count);
    if (empty) return empty;
    const [n, m] = [reference.count, current.count];
    if (Math.min(n, m) < 2) return noAnswer('insufficient');
    const [before, now] = sides.map(mean) as [number | null, number | null];
    const [r, s] = sides.map(sampleVariance) as [number | null, number | null];
    if (before === null || now === null || r === null || s === null) return noAnswer('overflow');
    const difference = now - before;
    if (r === 0 && s === 0) return difference === 0 ? { statistic: 0, pValue: 1, effect: 0 } : noAnswer('no_spread');
    const [v, w] = [r / n, s / m];
    const statistic = difference / Math.sqrt(v + w);
    // In parts, so that tiny and huge variances do not vanish or overflow when squared.
    const share = v / (v + w);
    const df = 1 / (share ** 2 / (n - 1) + (1 - share) ** 2 / (m - 1));
    const g = (difference / Math.sqrt(r / 2 + s / 2)) * Math.max(0, 1 - 3 / (4 * (n + m) - 9));
    if (!Number.isFinite(statistic) || !Number.isFinite(g)) return noAnswer('overflow');
    if (direction === 'both') {
      return { statistic, pValue: Math.min(1, 2 * studentSurvival(Math.abs(statistic), df)), effect: Math.abs(g) };
    }
    const sign = direction === 'up' ? 1 : -1;
    return { statistic, pValue: studentSurvival(sign * statistic, df), effect: Math.max(0, sign * g) };
  },
  /** The moments of a summary are those of the rows. */
  errorBound: (reference, current) => (reference.count > 1 && current.count > 1 ? 0 : null),
};

function sampleVariance(side: NumericSummary): number | null {
  const deviation = standardDeviation(side);
  return deviation === null ? null : deviation * deviation * (side.count / (side.count - 1));
}
