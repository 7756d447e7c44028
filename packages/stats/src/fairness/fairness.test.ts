import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/fairness.json' with { type: 'json' };
import { randomIntegers } from '../special/random.ts';
import { assessFairness, assessRegressionFairness, type FairnessResult } from './assess-fairness.ts';
import type { ClassificationCounts, FairnessGroup } from './fairness-measure.ts';

const NONE: ClassificationCounts = { tp: 0, fp: 0, tn: 0, fn: 0, scored: 0, sumGap: 0, sumSquaredGap: 0 };
const ALL = { minimumRows: 1, minimumDenominator: 1 };

/** Groups counted from rows. */
function groupsOf(
  labels: readonly number[],
  predicted: readonly number[],
  groups: readonly string[],
  weights?: readonly number[] | null,
): FairnessGroup<ClassificationCounts>[] {
  return [...new Set(groups)].map((group) => {
    const count = (power: number) => {
      const counts = { ...NONE };
      for (const [i, name] of groups.entries()) {
        if (name !== group) continue;
        const cell = predicted[i] ? (labels[i] ? 'tp' : 'fp') : labels[i] ? 'fn' : 'tn';
        counts[cell] += (weights?.[i] ?? 1) ** power;
      }
      return counts;
    };
    return { group, counts: count(1), ...(weights ? { squared: count(2) } : {}) };
  });
}

const cells = (group: string, tp: number, fp: number, tn: number, fn: number): FairnessGroup<ClassificationCounts> => ({
  group,
  counts: { ...NONE, tp, fp, tn, fn },
});

describe('values are those of Fairlearn', () => {
  it.each(vectors.fairlearn)('$name', ({ labels, predicted, groups, weights, ...vector }) => {
    const result = assessFairness(groupsOf(labels, predicted, groups, weights), ALL);
    for (const [id, values] of Object.entries(vector.by_group)) {
      const measure = result.measures[id]!;
      expect(measure.overall.value).toBeCloseTo(vector.overall[id as 'precision'], 12);
      for (const [group, value] of Object.entries(values as Record<string, number>)) {
        expect(measure.groups[group]!.value, `${id} of ${group}`).toBeCloseTo(value, 12);
      }
      const { between_groups, to_overall } = vector;
      const name = id as 'precision';
      expect(measure.difference.value, id).toBeCloseTo(between_groups.difference[name], 12);
      expect(measure.ratio!.value, id).toBeCloseTo(between_groups.ratio[name], 12);
      expect(measure.to_overall.difference.value, id).toBeCloseTo(to_overall.difference[name], 12);
      expect(measure.to_overall.ratio!.value, id).toBeCloseTo(to_overall.ratio[name], 12);
    }
    for (const [name, value] of Object.entries(vector.criteria)) {
      const [, criterion, kind] = /^(demographic_parity|equal_opportunity|equalized_odds)_(.+)$/.exec(name)!;
      const found = result.criteria[criterion!]![kind as 'ratio'];
      expect(found!.value, name).toBeCloseTo(value, 12);
    }
  });
});

describe('values are those of Aequitas', () => {
  it.each(vectors.aequitas)('$name', ({ labels, predicted, groups, reference, values, disparities }) => {
    const result = assessFairness(groupsOf(labels, predicted, groups), { ...ALL, reference });
    expect(result.reference).toBe(reference);
    for (const [id, expected] of Object.entries(values)) {
      for (const [group, value] of Object.entries(expected as Record<string, number | null>)) {
        const found = result.measures[id]!.groups[group]!;
        // An empty cell is a reason, not a number.
        if (value === null) expect(found).toMatchObject({ value: null, reason: 'no_data' });
        else expect(found.value, `${id} of ${group}`).toBeCloseTo(value, 12);
      }
    }
    for (const [id, expected] of Object.entries(disparities)) {
      for (const [group, ratio] of Object.entries(expected as Record<string, number | null>)) {
        const found = result.measures[id]!.to_reference.find((one) => one.group === group);
        if (ratio === null) expect(found, `${id} of ${group}`).toBeUndefined();
        else {
          expect(found!.ratio!.value, `${id} of ${group}`).toBeCloseTo(ratio, 12);
          expect(found!.fair).toBe(ratio >= 0.8 && ratio <= 1.25);
        }
      }
    }
  });
});

