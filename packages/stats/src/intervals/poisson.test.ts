import { describe, expect, it } from 'vitest';
import { poissonInterval } from './poisson.ts';

describe('poissonInterval', () => {
  // Halves of quantiles of chi-squared: qchisq(0.025, 2 k) / 2 and qchisq(0.975, 2 k + 2) / 2.
  it.each([
    [0, 0, 3.6889],
    [1, 0.0253, 5.5716],
    [3, 0.6187, 8.7673],
    [10, 4.7954, 18.3904],
    [100, 81.3636, 121.6269],
  ])("is Garwood's: %i", (count, lower, upper) => {
    const found = poissonInterval(count);
    expect(found.lower).toBeCloseTo(lower, 3);
    expect(found.upper).toBeCloseTo(upper, 3);
  });

  it('is narrower where less is asked', () => {
    const [narrow, wide] = [poissonInterval(5, 0.8), poissonInterval(5, 0.99)];
    expect(narrow.lower).toBeGreaterThan(wide.lower);
    expect(narrow.upper).toBeLessThan(wide.upper);
  });
});
