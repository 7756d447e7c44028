import { chiSquaredSurvival } from '../special/chi-squared-survival.ts';
import { symmetricEigen } from '../special/symmetric-eigen.ts';
import type { NumericSummary } from '../summary/column-summary.ts';
import { mergeSummaries } from '../summary/merge-summaries.ts';
import { quantile } from '../summary/quantile.ts';
import { type DriftResult, type DriftTest, emptySide, noAnswer } from './drift-test.ts';
import { numeric } from './order-test.ts';
import { planWaves, type WavePlan, type Waves, wavesOf } from './waves.ts';

/** Directions in which the waves vary less than this, relative to the widest, do not vary. */
const FLAT = 1e-12;

/**
 * W of the Epps-Singleton test: the squared difference of both characteristic functions at 0.4 and 0.8 over half the
 * pooled distance between quartiles, in units of its covariance; as `scipy.stats.epps_singleton_2samp`, with its
 * correction for samples below 25 rows. Chi-squared with as many degrees of freedom as the covariance has directions.
 *
 * The effect is the root mean squared difference of the characteristic functions at both points, from 0 to 2.
 *
 * Source: Epps and Singleton (1986), Journal of Statistical Computation and Simulation 26; Goerg and Kaiser (2009),
 * Stata Journal 9.
 */
export function eppsSingletonResult(
  { reference, current }: { reference: Waves; current: Waves },
  n: number,
  m: number,
): DriftResult {
  const N = n + m;
  const [r, s] = [covariance(reference), covariance(current)];
  const spread = r.map((row, i) => row.map((value, j) => (N / n) * value + (N / m) * s[i]![j]!));
  const gap = meansOf(current).map((value, i) => value - meansOf(reference)[i]!);
  const { values, vectors } = symmetricEigen(spread);
  const widest = Math.max(...values);
  let [w, rank] = [0, 0];
  values.forEach((value, i) => {
    if (!(value > FLAT * widest)) return;
    rank++;
    w += (N * vectors[i]!.reduce((sum, x, j) => sum + x * gap[j]!, 0) ** 2) / value;
  });
  if (rank === 0) return noAnswer('no_spread');
  if (Math.max(n, m) < 25) w /= 1 + N ** -0.45 + 10.1 * (n ** -1.7 + m ** -1.7);
  const effect = Math.sqrt(gap.reduce((sum, x) => sum + x * x, 0) / 2);
  return { statistic: w, pValue: chiSquaredSurvival(w, rank), effect };
}

/** Means of cos f x, cos 2 f x, sin f x, sin 2 f x. */
const meansOf = ({ cos, sin }: Waves) => [cos[0]!, cos[1]!, sin[0]!, sin[1]!];

/** Their covariance, from the waves at sums and differences of the frequencies. */
function covariance(waves: Waves): number[][] {
  const means = meansOf(waves);
  const cos = (k: number) => (k === 0 ? 1 : waves.cos[Math.abs(k) - 1]!);
  const sin = (k: number) => (k === 0 ? 0 : Math.sign(k) * waves.sin[Math.abs(k) - 1]!);
  const of = [1, 2, 1, 2];
  return means.map((x, i) =>
    means.map((y, j) => {
      const [k, l] = [of[i]!, of[j]!];
      const product =
        i < 2 && j < 2
          ? cos(k - l) + cos(k + l)
          : i >= 2 && j >= 2
            ? cos(k - l) - cos(k + l)
            : i >= 2
              ? sin(k + l) + sin(k - l)
              : sin(k + l) + sin(l - k);
      return product / 2 - x * y;
    }),
  );
}

/** The waves of a summary, with the rows of each bin at their mean. */
function wavesOfBins({ bins, sums }: NumericSummary, plan: WavePlan): Waves {
  const used = bins.flatMap((count, i) => (count > 0 ? [[sums[i]! / count, count] as const] : []));
  return wavesOf(
    used.map(([at]) => at),
    plan,
    used.map(([, count]) => count),
  );
}

/**
 * Compares characteristic functions, so it sees changes of place, width and shape alike; of the values present only.
 * From summaries the quartiles are read from the bins and rows lie at the mean of their bin: exact where each value has
 * its own bin and the quartiles are values. There is no bound on W itself: the covariance it divides by can be as
 * small as one likes.
 */
export const eppsSingleton: DriftTest = {
  id: 'epps_singleton',
  label: 'Epps-Singleton test',
  kinds: ['numeric'],
  decidesBy: 'p_value',
  defaultThreshold: 0.05,
  minimumEffect: 0.1,
  significance: 'epps_singleton',
  missing: 'left_out',
  minimumSample: 30,
  symmetric: true,
  reference: 'Epps and Singleton (1986), Journal of Statistical Computation and Simulation 26',
  compute(reference, current) {
    const sides = numeric(reference, current);
    const both = mergeSummaries<NumericSummary>(...sides);
    const empty = emptySide(reference.count, current.count);
    if (empty) return empty;
    const plan = planWaves([quantile(both, 0.25)!, quantile(both, 0.75)!]);
    if (plan === null) return noAnswer('no_spread');
    const [before, now] = sides.map((side) => wavesOfBins(side, plan)) as [Waves, Waves];
    if (![...before.cos, ...now.cos].every(Number.isFinite)) return noAnswer('overflow');
    return eppsSingletonResult({ reference: before, current: now }, reference.count, current.count);
  },
  fromRows({ n, m, waves }) {
    const empty = emptySide(n, m);
    if (empty) return empty;
    return waves ? eppsSingletonResult(waves, n, m) : noAnswer('no_spread');
  },
};
