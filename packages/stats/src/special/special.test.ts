import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/special-functions.json' with { type: 'json' };
import { chiSquaredSurvival } from './chi-squared-survival.ts';
import { kolmogorovSurvival } from './kolmogorov-survival.ts';
import { normalCritical, normalSurvival } from './normal.ts';

const closeTo = (actual: number, expected: number) => expect(Math.abs(actual / expected - 1)).toBeLessThan(1e-12);

describe('special functions against scipy, relative error below 1e-12', () => {
  it.each(vectors.normal_survival)('P(Z > $z)', ({ z, expected }) => closeTo(normalSurvival(z), expected));
  it.each(vectors.normal_critical)('z of $confidence', ({ confidence, expected }) =>
    closeTo(normalCritical(confidence), expected),
  );
  it.each(vectors.chi_squared_survival)('P(X > $x), df $df', ({ x, df, expected }) =>
    closeTo(chiSquaredSurvival(x, df), expected),
  );
  it.each(vectors.kolmogorov_survival)('P(K > $x)', ({ x, expected }) => closeTo(kolmogorovSurvival(x), expected));
});

it.each([0, 1, -1, Number.NaN])('no critical value for a confidence of %d', (confidence) => {
  expect(() => normalCritical(confidence)).toThrow(RangeError);
});
