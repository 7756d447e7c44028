import { ModelConfig } from '@leeway/contract';
import type { InferenceSession } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { warehouseRows } from './capture.ts';
import { modelMetadata, parseInferRequest } from './open-inference.ts';
import { bindSignature } from './signature.ts';

const MODEL = ModelConfig.parse({
  name: 'tickets',
  task: 'regression',
  columns: { features: { comment: { type: 'text' }, embedding: { type: 'vector', dimension: 3 } } },
});
const comment = { name: 'comment', shape: [2, 1], datatype: 'BYTES', data: ['late again', null] };
const embedding = (data: unknown[], shape = [2, 3]) => ({ name: 'embedding', shape, datatype: 'FP32', data });
const parse = (data: unknown[], shape?: number[]) =>
  parseInferRequest(MODEL, { inputs: [comment, embedding(data, shape)] });

test('a tensor [N, dimension] is a vector a row, and is recorded so', () => {
  const input = parse([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(input.batch.columns.get('embedding')).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const captured = {
    model: 'tickets',
    version: 'v1',
    role: 'live' as const,
    requestId: 'r',
    at: 0,
    latencyMs: 1,
    error: '',
  };
  const rows = warehouseRows(MODEL, { ...captured, input, output: null }, 0);
  expect(rows[1]).toMatchObject({ f_embedding: [4, 5, 6] });
  expect(rows[0]).toMatchObject({ f_comment: 'late again' });
  expect(rows[1]).not.toHaveProperty('f_comment');
  expect(modelMetadata(MODEL, null)).toMatchObject({
    inputs: [
      { datatype: 'BYTES', shape: [-1, 1] },
      { datatype: 'FP32', shape: [-1, 3] },
    ],
  });
});

test('a row of nulls is a vector that is missing', () => {
  expect(
    parse([
      [null, null, null],
      [4, 5, 6],
    ]).batch.columns.get('embedding'),
  ).toEqual([null, [4, 5, 6]]);
});

test('a vector of another length is refused, and the length is named', () => {
  expect(() => parse([1, 2, 3, 4], [2, 2])).toThrow(
    /column "embedding", row 0: expected a list of 3 numbers or null, got \[1,2\] \(2 values\)/,
  );
});

test('the probabilities of classes are recorded under their names', () => {
  const captured = {
    ...{ model: 'm', version: 'v1', role: 'live' as const, requestId: 'r', at: 0, latencyMs: 1, error: '' },
  };
  const input = parse([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const scores = new Map([['a b', Float64Array.of(0.25, Number.NaN)]]);
  const rows = warehouseRows(
    MODEL,
    { ...captured, input, output: { prediction: ['a b', 'c'], score: null, scores } },
    0,
  );
  expect(rows.map((row) => row['s_a b'])).toEqual([0.25, null]);
});

class FakeTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
  constructor(type: string, data: unknown, dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }
}

const input = (name: string, type: string, shape: (number | string)[]) => ({ name, isTensor: true, type, shape });
const bind = (vector: ReturnType<typeof input>) =>
  bindSignature(
    FakeTensor as never,
    {
      inputMetadata: [input('comment', 'string', ['N', 1]), vector],
      outputMetadata: [input('variable', 'float32', ['N', 1])],
    } as unknown as Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>,
    null,
    MODEL,
  );

test('goes into an input [N, dimension], one that is missing as NaN', () => {
  const { batch } = parse([1, 2, 3, 4, 5, 6]);
  batch.columns.set('embedding', [[1, 2, 3], null]);
  const feeds = bind(input('embedding', 'float32', ['N', 3])).feeds(batch, 0, 2);
  expect(feeds['embedding']).toMatchObject({ type: 'float32', dims: [2, 3] });
  expect(feeds['embedding']!.data).toEqual(Float32Array.of(1, 2, 3, Number.NaN, Number.NaN, Number.NaN));
});

test('an input of another width is a broken model', () => {
  expect(() => bind(input('embedding', 'float32', ['N', 4]))).toThrow(/expected float \[N, 3\]/);
  expect(() => bind(input('embedding', 'float64', ['N', 3]))).toThrow(/expected float \[N, 3\]/);
});
