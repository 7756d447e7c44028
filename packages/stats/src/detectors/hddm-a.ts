import { defineDetector } from './detector.ts';

/**
 * Drift detection by Hoeffding's bound on averages. Keeps the prefix of the stream whose upper bound of the mean is lowest, and
 * compares the mean of everything since with it: a drift when it is higher by more than chance allows at `drift_confidence`.
 * With `two_sided_test` a fall is looked for likewise. No assumption but that values lie in [0, 1] and are independent.
 *
 * Source: Frías-Blanco et al. (2015), IEEE Transactions on Knowledge and Data Engineering 27(3), 810-823.
 */
export const hddmA = defineDetector({
  id: 'hddm_a',
  label: 'HDDM-A (Hoeffding bounds, averages)',
  input: 'error',
  warns: true,
  parameters: {
    drift_confidence: { default: 0.001, above: 0, below: 1, description: 'Level of the test for a drift.' },
    warning_confidence: { default: 0.005, above: 0, below: 1, description: 'Level of the test for a warning.' },
    two_sided_test: { default: false as boolean, description: 'Whether a fall of the error rate is a drift too.' },
  },
  reference: 'Frías-Blanco et al. (2015), IEEE Transactions on Knowledge and Data Engineering 27(3), 810-823',

  /** Of everything, of the prefix that a rise is measured from, and of the one that a fall is measured from. */
  start: () => ({ n: 0, mean: 0, lowN: 0, lowMean: 0, highN: 0, highMean: 0 }),

  step(since, value, { drift_confidence, warning_confidence, two_sided_test }) {
    const n = since.n + 1;
    const mean = since.mean + (1 / n) * (value - since.mean);
    since.n = n;
    since.mean = mean;
    const width = hoeffding(n, drift_confidence);
    if (since.lowN === 0 || since.lowMean + hoeffding(since.lowN, drift_confidence) >= mean + width) {
      since.lowN = n;
      since.lowMean = mean;
    }
    if (since.highN === 0 || since.highMean - hoeffding(since.highN, drift_confidence) <= mean - width) {
      since.highN = n;
      since.highMean = mean;
    }
    const rise = mean - since.lowMean;
    const fall = two_sided_test ? since.highMean - mean : 0;
    if (beyond(rise, since.lowN, n, drift_confidence)) return 'drift';
    if (two_sided_test && beyond(fall, since.highN, n, drift_confidence)) return 'drift';
    if (beyond(rise, since.lowN, n, warning_confidence)) return 'warning';
    return two_sided_test && beyond(fall, since.highN, n, warning_confidence) ? 'warning' : 'none';
  },
});

const hoeffding = (n: number, confidence: number): number => Math.sqrt((1 / (2 * n)) * Math.log(1 / confidence));

/** Whether the mean of n values differs from that of the first `prefix` by more than Hoeffding's bound. */
function beyond(difference: number, prefix: number, n: number, confidence: number): boolean {
  if (prefix === n) return false;
  const m = ((n - prefix) / prefix) * (1 / n);
  return difference >= Math.sqrt((m / 2) * Math.log(2 / confidence));
}
