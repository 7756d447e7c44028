import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LeewayError, ModelConfig } from '@leeway/contract';
import { expect, test } from 'vitest';
import type { Column, ColumnBatch } from './columns.ts';
import { loadOnnx } from './runtime.ts';

// Expected values: scikit-learn, see `source` in the file; made by testdata/export_models.py.
const expected = JSON.parse(readFileSync(new URL('./testdata/expected.json', import.meta.url), 'utf8'));
const rows: [distance: number | null, hour: number, carrier: string][] = expected.rows;
const file = (name: string) => fileURLToPath(new URL(`./testdata/${name}.onnx`, import.meta.url));

const COLUMNS = { distance: { type: 'numeric' }, hour: { type: 'numeric' }, carrier: { type: 'categorical' } };
const NUMBERS = { distance: { type: 'numeric' }, hour: { type: 'numeric' } };

function config(task: string, features: object, positive = '1') {
  return ModelConfig.parse({ name: 'flights', task, columns: { features, positive } });
}

function batch(missing: number): ColumnBatch {
  return {
    rows: rows.length,
    columns: new Map<string, Column>([
      ['distance', Float64Array.from(rows, ([distance]) => distance ?? missing)],
      ['hour', Float64Array.from(rows, ([, hour]) => hour)],
      ['carrier', rows.map(([, , carrier]) => (carrier === '' ? null : carrier))],
    ]),
  };
}

function expectClose(actual: Float64Array, wanted: number[]): void {
  expect(actual.length).toBe(wanted.length);
  wanted.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value)).toBeLessThan(1e-5);
  });
}

test('a pipeline of skl2onnx with one input a feature: floats, integers and strings', async () => {
  const runner = await loadOnnx(file('columns'), config('binary', COLUMNS, 'late'));
  const { prediction, score } = await runner.predict(batch(Number.NaN));
  expect(prediction).toEqual(expected.columns.prediction);
  expectClose(score!, expected.columns.score);
  await runner.close();
});

test('a model of skl2onnx with one matrix and integer classes', async () => {
  const runner = await loadOnnx(file('matrix'), config('binary', NUMBERS));
  const { prediction, score } = await runner.predict(batch(0));
  expect(prediction).toEqual(expected.matrix.prediction);
  expectClose(score!, expected.matrix.score);
  await runner.close();
});

test('the score is that of the class that the configuration calls positive', async () => {
  const runner = await loadOnnx(file('matrix'), config('binary', NUMBERS, '0'));
  const { score } = await runner.predict(batch(0));
  expectClose(
    score!,
    expected.matrix.score.map((p: number) => 1 - p),
  );
  await runner.close();
});

test('a forest with three classes', async () => {
  const runner = await loadOnnx(file('multiclass'), config('multiclass', NUMBERS));
  expect(await runner.predict(batch(0))).toEqual({ prediction: expected.multiclass.prediction, score: null });
  await runner.close();
});

test.each([
  ['all are recorded, in any order', { c: 'p_c', a: 'p_a', b: 'p_b' }, ['c', 'a', 'b']],
  ['one is not known to the model: none is given', { a: 'p_a', b: 'p_b', z: 'p_z' }, undefined],
])('the probabilities of three classes: %s', async (_, scores, names) => {
  const model = config('multiclass', NUMBERS);
  const runner = await loadOnnx(file('multiclass'), { ...model, columns: { ...model.columns, scores } });
  const times = 200;
  const one = batch(0);
  const many: ColumnBatch = {
    rows: one.rows * times,
    columns: new Map([...one.columns].map(([name, column]) => [name, repeat(column, times)])),
  };
  const { prediction, scores: found } = await runner.predict(many);
  expect(found && [...found.keys()]).toEqual(names);
  for (let row = 0; found && row < many.rows; row += 7) {
    const of = ['a', 'b', 'c'].map((name) => found.get(name)![row]!);
    expect(of[0]! + of[1]! + of[2]!).toBeCloseTo(1, 5);
    expect('abc'[of.indexOf(Math.max(...of))]).toBe(prediction[row]);
  }
  await runner.close();
});

