import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BINARY, HOUR, MULTICLASS, modelConfig, REGRESSION, START } from '../testing/models.ts';
import { labelCheck, predictionCheck } from './validate.ts';

const loans = predictionCheck(modelConfig(BINARY));
const houses = predictionCheck(modelConfig(REGRESSION));
const GOOD = {
  id: 'a',
  asked_at: '2026-03-02T00:00:00Z',
  decision: '1',
  probability: 0.7,
  amount: 10,
  purpose: 'car',
  employed: true,
};
const YEARS = 365 * 24 * HOUR;

describe('a prediction is refused', () => {
  const cases: { name: string; row: unknown; code: string; message?: RegExp; now?: number }[] = [
    { name: 'that is a number', row: 7, code: 'row_not_an_object', message: /got 7/ },
    { name: 'that is null', row: null, code: 'row_not_an_object' },
    { name: 'that is a list', row: [GOOD], code: 'row_not_an_object' },
    {
      name: 'without an id',
      row: { ...GOOD, id: undefined },
      code: 'missing_id',
      message: /column "id" holds nothing/,
    },
    { name: 'with an id of null', row: { ...GOOD, id: null }, code: 'missing_id' },
    { name: 'with an empty id', row: { ...GOOD, id: '' }, code: 'missing_id' },
    { name: 'with an id that is too long', row: { ...GOOD, id: 'x'.repeat(513) }, code: 'missing_id' },
    { name: 'with an id that is an object', row: { ...GOOD, id: { a: 1 } }, code: 'missing_id' },
    { name: 'without a time', row: { ...GOOD, asked_at: undefined }, code: 'missing_time' },
    { name: 'with a time of null', row: { ...GOOD, asked_at: null }, code: 'missing_time' },
    {
      name: 'with a time in words',
      row: { ...GOOD, asked_at: 'yesterday' },
      code: 'invalid_time',
      message: /"yesterday"/,
    },
    { name: 'with a time without a zone', row: { ...GOOD, asked_at: '2026-03-02T00:00:00' }, code: 'invalid_time' },
    { name: 'with a day that is not in the calendar', row: { ...GOOD, asked_at: '2026-02-30' }, code: 'invalid_time' },
    {
      name: 'with a day that is not in the calendar, and an hour',
      row: { ...GOOD, asked_at: '2026-02-30T10:00:00Z' },
      code: 'invalid_time',
    },
    {
      name: 'with a month that is not in the calendar',
      row: { ...GOOD, asked_at: '2026-13-01T00:00:00Z' },
      code: 'invalid_time',
    },
    { name: 'with a time that is true', row: { ...GOOD, asked_at: true }, code: 'invalid_time' },
    { name: 'from two hours ahead', row: { ...GOOD, asked_at: START + 2 * HOUR }, code: 'clock_far_off' },
    {
      name: 'from 1970, as seconds taken for milliseconds are',
      row: { ...GOOD, asked_at: START / 1000 },
      code: 'clock_far_off',
      message: /1970/,
    },
    {
      name: 'from the year 58000, as microseconds are',
      row: { ...GOOD, asked_at: START * 1000 },
      code: 'clock_far_off',
    },
    { name: 'from before 1970, when days begin', row: { ...GOOD, asked_at: -1 }, code: 'clock_far_off', now: HOUR },
    { name: 'from beyond what a date can be', row: { ...GOOD, asked_at: 1e300 }, code: 'invalid_time' },
    {
      name: 'with a text where a number belongs',
      row: { ...GOOD, amount: '10' },
      code: 'wrong_type',
      message: /"amount" is numeric and holds "10"/,
    },
    { name: 'with a number where a yes or no belongs', row: { ...GOOD, employed: 2 }, code: 'wrong_type' },
    { name: 'with an object where a category belongs', row: { ...GOOD, purpose: { a: 1 } }, code: 'wrong_type' },
    { name: 'with an object where a slice belongs', row: { ...GOOD, region: ['north'] }, code: 'wrong_type' },
    { name: 'with a score below 0', row: { ...GOOD, probability: -0.1 }, code: 'wrong_type', message: /from 0 to 1/ },
    { name: 'with a score above 1', row: { ...GOOD, probability: 1.1 }, code: 'wrong_type' },
    { name: 'with a score in text', row: { ...GOOD, probability: '0.5' }, code: 'wrong_type' },
    { name: 'with an object for a decision', row: { ...GOOD, decision: {} }, code: 'wrong_type' },
    { name: 'with a negative weight', row: { ...GOOD, weight: -1 }, code: 'wrong_type' },
    { name: 'with a latency in text', row: { ...GOOD, latency_ms: '5' }, code: 'wrong_type' },
    { name: 'with a version that is a number', row: { ...GOOD, version: 1 }, code: 'wrong_type' },
  ];
  test.each(cases)('$name', ({ row, code, message, now = START }) => {
    const checked = loans(row, now);
    expect(checked).toMatchObject({ code });
    if (message) expect((checked as { message: string }).message).toMatch(message);
  });
});

