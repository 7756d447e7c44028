import { normalCritical } from '../special/normal.ts';
import { defineDetector } from './detector.ts';

/**
 * Statistical test of equal proportions: compares the error rate of the newest `window_size` values with that of all before,
 * by the normal approximation with a correction for continuity. A rise and a fall count alike. The first test is after twice
 * `window_size` values.
 *
 * Where the correction exceeds the difference, the statistic is 0. (Frouros 0.9 takes the size of the negative value for evidence:
 * one mistake in 1,000 answers is a drift there.)
 *
 * Source: Nishida and Yamauchi (2007), Discovery Science, 264-269.
 */
export const stepd = defineDetector({
  id: 'stepd',
  label: 'STEPD (test of equal proportions)',
  input: 'error',
  warns: true,
  parameters: {
    alpha_drift: { default: 0.003, above: 0, below: 0.5, description: 'Level of the test for a drift.' },
    alpha_warning: { default: 0.05, above: 0, below: 0.5, description: 'Level of the test for a warning.' },
    window_size: { default: 30, integer: true, minimum: 1, maximum: 1e6, description: 'Newest values.' },
  },
  reference: 'Nishida and Yamauchi (2007), Discovery Science, 264-269',
  conflict: ({ alpha_drift, alpha_warning }) =>
    alpha_warning <= alpha_drift ? `alpha_warning (${alpha_warning}) must be above alpha_drift (${alpha_drift})` : null,

  /** `newest` is a ring: value i stands at i modulo its size. The critical values are those of a one-sided test. */
  start: ({ window_size, alpha_drift, alpha_warning }) => ({
    n: 0,
    errors: 0,
    newest: new Array<number>(window_size).fill(0),
    newestErrors: 0,
    drift: normalCritical(1 - 2 * alpha_drift),
    warning: normalCritical(1 - 2 * alpha_warning),
  }),

  step(since, value, { window_size: size }) {
    const at = since.n % size;
    since.newestErrors += value - since.newest[at]!;
    since.newest[at] = value;
    since.errors += value;
    since.n++;
    const { n, errors, newestErrors } = since;
    if (n < 2 * size || errors === 0 || errors === n) return 'none';
    const p = errors / n;
    const inverse = 1 / (n - size) + 1 / size;
    const difference = Math.abs((errors - newestErrors) / (n - size) - newestErrors / size);
    const z = (difference - 0.5 * inverse) / Math.sqrt(p * (1 - p) * inverse);
    if (z > since.drift) return 'drift';
    return z > since.warning ? 'warning' : 'none';
  },
});