describe('groups that are too small', () => {
  const groups = [
    cells('a', 40, 20, 30, 10),
    cells('b', 30, 20, 45, 5),
    cells('tiny', 0, 9, 0, 0),
    cells('few', 4, 20, 30, 2),
  ];
  const result = assessFairness(groups);

  it('are named and left out of the extremes, but not of all rows', () => {
    const { excluded, difference, overall, groups: values, lowest } = result.measures['selection_rate']!;
    expect(excluded).toEqual([{ group: 'tiny', n: 9, reason: 'too_few_rows' }]);
    expect(difference.value).toBeCloseTo(0.6 - 24 / 56, 12);
    expect(lowest).toBe('few');
    expect(overall.n).toBe(265);
    expect(values['tiny']).toMatchObject({ value: 1, n: 9 });
  });

  it('are so by the denominator of each measure', () => {
    expect(result.measures['true_positive_rate']!.excluded).toEqual([
      { group: 'tiny', n: 9, reason: 'too_few_rows' },
      { group: 'few', n: 6, reason: 'too_few_in_denominator' },
    ]);
    expect(result.measures['true_positive_rate']!.groups['tiny']).toMatchObject({ value: null, reason: 'no_data' });
  });

  it.each([
    ['no groups', []],
    ['one group', [groups[0]!]],
    ['one group that is large enough', [groups[0]!, groups[2]!]],
    ['empty groups', [cells('a', 0, 0, 0, 0), cells('b', 0, 0, 0, 0)]],
  ])('%s: no disparity, with a reason', (_, some) => {
    for (const { difference, ratio } of Object.values(assessFairness(some).criteria)) {
      expect(difference).toMatchObject({ value: null, reason: 'no_data' });
      if (ratio) expect(ratio).toMatchObject({ value: null, reason: 'no_data' });
    }
  });
});

it('nobody selected: no ratio, and no difference', () => {
  const { criteria } = assessFairness([cells('a', 0, 0, 50, 50), cells('b', 0, 0, 60, 30)]);
  expect(criteria['demographic_parity']!.difference.value).toBe(0);
  expect(criteria['demographic_parity']!.ratio).toMatchObject({ value: null, reason: 'no_data' });
});

it('calibration by group: mean score minus share of positives, where there are scores', () => {
  const scored = (group: string, sumGap: number): FairnessGroup<ClassificationCounts> => ({
    group,
    counts: { ...NONE, tp: 50, tn: 50, scored: 100, sumGap, sumSquaredGap: 20 },
  });
  const { criteria, measures } = assessFairness([scored('a', 10), scored('b', -5)]);
  expect(criteria['calibration_parity']).toMatchObject({ difference: { value: 0.15000000000000002 }, ratio: null });
  expect(measures['calibration_bias']!.to_overall.difference.value).toBeCloseTo(0.075, 12);
  expect(
    assessFairness([cells('a', 50, 0, 50, 0), cells('b', 40, 0, 60, 0)]).criteria['calibration_parity'],
  ).toMatchObject({
    difference: { value: null },
  });
});

it('regression: mean error, MAE and RMSE by group', () => {
  const group = (name: string, errors: number[]) => {
    const sum = (of: (error: number) => number) => errors.reduce((total, error) => total + of(error), 0);
    return {
      group: name,
      counts: {
        n: errors.length,
        sumError: sum((e) => e),
        sumAbsError: sum(Math.abs),
        sumSquaredError: sum((e) => e * e),
        sumFourthPowerError: sum((e) => e ** 4),
        sumPrediction: sum((e) => 10 + e),
        sumSquaredPrediction: sum((e) => (10 + e) ** 2),
      },
    };
  };
  const spread = (by: number, around: number) => Array.from({ length: 60 }, (_, i) => around + by * ((i % 7) - 3));
  const { measures } = assessRegressionFairness([
    group('a', spread(1, 0)),
    group('b', spread(2, 1)),
    group('c', [5, -5]),
  ]);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [a, b] = [spread(1, 0), spread(2, 1)];
  expect(measures['mae']!.difference.value).toBeCloseTo(mean(b.map(Math.abs)) - mean(a.map(Math.abs)), 12);
  expect(measures['rmse']!.ratio!.value).toBeCloseTo(
    Math.sqrt(mean(a.map((e) => e * e)) / mean(b.map((e) => e * e))),
    12,
  );
  expect(measures['bias']!).toMatchObject({ ratio: null, lowest: 'a', highest: 'b', excluded: [{ group: 'c', n: 2 }] });
});

