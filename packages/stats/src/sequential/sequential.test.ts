import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/multiple-testing.json' with { type: 'json' };
import { type DatasetOptions, judgeDataset } from '../drift/judge-dataset.ts';
import { randomIntegers } from '../special/random.ts';
import { categoriesOf, summariseNumbers } from '../testing/summaries.ts';
import { budgetLevel } from './budget-level.ts';
import { FIRST_TEST, type OnlineFdrState, onlineFdrProcedures } from './online-fdr.ts';

const DAY = 86_400_000;

describe('budgetLevel', () => {
  it.each([
    ['one a month, windows of a day', 1, DAY, 1, 1 / 30.4375],
    ['one a month, windows of an hour', 1, DAY / 24, 1, 1 / 730.5],
    ['one in four months', 0.25, DAY, 1, 0.25 / 30.4375],
    ['shared among three monitors', 1, DAY, 3, 1 / 91.3125],
    ['never above 0.05: windows of a week', 1, 7 * DAY, 1, 0.05],
  ])('%s', (_, perMonth, window, monitors, expected) => {
    expect(budgetLevel(perMonth, window, monitors)).toBeCloseTo(expected, 12);
  });

  it.each([
    [0, DAY, 1],
    [-1, DAY, 1],
    [1, 0, 1],
    [1, DAY, 0],
    [Number.NaN, DAY, 1],
  ])('refuses %d, %d, %d', (...given) => {
    expect(() => budgetLevel(...given)).toThrow(RangeError);
  });
});

describe.each(onlineFdrProcedures)('$label', ({ id, level, next }) => {
  it.each(vectors.online)('levels as by the sums of the paper: $name', ({ p_values, alpha, ...expected }) => {
    let state = FIRST_TEST;
    for (const [i, p] of p_values.entries()) {
      expect(level(state, alpha) / expected[id][i]!).toBeCloseTo(1, 9);
      state = next(state, p, alpha);
    }
  });

  it('goes on with the same levels after its state was written and read', () => {
    const { p_values, alpha } = vectors.online[1]!;
    let state = FIRST_TEST;
    let restarted = FIRST_TEST;
    for (const p of p_values) {
      state = next(state, p, alpha);
      restarted = JSON.parse(JSON.stringify(next(restarted, p, alpha))) as OnlineFdrState;
    }
    expect(restarted).toEqual(state);
  });

  it('keeps a small state, and more rejections never lower a level', () => {
    const chance = uniform(5);
    let few = FIRST_TEST;
    let more = FIRST_TEST;
    for (let i = 0; i < 500; i++) {
      const p = chance() ** 4;
      few = next(few, p, 0.05);
      more = next(more, p / 1000, 0.05);
      expect(level(more, 0.05)).toBeGreaterThanOrEqual(level(few, 0.05));
    }
    expect(more.rejections.length).toBe(100);
  });

  it('the share of false rejections stays below the level in expectation, and it finds what is there', () => {
    const alpha = 0.1;
    let falseShare = 0;
    let found = 0;
    const streams = 300;
    for (let stream = 0; stream < streams; stream++) {
      const chance = uniform(1000 + stream);
      let state = FIRST_TEST;
      let wrong = 0;
      let right = 0;
      for (let t = 0; t < 200; t++) {
        const shifted = chance() < 0.3;
        const p = shifted ? chance() * 1e-5 : chance();
        if (p <= level(state, alpha)) shifted ? right++ : wrong++;
        state = next(state, p, alpha);
      }
      falseShare += wrong / Math.max(1, wrong + right) / streams;
      found += right / 60 / streams;
    }
    expect(falseShare).toBeLessThan(alpha);
    expect(found).toBeGreaterThan(0.8);
  });

  it('where nothing is to be found, a whole stream rarely rejects anything', () => {
    let rejecting = 0;
    for (let stream = 0; stream < 400; stream++) {
      const chance = uniform(5000 + stream);
      let state = FIRST_TEST;
      for (let t = 0; t < 300; t++) state = next(state, chance(), 0.05);
      if (state.rejections.length > 0) rejecting++;
    }
    expect(rejecting / 400).toBeLessThan(0.05 + 0.025);
  });
});

function uniform(seed: number): () => number {
  const next = randomIntegers(seed);
  return () => next() / 2 ** 32;
}

const EDGES = Array.from({ length: 11 }, (_, i) => i / 11);
const COLUMNS = 8;
const WINDOWS = 30;

/**
 * Months of daily windows of one model each: eight columns, half of them numbers and half of them categories, 90 rows a window against one reference of
 * 400 rows. Of so few rows the effect limits hold nothing back: what keeps quiet is the level. Gives windows with an alarm a month.
 */
function alarmsAMonth(options: DatasetOptions, months: number, shiftedColumns = 0): number {
  let alarms = 0;
  for (let month = 0; month < months; month++) {
    const chance = uniform(70 + month);
    const rows = (n: number, column: number, shift: number) => {
      if (column % 2 === 0)
        return summariseNumbers(
          Array.from({ length: n }, () => Math.min(1, chance() + shift)),
          EDGES,
        );
      const counts = [0, 0, 0, 0];
      for (let i = 0; i < n; i++) counts[Math.floor(Math.max(0, chance() - shift) * 4)]!++;
      return categoriesOf(counts);
    };
    const references = Array.from({ length: COLUMNS }, (_, column) => rows(400, column, 0));
    for (let window = 0; window < WINDOWS; window++) {
      const judged = judgeDataset(
        references.map((reference, column) => ({
          column: `c${column}`,
          kind: reference.kind,
          reference,
          current: rows(90, column, column < shiftedColumns ? 0.25 : 0),
          test: ['ks', 'chi_squared'],
        })),
        options,
      );
      if (judged.drifted > 0) alarms++;
    }
  }
  return alarms / months;
}

describe('a budget of one false alarm a month over daily windows', () => {
  const alpha = budgetLevel(1, DAY);

  it.each(['benjamini_hochberg', 'benjamini_yekutieli', 'holm', 'bonferroni'] as const)(
    'is kept with %s',
    (correction) => {
      const realised = alarmsAMonth({ alpha, correction }, 24);
      expect(realised).toBeLessThanOrEqual(1);
    },
  );

  it('is broken without correction, and by the usual 0.05 for each test', () => {
    expect(alarmsAMonth({ correction: 'none' }, 6)).toBeGreaterThan(4);
  });

  it('leaves the power to see two shifted columns of eight in nearly every window', () => {
    expect(alarmsAMonth({ alpha }, 4, 2)).toBeGreaterThan(0.95 * WINDOWS);
  });
});