describe('a prediction is taken', () => {
  const cases: { name: string; row: object; as: object }[] = [
    {
      name: 'as it should be',
      row: GOOD,
      as: {
        id: 'a',
        time: START,
        prediction: '1',
        score: 0.7,
        f_amount: 10,
        f_purpose: 'car',
        f_employed: true,
        role: 'live',
      },
    },
    { name: 'with a number for an id', row: { ...GOOD, id: 12 }, as: { id: '12' } },
    { name: 'with its time in milliseconds', row: { ...GOOD, asked_at: START + 5 }, as: { time: START + 5 } },
    { name: 'with a day for a time', row: { ...GOOD, asked_at: '2026-03-01' }, as: { time: START - 24 * HOUR } },
    {
      name: 'with a zone other than UTC',
      row: { ...GOOD, asked_at: '2026-03-02T01:00:00.250+01:00' },
      as: { time: START + 250 },
    },
    {
      name: 'with a blank between day and hour',
      row: { ...GOOD, asked_at: '2026-03-02 00:00:00Z' },
      as: { time: START },
    },
    {
      name: 'from a clock that is half an hour ahead',
      row: { ...GOOD, asked_at: START + HOUR / 2 },
      as: { time: START + HOUR / 2 },
    },
    { name: 'from twenty years ago', row: { ...GOOD, asked_at: START - 20 * YEARS }, as: { time: START - 20 * YEARS } },
    { name: 'with a decision of true', row: { ...GOOD, decision: true }, as: { prediction: '1' } },
    { name: 'with a decision of 1.0', row: { ...GOOD, decision: 1.0 }, as: { prediction: '1' } },
    { name: 'with yes and no as 1 and 0', row: { ...GOOD, employed: 0 }, as: { f_employed: false } },
    { name: 'with a slice', row: { ...GOOD, region: 'north' }, as: { f_region: 'north' } },
    {
      name: 'with a feature whose name wants quoting',
      row: { ...GOOD, 'debt.ratio-1': -2.5 },
      as: { 'f_debt.ratio-1': -2.5 },
    },
    {
      name: 'of a version',
      row: { ...GOOD, version: 'v3', latency_ms: 4, weight: 2 },
      as: { version: 'v3', latency_ms: 4, weight: 2 },
    },
    {
      name: 'without an outcome, as history',
      row: { ...GOOD, decision: null },
      as: { prediction: null, role: 'history' },
    },
    {
      name: 'that failed',
      row: { ...GOOD, decision: null, error: 'timeout' },
      as: { prediction: null, error: 'timeout', role: 'live' },
    },
  ];
  test.each(cases)('$name', ({ row, as }) => {
    expect(loans(row, START)).toMatchObject({ row: as });
  });

  test.each([
    ['null', null],
    ['nothing', undefined],
    ['an empty text', ''],
  ])('with features that are %s, as missing', (_name, value) => {
    const checked = loans({ ...GOOD, amount: value, purpose: value, employed: value }, START);
    expect(Object.keys((checked as { row: object }).row).filter((key) => key.startsWith('f_'))).toEqual([]);
  });

  test('a regression wants a number', () => {
    const row = { id: 1, time: START, price: 3.5 };
    expect(houses(row, START)).toMatchObject({ row: { prediction: 3.5 } });
    expect(houses({ ...row, price: '3.5' }, START)).toMatchObject({ code: 'wrong_type' });
    expect(houses({ ...row, price: true }, START)).toMatchObject({ code: 'wrong_type' });
  });
});

describe('probabilities of classes', () => {
  const tickets = predictionCheck(modelConfig(MULTICLASS));
  const row = {
    id: 1,
    time: START,
    queue: 'billing',
    p_billing: 0.5,
    p_delivery: 0.25,
    p_returns: 0.25,
    'p.other-1': 0,
  };
  test('are kept under the names of their classes; one may be missing, and their sum may be any', () => {
    expect(tickets(row, START)).toMatchObject({
      row: { s_billing: 0.5, s_delivery: 0.25, s_returns: 0.25, s_other: 0 },
    });
    const some = tickets({ ...row, p_returns: null, p_billing: 1 }, START) as { row: object };
    expect(some.row).toMatchObject({ s_billing: 1 });
    expect(some.row).not.toHaveProperty('s_returns');
    expect(tickets({ ...row, queue: null }, START)).toMatchObject({ row: { role: 'history', s_billing: 0.5 } });
  });
  test.each([1.2, -0.1, '0.5', Number.NaN])('of %s are refused', (value) => {
    const { code, message } = tickets({ ...row, p_delivery: value }, START) as { code: string; message: string };
    expect(code).toBe('wrong_type');
    expect(message).toMatch(
      /column "p_delivery" is the probability of "delivery" and holds .*; expected a number from 0 to 1/,
    );
  });
});

