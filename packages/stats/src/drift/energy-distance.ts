import { standardDeviation } from '../summary/standard-deviation.ts';
import { binGaps, meanDistance } from './bin-gaps.ts';
import { cramerVonMisesPValue } from './cramer-von-mises.ts';
import { noAnswer } from './drift-test.ts';
import { orderTest } from './order-test.ts';
import { binStatistics } from './row-statistics.ts';

/**
 * Energy distance sqrt(2 integral of (F - G)^2), of the values present only, in reference deviations: that of
 * `scipy.stats.energy_distance` after both sides are divided by the reference's standard deviation. Not symmetric for
 * that reason. The p-value is that of the Cramér-von Mises test, which sums the same squared gaps over rows.
 *
 * From summaries, rows lie at the mean of their bin.
 */
export const energyDistance = orderTest({
  id: 'energy_distance',
  label: 'Energy distance in reference deviations',
  decidesBy: 'distance',
  defaultThreshold: 0.1,
  significance: 'cramer_von_mises',
  symmetric: false,
  reference: 'Székely and Rizzo (2013), Journal of Statistical Planning and Inference 143; Cramér (1928)',
  answer({ n, m, gapSquares, gapSquared, deviation }) {
    const pValue = cramerVonMisesPValue(gapSquares * n * (m / (n + m)), n, m);
    if (gapSquared === null || deviation === null) return { ...noAnswer('overflow'), pValue };
    const statistic = gapSquared === 0 ? 0 : Math.sqrt((2 * gapSquared) / deviation);
    if (!Number.isFinite(statistic)) return { ...noAnswer('constant_reference'), pValue };
    return { statistic, pValue, effect: statistic };
  },
  /**
   * D of the rows and D of the bins differ only inside bins, there by no more than the rows are moved, and their sum is
   * at most twice the largest |D| there: the integrals of D^2 differ by at most sum 2 most x (share x mean distance).
   */
  bound(reference, current) {
    const deviation = standardDeviation(reference);
    const { gapSquared } = binStatistics(reference, current);
    if (gapSquared === null || !deviation) return null;
    const byBin = new Map<number, number>();
    for (const side of [reference, current]) {
      side.bins.forEach((inBin, i) => {
        if (inBin > 0) byBin.set(i, (byBin.get(i) ?? 0) + (inBin / side.count) * meanDistance(side, i));
      });
    }
    const ascending = [...byBin].sort(([i], [j]) => i - j);
    const moved = binGaps(reference, current).reduce((sum, { most }, k) => sum + 2 * most * ascending[k]![1], 0);
    const at = (integral: number) => Math.sqrt((2 * Math.max(0, integral)) / deviation);
    const bound = Math.max(at(gapSquared + moved) - at(gapSquared), at(gapSquared) - at(gapSquared - moved));
    return Number.isFinite(bound) ? bound : null;
  },
});
