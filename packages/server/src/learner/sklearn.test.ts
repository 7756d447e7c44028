import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { encode, type FeatureType, fitEncoding } from './encode.ts';
import type { LinearModel } from './linear-model.ts';
import { fitLinearRegression } from './linear-regression.ts';
import { fitLogisticRegression } from './logistic-regression.ts';
import { fitMultinomialRegression } from './multinomial-regression.ts';
import { tableOf } from './testdata/table.ts';

// Expected values: scikit-learn, see `source` in the file; made by testdata/fit_reference.py.
const vector = JSON.parse(readFileSync(new URL('./testdata/sklearn.json', import.meta.url), 'utf8'));

const KINDS: Record<string, FeatureType> = {
  distance: 'numeric',
  hour: 'numeric',
  holiday: 'boolean',
  carrier: 'categorical',
};
const table = tableOf(KINDS, vector.rows);
const rows = encode(table, fitEncoding(table, new Map(Object.entries(KINDS)), 20));
const options = { c: 1, tolerance: 1e-8, maxIterations: 1000 };

/** Coefficients of one output of the model. */
const coefficients = (model: LinearModel, output: number) =>
  Array.from({ length: rows.width }, (_, j) => model.weights[j * model.outputs + output]!);

function expectClose(actual: ArrayLike<number>, expected: number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value)).toBeLessThan(1e-4);
  });
}

test('logistic regression has the coefficients of LogisticRegression(C=1)', () => {
  const positive = Uint8Array.from(vector.labels.binary, (label) => (label === 'late' ? 1 : 0));
  const model = fitLogisticRegression(rows, positive, options);
  expect(model.converged).toBe(true);
  expectClose(coefficients(model, 1), vector.fits.binary.coefficients[0]);
  expectClose([model.intercepts[1]!], vector.fits.binary.intercepts);
});

test('multinomial regression has those of LogisticRegression(C=1) with three classes', () => {
  const classOf = Int32Array.from(vector.labels.multiclass, (label: string) => 'abc'.indexOf(label));
  const model = fitMultinomialRegression(rows, classOf, 3, options);
  for (const k of [0, 1, 2]) expectClose(coefficients(model, k), vector.fits.multiclass.coefficients[k]);
  expectClose(model.intercepts, vector.fits.multiclass.intercepts);
});

test('linear regression has those of Ridge(alpha=1)', () => {
  const model = fitLinearRegression(rows, Float64Array.from(vector.labels.regression), options);
  expectClose(coefficients(model, 0), vector.fits.regression.coefficients[0]);
  expectClose(model.intercepts, vector.fits.regression.intercepts);
});