describe('labels', () => {
  const cases: { name: string; model: object; row: unknown; expected: object }[] = [
    { name: 'a class', model: BINARY, row: { id: 1, defaulted: 0 }, expected: { row: { id: '1', label: '0' } } },
    {
      name: 'a class in text',
      model: MULTICLASS,
      row: { id: 'a', solved_by: 'billing' },
      expected: { row: { label: 'billing' } },
    },
    { name: 'a number', model: REGRESSION, row: { id: 'a', paid: 12.5 }, expected: { row: { label: 12.5 } } },
    { name: 'null withdraws', model: BINARY, row: { id: 'a', defaulted: null }, expected: { row: { label: null } } },
    { name: 'not there', model: BINARY, row: { id: 'a' }, expected: { code: 'missing_label' } },
    { name: 'without an id', model: BINARY, row: { defaulted: 1 }, expected: { code: 'missing_id' } },
    {
      name: 'a text for a regression',
      model: REGRESSION,
      row: { id: 'a', paid: 'much' },
      expected: { code: 'wrong_type' },
    },
    { name: 'not an object', model: BINARY, row: 'a,1', expected: { code: 'row_not_an_object' } },
  ];
  test.each(cases)('$name', ({ model, row, expected }) => {
    expect(labelCheck(modelConfig(model))(row, START)).toMatchObject(expected);
  });
});

test('whatever comes, the check answers with a row or a reason, and what it takes is plain JSON', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.jsonValue(),
        fc.record({
          id: fc.jsonValue(),
          asked_at: fc.jsonValue(),
          decision: fc.jsonValue(),
          amount: fc.jsonValue(),
          purpose: fc.jsonValue(),
        }),
      ),
      (input) => {
        const checked = loans(input, START);
        if ('row' in checked) {
          expect(typeof checked.row['id']).toBe('string');
          expect(Math.abs((checked.row['time'] as number) - START)).toBeLessThan(31 * YEARS);
          expect(JSON.parse(JSON.stringify(checked.row))).toEqual(checked.row);
        } else expect(checked.message).not.toBe('');
      },
    ),
    { numRuns: 500 },
  );
});

describe('texts and vectors', () => {
  const features = { comment: { type: 'text' }, embedding: { type: 'vector', dimension: 3 } };
  const check = predictionCheck(
    modelConfig({ ...REGRESSION, columns: { ...REGRESSION.columns, slices: [], features } }),
  );
  const row = { id: 'a', time: START, price: 1 };
  test.each([
    { name: 'a vector as declared', given: { embedding: [1, -2.5, 0] }, kept: { f_embedding: [1, -2.5, 0] } },
    { name: 'none', given: { embedding: null, comment: null }, kept: {} },
    { name: 'a text, and an empty one', given: { comment: 'Späť, 42!' }, kept: { f_comment: 'Späť, 42!' } },
  ])('$name', ({ given, kept }) => {
    const found = check({ ...row, ...given }, START);
    expect(found).toMatchObject({ row: kept });
    expect(Object.keys((found as { row: object }).row).filter((key) => key.startsWith('f_'))).toEqual(
      Object.keys(kept),
    );
  });

  test.each([
    {
      name: 'two numbers of three',
      given: { embedding: [1, 2] },
      message: /a vector of 3 numbers and holds \[1,2\], 2 values/,
    },
    { name: 'no numbers', given: { embedding: [1, null, 2] }, message: /a vector of 3 numbers/ },
    { name: 'a number beyond single precision', given: { embedding: [1, 1e39, 2] }, message: /a vector of 3 numbers/ },
    { name: 'a text for a vector', given: { embedding: '1,2,3' }, message: /a vector of 3 numbers/ },
    { name: 'a number for a text', given: { comment: 7 }, message: /column "comment" is text and holds 7/ },
  ])('refuses $name', ({ given, message }) => {
    const found = check({ ...row, ...given }, START);
    expect(found).toMatchObject({ code: 'wrong_type', message: expect.stringMatching(message) });
  });
});
