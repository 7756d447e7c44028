import { estimateMean, type Mean, type MetricEstimate } from './performance-metric.ts';
import type { RegressionSummary, RegressionSums } from './performance-summary.ts';

/**
 * Mean pinball loss of predictions of the given quantile, as `sklearn.metrics.mean_pinball_loss(alpha=quantile)`:
 * a label above the prediction costs quantile times the distance, one below 1 - quantile times. Half the MAE at 0.5.
 * Normal interval of a mean.
 *
 * Source: Koenker and Bassett (1978), Econometrica 46.
 * @throws RangeError when the quantile does not lie in [0, 1].
 */
export function pinballLoss(summary: RegressionSummary, quantile: number): MetricEstimate {
  if (!(quantile >= 0 && quantile <= 1)) throw new RangeError(`A quantile lies in [0, 1], got ${quantile}.`);
  const [below, above] = [quantile, 1 - quantile];
  // Errors above 0 sum up to (sum |e| + sum e) / 2, those below to (sum |e| - sum e) / 2.
  const of = (sums: RegressionSums): Mean => [
    sums.n,
    (above * (sums.sumAbsError + sums.sumError) + below * (sums.sumAbsError - sums.sumError)) / 2,
    above ** 2 * sums.sumSquaredErrorAbove + below ** 2 * (sums.sumSquaredError - sums.sumSquaredErrorAbove),
  ];
  return estimateMean(of(summary), { minimum: 0 }, summary.squared && of(summary.squared));
}