describe('every answer', () => {
  const count = fc.nat({ max: 40 });
  const groups = fc
    .array(fc.tuple(count, count, count, count, fc.integer({ min: 1, max: 4 })), { maxLength: 5 })
    .map((all) =>
      all.map(([tp, fp, tn, fn, weight], i): FairnessGroup<ClassificationCounts> => {
        const counts = { ...NONE, tp, fp, tn, fn };
        const times = (by: number) => Object.fromEntries(Object.entries(counts).map(([key, n]) => [key, n * by]));
        if (weight === 1) return { group: `g${i}`, counts };
        return { group: `g${i}`, counts: times(weight) as never, squared: times(weight ** 2) as never };
      }),
    );
  const estimates = (result: FairnessResult) => [
    ...Object.values(result.criteria).flatMap((one) => Object.values(one)),
    ...Object.values(result.measures).flatMap(({ difference, ratio, overall, to_overall, to_reference }) => [
      ...[difference, ratio, overall, to_overall.difference, to_overall.ratio],
      ...[...to_overall.groups, ...to_reference].flatMap((one) => [one.difference, one.ratio]),
    ]),
  ];

  it('is finite inside its interval, or null with a reason', () => {
    fc.assert(
      fc.property(groups, (all) => {
        for (const found of estimates(assessFairness(all, ALL))) {
          if (found === null) continue;
          const { value, lower, upper, reason } = found;
          for (const number of [value, lower, upper]) if (number !== null) expect(Number.isFinite(number)).toBe(true);
          if (value === null || lower === null || upper === null) expect(reason).toBeDefined();
          else expect(lower - 1e-9 <= value && value <= upper + 1e-9, `${lower} ${value} ${upper}`).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on the order of the groups', () => {
    fc.assert(
      fc.property(groups, (all) => {
        const forward = assessFairness(all, { ...ALL, reference: 'g0' });
        const backward = assessFairness(all.toReversed(), { ...ALL, reference: 'g0' });
        for (const id of Object.keys(forward.criteria)) {
          const [a, b] = [forward.criteria[id]!.difference, backward.criteria[id]!.difference];
          expect(a.value === null).toBe(b.value === null);
          if (a.value !== null) expect(a.value).toBeCloseTo(b.value!, 12);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('parity gives a difference of 0 and a ratio of 1', () => {
    const same = ['a', 'b', 'c'].map((name) => cells(name, 40, 15, 35, 10));
    for (const { difference, ratio } of Object.values(assessFairness(same).criteria)) {
      if (difference.value !== null) expect(difference).toMatchObject({ value: 0, lower: 0 });
      if (ratio && ratio.value !== null) expect(ratio).toMatchObject({ value: 1, upper: 1 });
    }
  });
});

describe('intervals cover', () => {
  it.each([
    ['two groups', [0.3, 0.42]],
    ['four groups alike', [0.3, 0.3, 0.3, 0.3]],
    ['three groups', [0.2, 0.25, 0.4]],
  ])('the true range and ratio at least 95 times in 100: %s', (_, rates) => {
    const next = randomIntegers(11);
    const draws = (n: number, p: number) =>
      Array.from({ length: n }, () => Number(next() < p * 2 ** 32)).reduce((a, b) => a + b, 0);
    const [gap, quotient] = [Math.max(...rates) - Math.min(...rates), Math.min(...rates) / Math.max(...rates)];
    const covered = { difference: 0, ratio: 0 };
    const trials = 200;
    for (let trial = 0; trial < trials; trial++) {
      const groups = rates.map((rate, i) => {
        const selected = draws(80, rate);
        return cells(`g${i}`, selected, 0, 80 - selected, 0);
      });
      const { difference, ratio } = assessFairness(groups).criteria['demographic_parity']!;
      if (difference.lower! <= gap && gap <= difference.upper!) covered.difference++;
      if (ratio!.lower! <= quotient && quotient <= ratio!.upper!) covered.ratio++;
    }
    expect(covered.difference / trials).toBeGreaterThan(0.93);
    expect(covered.ratio / trials).toBeGreaterThan(0.93);
  });
});
