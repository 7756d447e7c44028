import { defineDetector } from './detector.ts';

/**
 * Drift detection by McDiarmid's bound on weighted averages: as HDDM-A, but over exponentially weighted means, so that recent
 * mistakes weigh more. Sees sudden changes soonest.
 *
 * `spread` of a mean is the sum of its squared weights, which McDiarmid's bound needs.
 *
 * Source: Frías-Blanco et al. (2015), IEEE Transactions on Knowledge and Data Engineering 27(3), 810-823.
 */
export const hddmW = defineDetector({
  id: 'hddm_w',
  label: 'HDDM-W (McDiarmid bounds, weighted averages)',
  input: 'error',
  warns: true,
  parameters: {
    drift_confidence: { default: 0.001, above: 0, below: 1, description: 'Level of the test for a drift.' },
    warning_confidence: { default: 0.005, above: 0, below: 1, description: 'Level of the test for a warning.' },
    lambda_val: { default: 0.05, above: 0, maximum: 1, description: 'Weight of the newest value.' },
    two_sided_test: { default: false as boolean, description: 'Whether a fall of the error rate is a drift too.' },
  },
  reference: 'Frías-Blanco et al. (2015), IEEE Transactions on Knowledge and Data Engineering 27(3), 810-823',

  start: () => ({
    all: nothing(),
    rise: { bound: Number.MAX_VALUE, before: nothing(), after: nothing() },
    fall: { bound: -Number.MAX_VALUE, before: nothing(), after: nothing() },
  }),

  step({ all, rise, fall }, value, { drift_confidence, warning_confidence, lambda_val, two_sided_test }) {
    take(all, value, lambda_val);
    const width = Math.sqrt((all.spread * Math.log(1 / drift_confidence)) / 2);
    // A cut is made wherever the bound of everything so far is the best yet: what came before is compared with what follows.
    if (all.mean + width < rise.bound) cut(rise, all, all.mean + width);
    else take(rise.after, value, lambda_val);
    if (all.mean - width > fall.bound) cut(fall, all, all.mean - width);
    else take(fall.after, value, lambda_val);
    if (isAbove(rise.after, rise.before, drift_confidence)) return 'drift';
    if (two_sided_test && isAbove(fall.before, fall.after, drift_confidence)) return 'drift';
    if (isAbove(rise.after, rise.before, warning_confidence)) return 'warning';
    return two_sided_test && isAbove(fall.before, fall.after, warning_confidence) ? 'warning' : 'none';
  },
});

interface WeightedMean {
  mean: number;
  spread: number;
  empty: boolean;
}

const nothing = (): WeightedMean => ({ mean: 0, spread: 1, empty: true });

function take(sample: WeightedMean, value: number, weight: number): void {
  sample.mean = sample.empty ? value : weight * value + (1 - weight) * sample.mean;
  sample.spread = weight * weight + (1 - weight) ** 2 * sample.spread;
  sample.empty = false;
}

function cut(at: { bound: number; before: WeightedMean; after: WeightedMean }, all: WeightedMean, bound: number): void {
  at.bound = bound;
  at.before = { ...all };
  at.after = nothing();
}

function isAbove(high: WeightedMean, low: WeightedMean, confidence: number): boolean {
  if (high.empty || low.empty) return false;
  return high.mean - low.mean > Math.sqrt(((high.spread + low.spread) * Math.log(1 / confidence)) / 2);
}
