/** Lanczos coefficients for g = 7, n = 9 (Godfrey's set): ln Gamma to about 1e-15. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const SMALLEST = 1e-300;

/** ln Gamma(a) for a >= 1/2. */
function logGamma(a: number): number {
  const t = a + 6.5;
  let series = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) series += LANCZOS[i]! / (a - 1 + i);
  return 0.5 * Math.log(2 * Math.PI) + (a - 0.5) * Math.log(t) - t + Math.log(series);
}

/**
 * Q(a, x), the regularized upper incomplete gamma function, for a >= 1/2 and x >= 0, to about 13 digits.
 * By the power series of P = 1 - Q left of a + 1 and by the continued fraction of Q (modified Lentz) right of it.
 *
 * Source: Press et al., Numerical Recipes, 3rd ed., section 6.2; DLMF 8.7.1, 8.9.2, https://dlmf.nist.gov/8
 */
export function upperRegularizedGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - front * lowerSeries(a, x) : front * upperFraction(a, x);
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * Number.EPSILON; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / SMALLEST;
  let d = 1 / b;
  let h = d;
  for (let i = 1, step = 0; Math.abs(step - 1) > 4 * Number.EPSILON; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / nonZero(an * d + b);
    c = nonZero(b + an / c);
    step = d * c;
    h *= step;
  }
  return h;
}

function nonZero(value: number): number {
  return Math.abs(value) < SMALLEST ? SMALLEST : value;
}
