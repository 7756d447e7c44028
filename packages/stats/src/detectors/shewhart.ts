import { defineDetector } from './detector.ts';
import { exceeds, MODE } from './direction.ts';
import { learn, nothingLearnt } from './warm-up.ts';

/**
 * Shewhart chart of single values: a drift when one value lies more than `k` deviations from the mean of the first
 * `min_instances`. Each value is judged by itself, so one outlier is enough; normal noise does it once in 370 values at k = 3.
 *
 * Source: Shewhart (1931), Economic Control of Quality of Manufactured Product.
 */
export const shewhart = defineDetector({
  id: 'shewhart',
  label: 'Shewhart chart',
  input: 'number',
  parameters: {
    k: { default: 3, above: 0, description: 'Deviations from the mean that are a drift.' },
    min_instances: { default: 30, integer: true, minimum: 1, description: 'Values that mean and deviation come from.' },
    mode: MODE,
  },
  reference: 'Shewhart (1931), Economic Control of Quality of Manufactured Product',

  start: () => nothingLearnt(),

  step(since, value, { k, min_instances, mode }) {
    if (!learn(since, value, min_instances)) return 'none';
    const deviation = value - since.mean;
    return exceeds(mode, deviation, -deviation, k * since.sigma) ? 'drift' : 'none';
  },
});
