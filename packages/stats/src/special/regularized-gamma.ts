import { logGamma } from './log-gamma.ts';

const SMALLEST = 1e-300;

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
