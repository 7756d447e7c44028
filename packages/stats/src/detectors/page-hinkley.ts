import { defineDetector } from './detector.ts';
import { exceeds, MODE } from './direction.ts';

/**
 * Page-Hinkley test: adds up how far values lie from the mean so far, less a tolerance, forgetting slowly. A drift when the sum
 * has risen above its lowest point, or fallen below its highest, by more than `threshold`.
 *
 * `delta` and `threshold` are in the units of the values. The defaults suit values of a size near 1.
 *
 * Source: Page (1954), Biometrika 41(1/2), 100-115; Hinkley (1971), Biometrika 58(3), 509-523.
 */
export const pageHinkley = defineDetector({
  id: 'page_hinkley',
  label: 'Page-Hinkley test',
  input: 'number',
  parameters: {
    min_instances: { default: 30, integer: true, minimum: 1, description: 'Values before the first test.' },
    delta: { default: 0.005, minimum: 0, description: 'Deviation that is tolerated.' },
    threshold: { default: 50, above: 0, description: 'Sum of deviations that is a drift.' },
    alpha: {
      default: 0.9999,
      above: 0,
      maximum: 1,
      description: 'What the sums keep at each value; 1 forgets nothing.',
    },
    mode: MODE,
  },
  reference: 'Page (1954), Biometrika 41, 100-115; Hinkley (1971), Biometrika 58, 509-523',

  start: () => ({ n: 0, mean: 0, rise: 0, lowest: Number.MAX_VALUE, fall: 0, highest: -Number.MAX_VALUE }),

  step(since, value, { min_instances, delta, threshold, alpha, mode }) {
    const n = since.n + 1;
    const mean = since.mean + (1 / n) * (value - since.mean);
    const deviation = value - mean;
    const rise = alpha * since.rise + deviation - delta;
    const fall = alpha * since.fall + deviation + delta;
    since.n = n;
    since.mean = mean;
    since.rise = rise;
    since.fall = fall;
    if (rise < since.lowest) since.lowest = rise;
    if (fall > since.highest) since.highest = fall;
    if (n < min_instances) return 'none';
    return exceeds(mode, rise - since.lowest, since.highest - fall, threshold) ? 'drift' : 'none';
  },
});
