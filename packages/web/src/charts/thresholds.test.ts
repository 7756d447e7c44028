import { RuleConfig } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import type { Point } from './series.ts';
import { thresholdsOf } from './thresholds.ts';

const point = (value: number | null, reference: number | null = 0.8): Point => ({
  ...{ start: 0, end: 1, reason: '', lower: null, upper: null, threshold: null, coverage: null, n: 100, revision: 0 },
  status: value === null ? 'no_data' : 'ok',
  value,
  reference,
});
const points = [point(0.79), point(null), point(0.7)];
const lines = (given: object, about: object = {}) =>
  thresholdsOf([RuleConfig.parse({ name: 'r', metric: 'roc_auc', ...given })], { metric: 'roc_auc', ...about }, points);

describe('thresholdsOf', () => {
  const rows: [intent: string, rule: object, expected: (number | null)[][]][] = [
    ['an absolute limit is a straight line', { below: 0.7 }, [[0.7, 0.7, 0.7]]],
    ['a change against the reference lies below it', { below: -0.05, against: 'reference' }, [[0.75, 0.75, 0.75]]],
    [
      'a relative change is a share of the reference',
      { below: -0.1, against: 'reference', relative: true },
      [[0.72, 0.72, 0.72]],
    ],
    [
      'the window before is the last one that was measured',
      { below: -0.05, against: 'previous' },
      [[null, 0.74, 0.74]],
    ],
    [
      'outside is two lines',
      { outside: [0.6, 0.9] },
      [
        [0.6, 0.6, 0.6],
        [0.9, 0.9, 0.9],
      ],
    ],
    ['a rule about another metric draws nothing', { metric: 'f1', below: 0.7 }, []],
    ['a rule about a slice draws nothing on the whole', { slice: 'origin=SFO', below: 0.7 }, []],
  ];
  it.each(rows)('%s', (_, rule, expected) => {
    const found = lines(rule).map(({ values }) => values);
    expect(found).toHaveLength(expected.length);
    found.forEach((values, i) => {
      values.forEach((value, j) => {
        if (value === null) expect(expected[i]![j]).toBeNull();
        else expect(value).toBeCloseTo(expected[i]![j]!);
      });
    });
  });

  it('a rule on every column draws on each', () => {
    expect(lines({ column: '*', above: 0.1 }, { column: 'age' })).toHaveLength(1);
    expect(lines({ column: 'fare', above: 0.1 }, { column: 'age' })).toHaveLength(0);
  });
});