test('a regression', async () => {
  const runner = await loadOnnx(file('regression'), config('regression', NUMBERS));
  const { prediction, score } = await runner.predict(batch(0));
  expectClose(prediction as Float64Array, expected.regression.prediction);
  expect(score).toBeNull();
  await runner.close();
});

test('a large batch goes through in pieces, lets the event loop turn, and keeps its order', async () => {
  const runner = await loadOnnx(file('columns'), config('binary', COLUMNS, 'late'));
  const times = 300;
  const one = batch(Number.NaN);
  const many: ColumnBatch = {
    rows: one.rows * times,
    columns: new Map([...one.columns].map(([name, column]) => [name, repeat(column, times)])),
  };
  let turns = 0;
  const turning = setInterval(() => turns++, 1);
  const { prediction, score } = await runner.predict(many);
  clearInterval(turning);
  expect(turns).toBeGreaterThan(5);
  expect((prediction as string[]).slice(-rows.length)).toEqual(expected.columns.prediction);
  expectClose(score!.subarray(-rows.length), expected.columns.score);
  await runner.close();
});

test('a model ends what it has begun before it is freed', async () => {
  const runner = await loadOnnx(file('matrix'), config('binary', NUMBERS));
  const predicting = runner.predict(batch(0));
  await Promise.all([runner.close(), predicting]);
  expect((await predicting).prediction).toHaveLength(rows.length);
});

interface Broken {
  what: string;
  model: string | Uint8Array;
  config: ModelConfig;
  message: RegExp;
}

const BROKEN: Broken[] = [
  {
    what: 'no ONNX at all',
    model: Buffer.from('not a model'),
    config: config('binary', NUMBERS),
    message: /onnxruntime cannot load it/,
  },
  {
    what: 'a sequence of maps for probabilities',
    model: file('zipmap'),
    config: config('binary', NUMBERS),
    message: /output_probability is no tensor; export it with options=\{'zipmap': False\}/,
  },
  {
    what: 'an input that is no feature',
    model: file('columns'),
    config: config('binary', NUMBERS, 'late'),
    message: /inputs that are no declared features: carrier; declared are distance, hour/,
  },
  {
    what: 'strings for a number',
    model: file('columns'),
    config: config('binary', { ...COLUMNS, carrier: { type: 'numeric' } }, 'late'),
    message: /input carrier is string, but the feature is declared numeric/,
  },
  {
    what: 'a matrix of another width',
    model: file('matrix'),
    config: config('binary', { distance: { type: 'numeric' } }),
    message: /X, has shape \[.*2\]; expected \[N, 1\]/,
  },
  {
    what: 'a matrix for categories',
    model: file('matrix'),
    config: config('binary', { distance: { type: 'numeric' }, carrier: { type: 'categorical' } }),
    message: /matrix of numbers, but carrier is categorical/,
  },
  {
    what: 'a positive class that it does not know',
    model: file('matrix'),
    config: config('binary', NUMBERS, 'late'),
    message: /its classes are 0 and 1; columns.positive, "late", is neither/,
  },
  {
    what: 'three classes for a binary task',
    model: file('multiclass'),
    config: config('binary', NUMBERS),
    message: /binary task has two/,
  },
  {
    what: 'a number for a classification',
    model: file('regression'),
    config: config('multiclass', NUMBERS),
    message: /no output of labels \(string or int64\); it has variable float32/,
  },
];

test.each(BROKEN)('refused as broken: $what', async ({ model, config, message }) => {
  const error = await loadOnnx(model, config).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(LeewayError);
  expect((error as LeewayError).code).toBe('broken_model');
  expect((error as LeewayError).detail).toMatch(message);
});

test('a missing value for an integer input is an error that says so', async () => {
  const runner = await loadOnnx(file('columns'), config('binary', COLUMNS, 'late'));
  const given = batch(Number.NaN);
  given.columns.get('hour')!.fill(Number.NaN as never);
  await expect(runner.predict(given)).rejects.toThrow(
    /column "hour": this version takes whole numbers only, got a missing value/,
  );
  await runner.close();
});

function repeat(column: Column, times: number): Column {
  if (Array.isArray(column)) return Array.from({ length: times }, () => column).flat();
  const result = new Float64Array(column.length * times);
  for (let i = 0; i < times; i++) result.set(column, i * column.length);
  return result;
}
