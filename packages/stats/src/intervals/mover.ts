import type { Bounded, Interval } from './interval.ts';

/**
 * Interval of a sum of independent estimates, each times its factor, from their own intervals: on either side, the
 * distances to the bounds add up in squares. With Wilson bounds and factors 1 and -1 it is Newcombe's interval of a
 * difference of two shares.
 *
 * Source: Newcombe (1998), Statistics in Medicine 17, method 10; Zou and Donner (2008), Statistics in Medicine 27.
 */
export function combinedInterval(parts: ReadonlyArray<readonly [factor: number, part: Bounded]>): Interval {
  let value = 0;
  let below = 0;
  let above = 0;
  for (const [factor, part] of parts) {
    value += factor * part.value;
    const down = factor * (part.value - (factor > 0 ? part.lower : part.upper));
    const up = factor * ((factor > 0 ? part.upper : part.lower) - part.value);
    below += down * down;
    above += up * up;
  }
  return { lower: value - Math.sqrt(below), upper: value + Math.sqrt(above) };
}

/**
 * Interval of the ratio of two independent estimates that are not negative, `numerator / denominator`, from their own
 * intervals: the ratios R for which the interval of numerator - R denominator holds 0. A numerator of 0 has one too.
 * `null` where the denominator may be 0.
 *
 * Source: Donner and Zou (2012), Statistical Methods in Medical Research 21 (MOVER-R).
 */
export function ratioInterval(numerator: Bounded, denominator: Bounded): Interval | null {
  const [a, b] = [numerator.value, denominator.value];
  if (b <= 0 || denominator.lower <= 0) return null;
  const root = (ofA: number, ofB: number) =>
    Math.sqrt(Math.max(0, (a * b) ** 2 - ofA * ofB * (2 * a - ofA) * (2 * b - ofB)));
  const { lower: la, upper: ua } = numerator;
  const { lower: lb, upper: ub } = denominator;
  // 2b - ub can be 0 or less where the denominator is known badly; then the lower bound has no solution above 0.
  const lower = 2 * b - ub > 0 ? Math.max(0, (a * b - root(la, ub)) / (ub * (2 * b - ub))) : 0;
  const upper = (a * b + root(ua, lb)) / (lb * (2 * b - lb));
  return { lower: Math.min(lower, a / b), upper: Math.max(upper, a / b) };
}
