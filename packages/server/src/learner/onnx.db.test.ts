import { readFileSync } from 'node:fs';
import { ModelConfig } from '@leeway/contract';
import { describe, expect, test } from 'vitest';
import type { Column } from '../gateway/columns.ts';
import { loadOnnx } from '../gateway/runtime.ts';
import { encode, type FeatureType, fitEncoding } from './encode.ts';
import { decide, softmax } from './linear-model.ts';
import { fitLinearRegression } from './linear-regression.ts';
import { fitLogisticRegression } from './logistic-regression.ts';
import { fitMultinomialRegression } from './multinomial-regression.ts';
import { toOnnx } from './onnx.ts';
import { tableOf } from './testdata/table.ts';

const vector = JSON.parse(readFileSync(new URL('./testdata/sklearn.json', import.meta.url), 'utf8'));
const KINDS: Record<string, FeatureType> = {
  distance: 'numeric',
  hour: 'numeric',
  holiday: 'boolean',
  carrier: 'categorical',
};
const table = tableOf(KINDS, vector.rows);
const options = { c: 1, tolerance: 1e-8, maxIterations: 500 };

// Beside the training rows: all missing, a category never seen, one that was folded, numbers far out.
const ODD_ROWS = [
  [null, null, null, null],
  [100, 3, true, 'new'],
  [100, 3, false, 'ZZ'],
  [1e9, -1e9, true, 'AA'],
];
const scored = tableOf(KINDS, [...vector.rows, ...ODD_ROWS]);

function modelConfig(task: string, kinds: Record<string, FeatureType>) {
  const features = Object.fromEntries(Object.entries(kinds).map(([name, type]) => [name, { type }]));
  return ModelConfig.parse({ name: 'flights', task, columns: { features, positive: 'late' } });
}

function batchOf(from: typeof scored, kinds: Record<string, FeatureType>) {
  const columns = new Map<string, Column>();
  for (const name of Object.keys(kinds)) {
    const column = from.columns.get(name)!;
    if (column.kind === 'numeric') columns.set(name, column.values);
    else
      columns.set(
        name,
        Array.from(column.codes, (code) => column.categories[code] ?? null),
      );
  }
  return { rows: from.rows, columns };
}

const FEATURE_SETS: { name: string; kinds: Record<string, FeatureType>; minCategoryRows: number }[] = [
  { name: 'all kinds of features', kinds: KINDS, minCategoryRows: 20 },
  { name: 'numbers only', kinds: { distance: 'numeric', hour: 'numeric' }, minCategoryRows: 20 },
  { name: 'categories only', kinds: { carrier: 'categorical' }, minCategoryRows: 20 },
  { name: 'a categorical feature without a frequent category', kinds: KINDS, minCategoryRows: 1_000 },
];

describe.each(FEATURE_SETS)('onnxruntime gives what the learner computes: $name', ({ kinds, minCategoryRows }) => {
  const encoding = fitEncoding(table, new Map(Object.entries(kinds)), minCategoryRows);
  const rows = encode(table, encoding);

  test('binary', async () => {
    const model = fitLogisticRegression(rows, labelIs('binary', 'late'), options);
    const onnx = toOnnx({ task: 'binary', classes: ['on_time', 'late'], encoding, model });
    const runner = await loadOnnx(onnx, modelConfig('binary', kinds));
    const { prediction, score } = await runner.predict(batchOf(scored, kinds));
    const expected = softmax(decide(encode(scored, encoding), model), 2);
    expect(
      largestDifference(
        score!,
        expected.filter((_, i) => i % 2 === 1),
      ),
    ).toBeLessThan(1e-12);
    expect(prediction).toEqual(Array.from(score!, (p) => (p > 0.5 ? 'late' : 'on_time')));
    await runner.close();
  });

  test('multiclass', async () => {
    const classOf = Int32Array.from(vector.labels.multiclass, (label: string) => 'abc'.indexOf(label));
    const model = fitMultinomialRegression(rows, classOf, 3, options);
    const onnx = toOnnx({ task: 'multiclass', classes: ['a', 'b', 'c'], encoding, model });
    const config = modelConfig('multiclass', kinds);
    const columns = { ...config.columns, scores: { a: 'p_a', b: 'p_b', c: 'p_c' } };
    const runner = await loadOnnx(onnx, { ...config, columns });
    const { prediction, score, scores: ofClasses } = await runner.predict(batchOf(scored, kinds));
    const scores = decide(encode(scored, encoding), model);
    const best = Array.from({ length: scored.rows }, (_, row) => {
      const three = scores.subarray(row * 3, row * 3 + 3);
      return 'abc'[three.indexOf(Math.max(...three))];
    });
    expect(prediction).toEqual(best);
    expect(score).toBeNull();
    const chances = softmax(scores, 3);
    for (const [k, name] of ['a', 'b', 'c'].entries()) {
      const expected = chances.filter((_, i) => i % 3 === k);
      expect(largestDifference(ofClasses!.get(name)!, expected)).toBeLessThan(1e-12);
    }
    await runner.close();
  });

  test('regression', async () => {
    const model = fitLinearRegression(rows, Float64Array.from(vector.labels.regression), options);
    const onnx = toOnnx({ task: 'regression', classes: [], encoding, model });
    const runner = await loadOnnx(onnx, modelConfig('regression', kinds));
    const { prediction } = await runner.predict(batchOf(scored, kinds));
    const expected = decide(encode(scored, encoding), model);
    expect(relativeDifference(prediction as Float64Array, expected)).toBeLessThan(1e-12);
    await runner.close();
  });
});

function labelIs(task: string, name: string): Uint8Array {
  return Uint8Array.from(vector.labels[task], (label) => (label === name ? 1 : 0));
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0);
}

function relativeDifference(a: Float64Array, b: Float64Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!) / Math.max(1, Math.abs(b[i]!))), 0);
}
