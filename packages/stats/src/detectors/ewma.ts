import { defineDetector } from './detector.ts';
import { exceeds, MODE } from './direction.ts';

/**
 * Chart of the exponentially weighted moving average z: a drift when z lies more than `threshold` of its standard errors from
 * the mean of all values. The standard error is sigma sqrt(alpha / (2 - alpha) (1 - (1 - alpha)^2n)); sigma² is the variance under the
 * same weights. Sees small lasting shifts that a Shewhart chart does not.
 *
 * The variance is updated by deviations from the moving mean and not as a difference of squares, which would lose its digits
 * where the mean is large; otherwise the two are the same.
 *
 * Source: Roberts (1959), Technometrics 1(3), 239-250; Finch (2009), Incremental calculation of weighted mean and variance.
 */
export const ewma = defineDetector({
  id: 'ewma',
  label: 'EWMA chart',
  input: 'number',
  parameters: {
    alpha: { default: 0.1, above: 0, maximum: 1, description: 'Weight of the newest value.' },
    threshold: { default: 4, above: 0, description: 'Standard errors from the mean that are a drift.' },
    min_instances: { default: 30, integer: true, minimum: 1, description: 'Values before the first test.' },
    mode: MODE,
  },
  reference: 'Roberts (1959), Technometrics 1, 239-250',

  start: () => ({ n: 0, mean: 0, z: 0, variance: 0 }),

  step(since, value, { alpha, threshold, min_instances, mode }) {
    const n = since.n + 1;
    const deviation = n === 1 ? 0 : value - since.z;
    since.n = n;
    since.mean += (1 / n) * (value - since.mean);
    since.z = n === 1 ? value : since.z + alpha * deviation;
    since.variance = (1 - alpha) * (since.variance + alpha * deviation * deviation);
    if (n < min_instances) return 'none';
    const error = Math.sqrt(since.variance * (alpha / (2 - alpha)) * (1 - (1 - alpha) ** (2 * n)));
    const distance = since.z - since.mean;
    return exceeds(mode, distance, -distance, threshold * error) ? 'drift' : 'none';
  },
});
