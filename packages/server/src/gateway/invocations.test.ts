import { expect, test } from 'vitest';
import { formatInvocation, parseInvocation } from './invocations.ts';
import { FLIGHTS } from './testdata/model.ts';

interface Accepted {
  what: string;
  body: object;
}

const ACCEPTED: Accepted[] = [
  {
    what: 'dataframe_split, in any order, with columns that the model does not know',
    body: {
      dataframe_split: {
        columns: ['carrier', 'gate', 'holiday', 'distance'],
        data: [
          ['AA', 7, true, 100],
          [null, 8, false, null],
        ],
      },
    },
  },
  {
    what: 'dataframe_records, where a row may lack a value',
    body: { dataframe_records: [{ distance: 100, carrier: 'AA', holiday: true }, { holiday: false }] },
  },
  {
    what: 'instances as objects',
    body: { instances: [{ distance: 100, carrier: 'AA', holiday: 1 }, { holiday: 0 }] },
  },
  {
    what: 'instances as lists in declared order',
    body: {
      instances: [
        [100, 'AA', true],
        [null, null, false],
      ],
    },
  },
  {
    what: 'inputs by column',
    body: { inputs: { distance: [100, null], carrier: ['AA', null], holiday: [true, false] } },
  },
];

test.each(ACCEPTED)('reads $what', ({ body }) => {
  const { batch, ids, times, proba } = parseInvocation(FLIGHTS, body);
  expect(batch.rows).toBe(2);
  expect(Object.fromEntries(batch.columns)).toEqual({
    distance: Float64Array.of(100, Number.NaN),
    carrier: ['AA', null],
    holiday: Float64Array.of(1, 0),
  });
  expect({ ids, times, proba }).toEqual({ ids: null, times: null, proba: false });
});

test('takes the id and the time of each row', () => {
  const row = { flight: 7, at: '2024-05-01T10:00:00+02:00', distance: 1, carrier: 'AA', holiday: null };
  const { ids, times } = parseInvocation(FLIGHTS, { dataframe_records: [row] });
  expect(ids).toEqual(['7']);
  expect(times).toEqual(Float64Array.of(Date.UTC(2024, 4, 1, 8)));
});

interface Refused {
  what: string;
  body: unknown;
  message: RegExp;
}

const REFUSED: Refused[] = [
  { what: 'none of the forms', body: { data: [] }, message: /exactly one of dataframe_split, .* got none of them/ },
  { what: 'two of them', body: { instances: [], inputs: {} }, message: /got instances and inputs/ },
  { what: 'a body that is no object', body: 'x', message: /expected an object/ },
  { what: 'no rows', body: { instances: [] }, message: /lacks distance|no rows/ },
  {
    what: 'a renamed column',
    body: { dataframe_records: [{ Distance: 1, carrier: 'AA', holiday: true }] },
    message: /lacks distance; .* send null for a missing value/,
  },
  {
    what: 'a split row of another length',
    body: { dataframe_split: { columns: ['distance', 'carrier', 'holiday'], data: [[1, 'AA']] } },
    message: /dataframe_split.data: row 0 is no list of 3 values/,
  },
  { what: 'a record that is no object', body: { dataframe_records: [1] }, message: /row 0 is not an object/ },
  {
    what: 'inputs of different length',
    body: { inputs: { distance: [1, 2], carrier: ['AA'] } },
    message: /inputs.carrier: expected a list of 2 values, as of distance, got a list of 1/,
  },
  {
    what: 'a number for a boolean',
    body: { instances: [[1, 'AA', 2]] },
    message: /column "holiday", row 0: expected true, false or null, got 2/,
  },
];

test.each(REFUSED)('refuses $what', ({ body, message }) => {
  expect(() => parseInvocation(FLIGHTS, body)).toThrow(message);
});

test('answers with plain predictions, or with scores where they are asked for', () => {
  const answer = { version: 'v1', latencyMs: 1, prediction: ['late'], score: Float64Array.of(0.75) };
  const body = { instances: [[1, 'AA', true]] };
  expect(formatInvocation(parseInvocation(FLIGHTS, body), answer)).toEqual({ predictions: ['late'] });
  expect(formatInvocation(parseInvocation(FLIGHTS, { ...body, params: { proba: true } }), answer)).toEqual({
    predictions: [{ prediction: 'late', score: 0.75 }],
  });
  const scores = new Map([
    ['early', Float64Array.of(0.25)],
    ['late', Float64Array.of(0.75)],
  ]);
  const several = formatInvocation(parseInvocation(FLIGHTS, { ...body, params: { proba: true } }), {
    ...{ ...answer, score: null, scores },
  });
  expect(several).toEqual({ predictions: [{ prediction: 'late', score: null, scores: { early: 0.25, late: 0.75 } }] });
  const regression = { version: 'v1', latencyMs: 1, prediction: Float64Array.of(3.5), score: null };
  expect(formatInvocation(parseInvocation(FLIGHTS, body), regression)).toEqual({ predictions: [3.5] });
});
