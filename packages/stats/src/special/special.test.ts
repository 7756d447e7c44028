import { describe, expect, it } from 'vitest';
import drift from '../../../../conformance/drift.json' with { type: 'json' };
import vectors from '../../../../conformance/special-functions.json' with { type: 'json' };
import { andersonDarlingSurvival } from './anderson-darling-survival.ts';
import { chiSquaredSurvival } from './chi-squared-survival.ts';
import { cramerVonMisesSurvival } from './cramer-von-mises-survival.ts';
import { kolmogorovOneSample } from './kolmogorov-one-sample.ts';
import { kolmogorovSurvival } from './kolmogorov-survival.ts';
import { normalCritical, normalSurvival } from './normal.ts';
import { studentSurvival } from './student-t.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

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

describe('special functions of the drift tests', () => {
  const { special } = drift;
  it.each(special.student_survival)('P(T > $t), df $df', ({ t, df, expected }) => {
    expect(Math.abs(studentSurvival(t, df) / expected - 1)).toBeLessThan(1e-10);
  });
  it.each(special.kolmogorov_one_sample)('P(D >= $d), $n rows', ({ d, n, expected }) => {
    expect(Math.abs(kolmogorovOneSample(d, n) - expected)).toBeLessThan(1e-7);
  });
  it.each(special.cramer_von_mises_survival)('P(W > $w)', ({ w, expected }) => {
    expect(Math.abs(cramerVonMisesSurvival(w) - expected)).toBeLessThan(1e-12);
  });
  it.each(special.anderson_darling_survival)('P(A > $a)', ({ a, expected }) => {
    expect(Math.abs(andersonDarlingSurvival(a) - expected)).toBeLessThan(1e-6);
  });
  it('limits keep their digits far out in the tail', () => {
    // The leading term, from the largest weight: P(W > w) -> 2 / (pi sqrt(pi w)) ... exp(-pi^2 w / 2) up to 1 / w.
    expect(cramerVonMisesSurvival(100) / cramerVonMisesSurvival(101)).toBeCloseTo(Math.exp(Math.PI ** 2 / 2), -1);
    expect(andersonDarlingSurvival(300)).toBeGreaterThan(0);
    expect(Math.log(andersonDarlingSurvival(200) / andersonDarlingSurvival(201))).toBeCloseTo(1, 2);
  });
  it('eigenvalues and vectors give the matrix again', () => {
    const matrix = [
      [4, 1, -2],
      [1, 2, 0.5],
      [-2, 0.5, 3],
    ];
    const { values, vectors: units } = symmetricEigen(matrix);
    matrix.forEach((row, i) => {
      row.forEach((x, j) => {
        expect(values.reduce((sum, value, k) => sum + value * units[k]![i]! * units[k]![j]!, 0)).toBeCloseTo(x, 12);
      });
    });
  });
});

it.each([0, 1, -1, Number.NaN])('no critical value for a confidence of %d', (confidence) => {
  expect(() => normalCritical(confidence)).toThrow(RangeError);
});
