import { standardDeviation } from '../summary/standard-deviation.ts';
import { meanDistance } from './bin-gaps.ts';
import { noAnswer } from './drift-test.ts';
import { ksPValue } from './ks-p-value.ts';
import { orderTest } from './order-test.ts';

/**
 * Wasserstein-1 (earth mover's) distance, the integral of |F - G|, of the values present only, divided by the
 * reference's standard deviation; a constant reference has no scale for a distance above 0. The p-value is that of the
 * Kolmogorov-Smirnov test.
 *
 * From summaries, rows lie at the mean of their bin: off by at most the mean distance of rows to the mean of their
 * bin, both sides added. Exact where each value has its own bin.
 */
export const wasserstein = orderTest({
  id: 'wasserstein',
  label: 'Wasserstein distance in reference deviations',
  decidesBy: 'distance',
  defaultThreshold: 0.1,
  significance: 'ks',
  symmetric: false,
  reference: 'Vallender (1974), Theory of Probability and its Applications 18',
  answer({ n, m, up, down, gap, deviation }) {
    const pValue = ksPValue(Math.max(up, down), n, m);
    if (gap === null || deviation === null) return { ...noAnswer('overflow'), pValue };
    const statistic = gap === 0 ? 0 : gap / deviation;
    if (!Number.isFinite(statistic)) return { ...noAnswer('constant_reference'), pValue };
    return { statistic, pValue, effect: statistic };
  },
  bound(reference, current) {
    const deviation = standardDeviation(reference);
    if (!deviation) return null;
    let moved = 0;
    for (const side of [reference, current]) {
      for (const [i, inBin] of side.bins.entries()) {
        if (inBin > 0) moved += (inBin / side.count) * meanDistance(side, i);
      }
    }
    return Number.isFinite(moved / deviation) ? moved / deviation : null;
  },
});
