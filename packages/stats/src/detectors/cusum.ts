import { defineDetector } from './detector.ts';
import { exceeds, MODE } from './direction.ts';
import { learn, nothingLearnt } from './warm-up.ts';

/**
 * Tabular CUSUM chart: adds up how far values lie above, and below, the mean of the first `min_instances`, less a slack; sums
 * below 0 begin anew. A drift when a sum exceeds the threshold. Both are in deviations of the first values, after which mean and
 * deviation stay as they are. A drift every few hundred values of a stable stream is to be expected at a threshold of 5.
 *
 * Source: Page (1954), Biometrika 41(1/2), 100-115.
 */
export const cusum = defineDetector({
  id: 'cusum',
  label: 'CUSUM chart',
  input: 'number',
  parameters: {
    min_instances: { default: 30, integer: true, minimum: 1, description: 'Values that mean and deviation come from.' },
    slack: { default: 0.5, minimum: 0, description: 'Deviations that are tolerated.' },
    threshold: { default: 5, above: 0, description: 'Sum, in deviations, that is a drift.' },
    mode: MODE,
  },
  reference: 'Page (1954), Biometrika 41, 100-115',

  start: () => ({ ...nothingLearnt(), rise: 0, fall: 0 }),

  step(since, value, { min_instances, slack, threshold, mode }) {
    if (!learn(since, value, min_instances)) return 'none';
    const deviation = value - since.mean;
    since.rise = Math.max(0, since.rise + deviation - slack * since.sigma);
    since.fall = Math.max(0, since.fall - deviation - slack * since.sigma);
    return exceeds(mode, since.rise, since.fall, threshold * since.sigma) ? 'drift' : 'none';
  },
});
