import { normalInterval } from '../intervals/normal-interval.ts';
import { type MetricEstimate, noValue } from './performance-metric.ts';

/** How log-odds of scores would have to be changed to be right: intercept + slope * log-odds. */
export interface CalibrationLine {
  /** 1 is right; below, the model is too sure of itself. */
  slope: MetricEstimate;
  /** 0 is right. */
  intercept: MetricEstimate;
}

const MOST_STEPS = 50;

/**
 * Logistic regression of the label on the log-odds of the score, scores clipped to [1e-9, 1 - 1e-9], by Newton's method,
 * with Wald intervals. No values where one class is absent, all scores are equal, or scores part the classes.
 *
 * Source: Cox (1958), Biometrika 45; Van Calster et al. (2016), Journal of Clinical Epidemiology 74 ("weak calibration").
 */
export function calibrationLine(labels: Float64Array, scores: Float64Array, confidence = 0.95): CalibrationLine {
  const n = labels.length;
  const odds = scores.map((score) => {
    const clipped = Math.min(1 - 1e-9, Math.max(1e-9, score));
    return Math.log(clipped / (1 - clipped));
  });
  let [intercept, slope] = [0, 1];
  for (let step = 0; step < MOST_STEPS; step++) {
    let [a, b, c, u, v] = [0, 0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const x = odds[i]!;
      const p = 1 / (1 + Math.exp(-intercept - slope * x));
      const weight = p * (1 - p);
      const gap = (labels[i]! > 0 ? 1 : 0) - p;
      a += weight;
      b += weight * x;
      c += weight * x * x;
      u += gap;
      v += gap * x;
    }
    const determinant = a * c - b * b;
    if (!(determinant > 1e-12 * a * c)) break;
    const [byIntercept, bySlope] = [(c * u - b * v) / determinant, (a * v - b * u) / determinant];
    intercept += byIntercept;
    slope += bySlope;
    if (!(Math.abs(slope) < 1e3)) break;
    if (Math.abs(byIntercept) + Math.abs(bySlope) > 1e-10) continue;
    const estimated = (value: number, variance: number): MetricEstimate => {
      const interval = normalInterval(value, Math.sqrt(variance), { confidence });
      return interval ? { value, ...interval, n } : { value, lower: null, upper: null, n, reason: 'no_variance' };
    };
    return { intercept: estimated(intercept, c / determinant), slope: estimated(slope, a / determinant) };
  }
  const positives = labels.reduce((sum, label) => sum + (label > 0 ? 1 : 0), 0);
  const none = noValue(n === 0 ? 'no_data' : positives === 0 || positives === n ? 'one_class' : 'no_variance', n);
  return { slope: none, intercept: none };
}
