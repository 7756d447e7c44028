import { describe, expect, it } from 'vitest';
import type { Bounded } from './interval.ts';
import { combinedInterval, ratioInterval } from './mover.ts';
import { wilsonInterval } from './wilson.ts';

const share = (x: number, n: number): Bounded => ({ value: x / n, ...wilsonInterval(x, n)! });
const difference = (a: Bounded, b: Bounded) =>
  combinedInterval([
    [1, a],
    [-1, b],
  ]);

describe('difference of two shares', () => {
  // Newcombe (1998), table II, method 10.
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 10, 0.6075, 1],
  ])("is Newcombe's: %i of %i, %i of %i", (x, n, y, m, lower, upper) => {
    const found = difference(share(x, n), share(y, m));
    expect(found.lower).toBeCloseTo(lower, 4);
    expect(found.upper).toBeCloseTo(upper, 4);
  });
});

describe('ratio of two shares', () => {
  it('holds R exactly if the interval of a - R b holds 0', () => {
    const [a, b] = [share(30, 100), share(45, 120)];
    const { lower, upper } = ratioInterval(a, b)!;
    for (const [ratio, side] of [
      [lower, 'lower'],
      [upper, 'upper'],
    ] as const) {
      const gap = combinedInterval([
        [1, a],
        [-ratio, b],
      ]);
      expect(gap[side]).toBeCloseTo(0, 12);
    }
  });

  it('has bounds where the numerator is 0, and none where the denominator may be', () => {
    expect(ratioInterval(share(0, 50), share(20, 50))).toMatchObject({ lower: 0 });
    expect(ratioInterval(share(0, 50), share(20, 50))!.upper).toBeLessThan(0.3);
    expect(ratioInterval(share(5, 50), share(0, 50))).toBeNull();
  });
});
