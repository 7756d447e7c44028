import { ModelConfig } from '@leeway/contract';
import { describe, expect, test } from 'vitest';
import { formatInferResponse, modelMetadata, parseInferRequest } from './open-inference.ts';
import { FLIGHTS } from './testdata/model.ts';

const distance = { name: 'distance', shape: [2], datatype: 'FP64', data: [100, null] };
const carrier = { name: 'carrier', shape: [2, 1], datatype: 'BYTES', data: [['AA'], [null]] };
const holiday = { name: 'holiday', shape: [2], datatype: 'BOOL', data: [true, null] };
const inputs = [distance, carrier, holiday];

test('reads one input a feature, flat or nested, null as missing', () => {
  const { batch, ids, times, id, outputs } = parseInferRequest(FLIGHTS, { id: 'r1', inputs });
  expect(batch.rows).toBe(2);
  expect(batch.columns.get('distance')).toEqual(Float64Array.of(100, Number.NaN));
  expect(batch.columns.get('carrier')).toEqual(['AA', null]);
  expect(batch.columns.get('holiday')).toEqual(Float64Array.of(1, Number.NaN));
  expect({ ids, times, id, outputs }).toEqual({ ids: null, times: null, id: 'r1', outputs: null });
});

test('takes the id and time columns, and columns that are only recorded', () => {
  const { batch, ids, times } = parseInferRequest(FLIGHTS, {
    inputs: [
      ...inputs,
      { name: 'flight', shape: [2], datatype: 'BYTES', data: ['f1', 'f2'] },
      { name: 'at', shape: [2], datatype: 'BYTES', data: ['2024-05-01T10:00:00Z', 1714557600000] },
      { name: 'region', shape: [2], datatype: 'BYTES', data: ['north', 'south'] },
    ],
  });
  expect(ids).toEqual(['f1', 'f2']);
  expect(times).toEqual(Float64Array.of(Date.UTC(2024, 4, 1, 10), 1714557600000));
  expect(batch.columns.get('region')).toEqual(['north', 'south']);
});

test('reads one matrix of all features in declared order', () => {
  const model = ModelConfig.parse({
    name: 'm',
    task: 'regression',
    columns: { features: { a: { type: 'numeric' }, b: { type: 'numeric' } } },
  });
  const data = [1, 2, 3, 4, 5, 6];
  const { batch } = parseInferRequest(model, { inputs: [{ name: 'X', shape: [3, 2], datatype: 'FP32', data }] });
  expect(batch.columns.get('a')).toEqual(Float64Array.of(1, 3, 5));
  expect(batch.columns.get('b')).toEqual(Float64Array.of(2, 4, 6));
});

interface Refused {
  what: string;
  body: unknown;
  message: RegExp;
}

const REFUSED: Refused[] = [
  { what: 'a list', body: [], message: /expected the body to be an object/ },
  { what: 'no inputs', body: { inputs: [] }, message: /expected "inputs"/ },
  {
    what: 'a missing feature',
    body: { inputs: [distance] },
    message: /lacks carrier, holiday; .* are distance, carrier, holiday/,
  },
  {
    what: 'no rows',
    body: { inputs: inputs.map((input) => ({ ...input, shape: [0], data: [] })) },
    message: /there are no rows/,
  },
  {
    what: 'data of another length than the shape',
    body: { inputs: [{ ...distance, shape: [3] }] },
    message: /input distance: its shape \[3\] makes 3 values, and data has 2/,
  },
  {
    what: 'inputs of different length',
    body: { inputs: [distance, { ...holiday, shape: [1], data: [true] }] },
    message: /input holiday has 1 rows and input distance has 2/,
  },
  { what: 'an unknown datatype', body: { inputs: [{ ...distance, datatype: 'FLOAT' }] }, message: /got "FLOAT"/ },
  { what: 'a bad shape', body: { inputs: [{ ...distance, shape: [-1] }] }, message: /expected a shape .* got \[-1\]/ },
  {
    what: 'a text for a number',
    body: { inputs: [{ ...distance, data: [1, '2'] }, carrier, holiday] },
    message: /column "distance", row 1: expected a number or null, got "2"/,
  },
  {
    what: 'a local time',
    body: { inputs: [...inputs, { name: 'at', shape: [2], datatype: 'BYTES', data: ['2024-05-01T10:00', 0] }] },
    message: /column "at", row 0: expected a time: ISO 8601 with a zone/,
  },
];

test.each(REFUSED)('refuses $what', ({ body, message }) => {
  expect(() => parseInferRequest(FLIGHTS, body)).toThrow(message);
});

describe('the answer', () => {
  const answer = { version: 'v3', latencyMs: 1, prediction: ['late', 'on_time'], score: Float64Array.of(0.75, 0.25) };

  test('echoes the id and gives prediction and score', () => {
    expect(formatInferResponse(FLIGHTS, parseInferRequest(FLIGHTS, { id: 'r1', inputs }), answer)).toEqual({
      model_name: 'flights',
      model_version: 'v3',
      id: 'r1',
      outputs: [
        { name: 'prediction', shape: [2], datatype: 'BYTES', data: ['late', 'on_time'] },
        { name: 'score', shape: [2], datatype: 'FP64', data: [0.75, 0.25] },
      ],
    });
  });

  test('gives only the outputs asked for, and no id where none was given', () => {
    const request = parseInferRequest(FLIGHTS, { inputs, outputs: [{ name: 'score' }] });
    expect(formatInferResponse(FLIGHTS, request, answer)).toEqual({
      model_name: 'flights',
      model_version: 'v3',
      outputs: [{ name: 'score', shape: [2], datatype: 'FP64', data: [0.75, 0.25] }],
    });
  });
});

test('tells the inputs and outputs of a model', () => {
  expect(modelMetadata(FLIGHTS, 'v3')).toMatchObject({
    name: 'flights',
    versions: ['v3'],
    inputs: [
      { name: 'distance', datatype: 'FP64', shape: [-1, 1] },
      { name: 'carrier', datatype: 'BYTES', shape: [-1, 1] },
      { name: 'holiday', datatype: 'BOOL', shape: [-1, 1] },
    ],
    outputs: [{ name: 'prediction' }, { name: 'score' }],
  });
});
