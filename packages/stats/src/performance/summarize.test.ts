import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summarizeCategorical } from '../summary/summarize-categorical.ts';
import { summarizeNumeric } from '../summary/summarize-numeric.ts';
import { summariseBinary, summariseCategories, summariseNumbers, summariseRegression } from '../testing/summaries.ts';
import { measurePerformance } from './index.ts';
import { summarizeBinary } from './summarize-binary.ts';
import { summarizeMulticlass } from './summarize-multiclass.ts';
import { summarizeRegression } from './summarize-regression.ts';

/** Both hold the same numbers to 9 digits; the order in which they were added up differs. */
function expectClose(actual: object, expected: object): void {
  const round = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(9)) + 0 : value);
  expect(JSON.parse(JSON.stringify(actual, round))).toEqual(JSON.parse(JSON.stringify(expected, round)));
}

describe('summaries of rows in memory agree with the definitions', () => {
  const score = fc.integer({ min: 1, max: 999 }).map((k) => k / 1000);

  it('binary', () => {
    const row = fc.tuple(fc.constantFrom(0, 1), score);
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const labels = rows.map(([label]) => label);
        const scores = rows.map(([, p]) => p);
        const predicted = scores.map((p) => (p >= 0.3 ? 1 : 0));
        const counted = summarizeBinary(Float64Array.from(labels), Float64Array.from(scores), predicted);
        expectClose(counted, summariseBinary(labels, scores, 0.3));
      }),
    );
  });

  it('binary: scores of 0 and 1 are clipped in the log loss, and counted in the outer bins', () => {
    const counted = summarizeBinary(Float64Array.of(1, 0), Float64Array.of(0, 1), [0, 1]);
    expect(counted.logLossSum).toBeCloseTo(2 * 52 * Math.LN2, 9);
    expect(counted.calibration.map((bin) => bin.n)).toEqual([1, ...Array(13).fill(0), 1]);
    expect(counted).toMatchObject({ tp: 0, fp: 1, tn: 0, fn: 1 });
  });

  it('regression', () => {
    const number = fc.integer({ min: -50, max: 50 }).map((k) => k / 4);
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number)), (rows) => {
        const labels = rows.map(([label]) => label);
        const predictions = rows.map(([, prediction]) => prediction);
        const counted = summarizeRegression(Float64Array.from(labels), Float64Array.from(predictions));
        const defined = summariseRegression(labels, predictions);
        expect(counted.targetMean).toBeCloseTo(defined.targetMean, 9);
        expect(counted.targetSumSquares).toBeCloseTo(defined.targetSumSquares, 6);
        // Around 0, sums of deviations are all rounding.
        for (const [name, value] of Object.entries(defined)) {
          if (typeof value === 'number') expect(counted[name as 'n'], name).toBeCloseTo(value, 5);
        }
        expect(counted.medianAbsError).toEqual(defined.medianAbsError);
      }),
    );
  });

  it('multiclass', () => {
    const classes = ['a', 'b', 'c'];
    const row = fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 }), fc.tuple(score, score, score));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), (rows) => {
        const labels = rows.map(([label]) => label);
        const predicted = rows.map(([, said]) => said);
        const chances = rows.map(([, , raw]) => raw.map((p) => p / (raw[0] + raw[1] + raw[2])));
        const counted = summarizeMulticlass(labels, predicted, classes, {
          ofClasses: classes.map((_, k) => Float64Array.from(chances, (p) => p[k]!)),
        });
        expect(counted.rescaled).toBe(0);
        for (const [i, cells] of counted.matrix.entries()) {
          for (const [j, cell] of cells.entries()) {
            expect(cell).toBe(rows.filter(([label, said]) => label === i && said === j).length);
          }
        }
        const metrics = measurePerformance(counted);
        const hits = rows.filter(([label, said]) => label === said).length;
        expect(metrics['accuracy']!.value).toBeCloseTo(hits / rows.length, 12);
        const loss = chances.reduce((sum, p, i) => sum - Math.log(p[labels[i]!]!), 0) / rows.length;
        expect(metrics['log_loss']!.value).toBeCloseTo(loss, 9);
        const ofRow = (p: number[], i: number) =>
          p.reduce((sum, q, k) => sum + (q - (k === labels[i] ? 1 : 0)) ** 2, 0);
        const brier = chances.reduce((sum, p, i) => sum + ofRow(p, i), 0) / rows.length;
        expect(metrics['brier_score']!.value).toBeCloseTo(brier, 9);
      }),
    );
  });

  it('multiclass: weights count a row as often as it weighs', () => {
    const classes = ['a', 'b', 'c'];
    const row = fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 }), fc.tuple(score, score, score), fc.nat({ max: 3 }));
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const summary = (some: typeof rows, weighted: boolean) =>
          summarizeMulticlass(
            some.map(([label]) => label),
            some.map(([, said]) => said),
            classes,
            {
              ofClasses: classes.map((_, k) => Float64Array.from(some, ([, , p]) => p[k]!)),
              ...(weighted ? { weights: Float64Array.from(some, ([, , , weight]) => weight) } : {}),
            },
          );
        const { squared, auc, ...sums } = summary(rows, true);
        const repeated = rows.flatMap((one) => Array.from({ length: one[3] }, () => one));
        const { auc: expected, ...others } = summary(repeated, false);
        expectClose(sums, others);
        expectClose(auc!.classes, expected!.classes);
        expect(squared!.auc).toHaveLength(3);
      }),
    );
  });

  it('multiclass: probabilities that do not sum to 1 are scaled, counted and told', () => {
    const columns = [Float64Array.of(0.9, 0.5, 0, 0.336), Float64Array.of(0.9, 0.5, 0, 0.664)];
    const scaled = summarizeMulticlass([0, 0, 1, 1], [0, 0, 1, 1], ['a', 'b'], { ofClasses: columns });
    expect(scaled).toMatchObject({ scored: 4, rescaled: 2 });
    expect(scaled.logLossSum).toBeCloseTo(3 * Math.LN2 - Math.log(0.664), 12);
    expect(columns[0]![0]).toBe(0.9);
    const many = <T>(values: T[]) => Array.from({ length: 30 }, () => values).flat();
    const measured = measurePerformance(
      summarizeMulticlass(many([0, 1]), many([0, 1]), ['a', 'b'], {
        ofClasses: [Float64Array.from(many([0.9, 0.1])), Float64Array.from(many([0.8, 0.9]))],
      }),
    );
    expect(measured['log_loss']).toMatchObject({ reason: 'rescaled', n: 60 });
    expect(measured['accuracy']!.reason).toBeUndefined();
  });

  it('numeric', () => {
    const value = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.constantFrom(Number.NaN, Infinity));
    const edges = fc.uniqueArray(fc.integer({ min: -15, max: 15 })).map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(fc.array(value), edges, (values, cuts) => {
        expectClose(summarizeNumeric(values, cuts, 3), summariseNumbers(values, cuts, 3));
      }),
    );
  });

  it('categorical', () => {
    const categories = ['x', 'y', 'z', 'w'];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 3 })), fc.integer({ min: 1, max: 4 }), (codes, listed) => {
        const values = codes.map((code) => categories[code] ?? null);
        expect(summarizeCategorical(codes, categories, listed)).toEqual(summariseCategories(values, listed));
      }),
    );
  });

  it.each([
    [
      'lengths of binary',
      () => summarizeBinary(Float64Array.of(1), Float64Array.of(0.5, 0.5), [1]),
      /1 labels, 2 scores/,
    ],
    ['a score', () => summarizeBinary(Float64Array.of(1), Float64Array.of(Number.NaN), [1]), /scores\[0\] is NaN/],
    ['a prediction', () => summarizeRegression(Float64Array.of(1), Float64Array.of(Number.NaN)), /prediction NaN/],
    ['a class', () => summarizeMulticlass([0], [2], ['a', 'b']), /classes 0 and 2 of 2/],
  ])('refuses wrong %s', (_, call, message) => {
    expect(call).toThrow(message);
  });
});
