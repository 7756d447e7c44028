import { describe, expect, it } from 'vitest';
import { categoriesOf, summariseNumbers } from '../testing/summaries.ts';
import { chooseTest } from './choose-test.ts';
import { type ColumnComparison, judgeColumn } from './judge-column.ts';
import { judgeDataset } from './judge-dataset.ts';

describe('chooseTest', () => {
  it.each([
    ['numeric', 1000, 6, 'ks'],
    ['numeric', 1001, 6, 'wasserstein'],
    ['numeric', 1000, 5, 'chi_squared'],
    ['numeric', 1001, 5, 'jensen_shannon'],
    ['categorical', 1000, 3, 'chi_squared'],
    ['categorical', 1001, 3, 'jensen_shannon'],
    ['boolean', 10, 2, 'chi_squared'],
  ] as const)('%s, %d rows, %d values: %s', (kind, referenceCount, distinct, expected) => {
    expect(chooseTest(kind, { referenceCount, distinct })).toBe(expected);
  });
});

const categories = (
  reference: number[],
  current: number[],
  rest: Partial<ColumnComparison> = {},
): ColumnComparison => ({
  kind: 'categorical',
  reference: categoriesOf(reference),
  current: categoriesOf(current),
  ...rest,
});

describe('judgeColumn', () => {
  it.each([
    ['large and significant', categories([300, 300], [400, 200]), true, undefined],
    ['equal', categories([300, 300], [300, 300]), false, undefined],
    ['significant but small', categories([500, 500], [52_500, 47_500], { alpha: 0.5 }), false, 'small_effect'],
    [
      'fewer rows than PSI wants',
      categories([20, 20], [25, 15], { test: 'psi', threshold: 0.05 }),
      null,
      'insufficient',
    ],
    [
      'large distance, few rows',
      categories([60, 60], [68, 52], { test: 'jensen_shannon', threshold: 0.05 }),
      false,
      'not_significant',
    ],
    ['too few rows', categories([300, 300], [29, 0]), null, 'insufficient'],
    ['no rows', categories([300, 300], [0, 0]), null, 'empty_current'],
    ['threshold on the distance', categories([5000, 5000], [5500, 4500], { threshold: 0.2 }), false, 'small_effect'],
    ['p-value corrected away', categories([300, 300], [400, 200], { adjustedPValue: 0.06 }), false, 'not_significant'],
  ])('%s', (_, comparison, drifted, reason) => {
    const judgement = judgeColumn(comparison);
    expect({ drifted: judgement.drifted, reason: judgement.reason }).toEqual({ drifted, reason });
  });

  it('lets the first test that fits the kind decide and lists the others', () => {
    const judgement = judgeColumn(categories([300, 300], [400, 200], { test: ['ks', 'psi', 'hellinger'] }));
    expect(judgement.test).toBe('psi');
    expect(judgement.results.map((result) => result.test)).toEqual(['psi', 'hellinger']);
  });

  it('chooses for itself where no test fits the kind', () => {
    expect(judgeColumn(categories([300, 300], [400, 200], { test: 'ks' })).test).toBe('chi_squared');
  });

  it('takes numbers computed over the rows in place of the bins', () => {
    const reference = summariseNumbers([...Array(100).keys()], [...Array(99).keys()]);
    const comparison = { kind: 'numeric', reference, current: reference } as const;
    expect(judgeColumn(comparison).drifted).toBe(false);
    const results = { ks: { statistic: 0.4, pValue: 1e-6, effect: 0.4 } };
    expect(judgeColumn({ ...comparison, results })).toMatchObject({ test: 'ks', statistic: 0.4, drifted: true });
  });

  it('refuses an unknown test', () => {
    expect(() => judgeColumn(categories([1], [1], { test: 'chi2' }))).toThrow(/Unknown drift test "chi2"/);
  });
});

describe('tests that do not fit', () => {
  const booleans = (no: number, yes: number) => ({
    ...categoriesOf([no, yes]),
    kind: 'boolean' as const,
    values: [['false', no] as const, ['true', yes] as const],
  });
  const flags = { kind: 'boolean' as const, reference: booleans(90, 10), current: booleans(60, 40) };

  it("Fisher's test of more than two values leaves the choice to others, and says why", () => {
    const judgement = judgeColumn(categories([300, 300, 10], [400, 200, 10], { test: 'fisher_exact' }));
    expect(judgement.test).toBe('chi_squared');
    expect(judgement.results[1]).toMatchObject({ test: 'fisher_exact', pValue: null, reason: 'not_two_values' });
  });

  it.each([
    ['up', true],
    ['both', true],
    ['down', false],
  ] as const)('a rise, if it is to be %s, is drift: %s', (direction, drifted) => {
    expect(judgeColumn({ ...flags, test: 'two_proportion_z', direction }).drifted).toBe(drifted);
  });

  it.each([
    [undefined, 'two_proportion_z'],
    ['psi', 'two_proportion_z'],
    [['psi', 'fisher_exact'], 'fisher_exact'],
  ])('with a direction, %s gives way to %s', (test, decider) => {
    const judgement = judgeColumn({ ...flags, ...(test ? { test } : {}), direction: 'up' });
    expect(judgement).toMatchObject({ test: decider, drifted: true });
    if (test) expect(judgement.results.find(({ test }) => test === 'psi')).toMatchObject({ reason: 'no_direction' });
  });
});

describe('judgeDataset', () => {
  const drifting = categories([300, 300], [400, 200]);
  const calm = categories([300, 300], [305, 295]);
  const empty = categories([300, 300], [0, 0]);
  const named = (...columns: ColumnComparison[]) => columns.map((column, i) => ({ ...column, column: `column ${i}` }));

  it.each([
    ['half drifted', named(drifting, calm), 'drift', 0.5],
    ['a third drifted', named(drifting, calm, calm), 'no_drift', 1 / 3],
    ['columns without rows do not count', named(drifting, empty, empty), 'drift', 1],
    ['no column could be judged', named(empty), 'insufficient', null],
    ['no columns', [], 'insufficient', null],
  ])('%s', (_, columns, verdict, share) => {
    expect(judgeDataset(columns)).toMatchObject({ verdict, share, threshold: 0.5 });
  });

  it('takes one drifted column as enough where the share is 0, and none as none', () => {
    const options = { shareThreshold: 0 };
    expect(judgeDataset(named(drifting, calm, calm, calm), options)).toMatchObject({
      verdict: 'drift',
      threshold: 0.25,
    });
    expect(judgeDataset(named(calm, calm), options)).toMatchObject({ verdict: 'no_drift', threshold: 0.5 });
    expect(judgeDataset(named(empty), options).verdict).toBe('insufficient');
  });

  it('corrects over the columns that can be judged', () => {
    // Chi-squared 6.01 on one degree of freedom: p = 0.014, four times that is above 0.05.
    const weak = categories([300, 300], [342, 258]);
    const columns = named(weak, calm, calm, calm, empty);
    const drifted = (correction: 'none' | 'bonferroni') => judgeDataset(columns, { correction }).columns[0]!;
    expect(drifted('none').adjustedPValue).toBe(drifted('none').pValue);
    expect(drifted('bonferroni').adjustedPValue).toBeCloseTo(4 * drifted('none').pValue!, 12);
    expect(judgeDataset(columns).columns[4]!.adjustedPValue).toBeNull();
  });
});
