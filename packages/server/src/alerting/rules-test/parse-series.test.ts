import { describe, expect, it } from 'vitest';
import { parseSeries } from './parse-series.ts';

const ok = (value: number, after = 0) => ({ after, status: 'ok', value });
const DAY = 86_400_000;

describe('parseSeries', () => {
  it.each([
    ['0.81 -2 1e-3', [[ok(0.81)], [ok(-2)], [ok(0.001)]]],
    ['0.8±0.02x1', [[{ ...ok(0.8), margin: 0.02 }]]],
    ['0.7x3', [[ok(0.7)], [ok(0.7)], [ok(0.7)]]],
    ['_x2', [[{ after: 0, status: 'no_data', value: null }], [{ after: 0, status: 'no_data', value: null }]]],
    ['? !', [[{ after: 0, status: 'insufficient', value: null }], [{ after: 0, status: 'error', value: null }]]],
    ['stale 0.8', [[], [ok(0.8)]]],
    ['0.81>0.86@3d', [[ok(0.81), ok(0.86, 3 * DAY)]]],
    ['0.81>_@1d>0.9@2dx2', Array(2).fill([ok(0.81), { after: DAY, status: 'no_data', value: null }, ok(0.9, 2 * DAY)])],
    ['', []],
  ])('reads %j', (text, expected) => expect(parseSeries(text)).toEqual(expected));

  it.each([
    'abc',
    '0.8x',
    '0.8>0.9',
    '0.8@3d',
    '0.8>0.9@3',
    'x3',
    '0.8>0.9@2d>0.7@1d',
    'stale>0.8@1d',
    '0.8x99999',
    'NaN',
  ])('says what it expects instead of %j', (word) => expect(() => parseSeries(word)).toThrow(word));
});
