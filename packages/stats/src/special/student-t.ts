import { logGammaHalfStep } from './log-gamma.ts';

const SMALLEST = 1e-300;

/**
 * P(T > t) for Student's T with the given degrees of freedom (above 0, not necessarily whole), to about 12 digits:
 * half the regularized incomplete beta function I_x(df / 2, 1 / 2) at x = df / (df + t^2), by its continued fraction.
 *
 * Source: DLMF 8.17.22, https://dlmf.nist.gov/8.17; Press et al., Numerical Recipes, 3rd ed., section 6.4.
 */
export function studentSurvival(t: number, degreesOfFreedom: number): number {
  const tail = incompleteBetaHalf(t * t, degreesOfFreedom) / 2;
  return t >= 0 ? tail : 1 - tail;
}

/** I_x(df / 2, 1 / 2) at x = df / (df + s). */
function incompleteBetaHalf(s: number, df: number): number {
  if (s === 0) return 1;
  const a = df / 2;
  const x = df / (df + s);
  const y = s / (df + s);
  // ln of x^a y^(1/2) / B(a, 1/2), with ln x = -ln(1 + s / df).
  const front = -a * Math.log1p(s / df) + 0.5 * Math.log(y) + logGammaHalfStep(a) - 0.5 * Math.log(Math.PI);
  if (x < (a + 1) / (a + 2.5)) return (Math.exp(front) * betaFraction(a, 0.5, x)) / a;
  return 1 - 2 * Math.exp(front) * betaFraction(0.5, a, y);
}

/** The continued fraction of I_x(a, b), by the modified Lentz method. */
function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1, step = 0; Math.abs(step - 1) > 4 * Number.EPSILON && m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    step = d * c;
    h *= step;
  }
  return h;
}

function nonZero(value: number): number {
  return Math.abs(value) < SMALLEST ? SMALLEST : value;
}

/**
 * The t of a two-sided interval of the given confidence: P(|T| <= t) = confidence. Bisection, to the last digits.
 * @throws RangeError when the confidence does not lie inside (0, 1).
 */
export function studentCritical(confidence: number, degreesOfFreedom: number): number {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`A confidence lies in (0, 1), got ${confidence}.`);
  const tail = (1 - confidence) / 2;
  let [low, high] = [0, 1];
  while (studentSurvival(high, degreesOfFreedom) > tail) high *= 2;
  for (let step = 0; step < 100 && high - low > 1e-14 * high; step++) {
    const middle = (low + high) / 2;
    if (studentSurvival(middle, degreesOfFreedom) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
