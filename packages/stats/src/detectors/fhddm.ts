import { defineDetector } from './detector.ts';

/**
 * Fast Hoeffding drift detection method: follows the share of right answers in a sliding window. A drift when it has fallen
 * below its highest by more than sqrt(ln(1 / confidence_level) / 2n). A second, shorter window sees sudden changes sooner.
 *
 * Like every detector here it takes 1 as a mistake. River's FHDDM takes 1 as a right answer: give it 1 - x for the same result.
 *
 * Source: Pesaranghader and Viktor (2016), ECML PKDD, 96-111.
 */
export const fhddm = defineDetector({
  id: 'fhddm',
  label: 'FHDDM (fast Hoeffding drift detection method)',
  input: 'error',
  parameters: {
    sliding_window_size: {
      default: 100,
      integer: true,
      minimum: 1,
      maximum: 1e6,
      description: 'Values in the window.',
    },
    confidence_level: { default: 1e-6, above: 0, below: 1, description: 'Level of each test.' },
    short_window_size: { default: 0, integer: true, minimum: 0, description: 'Values in a second window; 0 for none.' },
  },
  reference: 'Pesaranghader and Viktor (2016), ECML PKDD, 96-111',
  conflict: ({ sliding_window_size, short_window_size }) =>
    short_window_size > sliding_window_size
      ? `short_window_size (${short_window_size}) must be at most sliding_window_size (${sliding_window_size})`
      : null,

  /** `right` is a ring: value i stands at i modulo its size. */
  start: ({ sliding_window_size }) => ({
    n: 0,
    right: new Array<number>(sliding_window_size).fill(0),
    sum: 0,
    highest: 0,
    shortSum: 0,
    shortHighest: 0,
  }),

  step(since, value, { sliding_window_size: size, confidence_level, short_window_size: short }) {
    const { right } = since;
    const at = since.n % size;
    since.n++;
    since.sum += 1 - value - right[at]!;
    if (short > 0) since.shortSum += 1 - value - right[(at + size - short) % size]!;
    right[at] = 1 - value;
    if (since.n < size) return 'none';
    since.highest = Math.max(since.highest, since.sum / size);
    if (since.highest - since.sum / size > bound(size, confidence_level)) return 'drift';
    if (short === 0) return 'none';
    since.shortHighest = Math.max(since.shortHighest, since.shortSum / short);
    return since.shortHighest - since.shortSum / short > bound(short, confidence_level) ? 'drift' : 'none';
  },
});

const bound = (n: number, confidence: number): number => Math.sqrt(Math.log(1 / confidence) / (2 * n));
