import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/estimation.json' with { type: 'json' };
import { randomIntegers } from '../special/random.ts';
import type { TreeFeature } from './features.ts';
import { fitGradientBoosting, predictGradientBoosting } from './gradient-boosting.ts';

const numeric = (values: Iterable<number>): TreeFeature => ({ kind: 'numeric', values: Float64Array.from(values) });
const categorical = (values: Iterable<number>): TreeFeature => ({
  kind: 'categorical',
  values: Int32Array.from(values),
});

function uniform(seed: number): () => number {
  const next = randomIntegers(seed);
  return () => next() / 2 ** 32;
}

const meanSquare = (a: Float64Array, b: ArrayLike<number>) =>
  a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length;

describe('gradient boosting', () => {
  it('is as good on unseen rows as scikit-learn, within a twentieth', () => {
    const { train, test, scikitLearn } = vectors.gradientBoosting;
    const featuresOf = ({ x, z, category }: typeof train) => [
      numeric(x.map((value) => value ?? Number.NaN)),
      numeric(z),
      categorical(category),
    ];
    const number = fitGradientBoosting(featuresOf(train), Float64Array.from(train.number), { loss: 'squared_error' });
    const error = meanSquare(predictGradientBoosting(number, featuresOf(test)), test.number);
    expect(error).toBeLessThan(scikitLearn.meanSquaredError * 1.05);
    const answer = fitGradientBoosting(featuresOf(train), Float64Array.from(train.answer), {
      loss: 'log_loss',
      maxIter: 30,
    });
    const said = predictGradientBoosting(answer, featuresOf(test));
    const loss = said.reduce((sum, p, i) => sum - Math.log(test.answer[i] ? p : 1 - p), 0) / said.length;
    expect(loss).toBeLessThan(scikitLearn.logLoss * 1.05);
  });

  it('learns a step exactly, with one tree', () => {
    const x = Array.from({ length: 100 }, (_, i) => i);
    const y = Float64Array.from(x, (value) => (value < 40 ? 1 : 5));
    const model = fitGradientBoosting([numeric(x)], y, { loss: 'squared_error', maxIter: 1, learningRate: 1 });
    expect(model.trees[0]!.threshold[0]).toBe(39.5);
    expect(meanSquare(predictGradientBoosting(model, [numeric(x)]), y)).toBeLessThan(1e-20);
    expect(model.featureImportances).toEqual([1]);
  });

  it('sends missing values where they gain, and categories that it never saw with the missing ones', () => {
    const next = uniform(1);
    const x = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? Number.NaN : next()));
    const codes = Array.from({ length: 400 }, (_, i) => (i % 5 === 0 ? -1 : i % 3));
    const y = Float64Array.from(x, (value, i) => (Number.isNaN(value) ? 10 : 0) + (codes[i] === 2 ? 4 : 0));
    const options = { loss: 'squared_error', maxIter: 60, learningRate: 0.3 } as const;
    const model = fitGradientBoosting([numeric(x), categorical(codes)], y, options);
    const [missing, present, second, unseen] = predictGradientBoosting(model, [
      numeric([Number.NaN, 0.5, 0.5, 0.5]),
      categorical([0, 0, 2, 99]),
    ]);
    expect(missing).toBeCloseTo(10, 2);
    expect(present).toBeCloseTo(0, 2);
    expect(second).toBeCloseTo(4, 2);
    expect(unseen).toBeCloseTo(0, 2);
  });

  it('parts many categories by their mean, where no order of the codes would', () => {
    const codes = Array.from({ length: 3000 }, (_, i) => (i * 7) % 300);
    const y = Float64Array.from(codes, (code) => (code * 17) % 2);
    const model = fitGradientBoosting([categorical(codes)], y, { loss: 'log_loss', minSamplesLeaf: 5 });
    const said = predictGradientBoosting(model, [categorical(codes)]);
    // 255 of the 300 categories have a bin of their own.
    const right = said.reduce((sum, p, i) => sum + (Math.round(p) === y[i] ? 1 : 0), 0);
    expect(right / codes.length).toBeGreaterThan(0.9);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['no rows', () => fitGradientBoosting([], new Float64Array(), { loss: 'log_loss' }), /no rows/],
    [
      'columns of other lengths',
      () => fitGradientBoosting([numeric([1, 2])], new Float64Array(3), { loss: 'log_loss' }),
      /3 rows, feature 0 has 2/,
    ],
    [
      'a label that is neither 0 nor 1',
      () => fitGradientBoosting([numeric([1, 2])], Float64Array.of(0, 2), { loss: 'log_loss' }),
      /0 or 1, got 2 in row 1/,
    ],
    [
      'a target that is no number',
      () => fitGradientBoosting([numeric([1, 2])], Float64Array.of(0, Number.NaN), { loss: 'squared_error' }),
      /finite number, got NaN/,
    ],
    [
      'other features than it was fitted with',
      () => {
        const model = fitGradientBoosting([numeric([1, 2])], Float64Array.of(0, 1), { loss: 'squared_error' });
        return predictGradientBoosting(model, [categorical([1])]);
      },
      /fitted with \[numeric\], got \[categorical\]/,
    ],
  ])('refuses %s', (_, act, message) => {
    expect(act).toThrow(message);
  });

  const column = fc.oneof(
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e300, 0),
    fc.double({ noNaN: true }),
  );
  const rows = fc.array(fc.record({ x: column, code: fc.integer({ min: -1, max: 400 }), y: fc.boolean() }), {
    minLength: 1,
    maxLength: 80,
  });

  it('is finite, plain JSON, the same again, and mutates nothing, whatever the columns hold', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom('squared_error' as const, 'log_loss' as const), (given, loss) => {
        const features = [numeric(given.map(({ x }) => x)), categorical(given.map(({ code }) => code))];
        const before = features.map(({ values }) => values.slice());
        const y = Float64Array.from(given, ({ y: answer }) => (answer ? 1 : 0));
        const model = fitGradientBoosting(features, y, { loss, maxIter: 5, minSamplesLeaf: 2 });
        const said = predictGradientBoosting(model, features);
        expect(said.every(Number.isFinite)).toBe(true);
        const copy = JSON.parse(JSON.stringify(model));
        expect(copy).toEqual(model);
        expect(predictGradientBoosting(copy, features)).toEqual(said);
        expect(fitGradientBoosting(features, y, { loss, maxIter: 5, minSamplesLeaf: 2 })).toEqual(model);
        expect(features.map(({ values }) => values)).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });

  it('never has more leaves or smaller ones than asked for', () => {
    const next = uniform(5);
    const x = Array.from({ length: 500 }, next);
    const y = Float64Array.from(x, (value) => Math.sin(20 * value));
    const model = fitGradientBoosting([numeric(x)], y, {
      loss: 'squared_error',
      maxIter: 3,
      maxLeafNodes: 6,
      minSamplesLeaf: 40,
    });
    for (const tree of model.trees) {
      const leaves = tree.feature.filter((feature) => feature < 0).length;
      expect(leaves).toBeLessThanOrEqual(6);
      expect(tree.feature).toHaveLength(2 * leaves - 1);
    }
    const alone = fitGradientBoosting([numeric(x)], y, { loss: 'squared_error', minSamplesLeaf: 251 });
    expect(alone.trees).toEqual([]);
  });
});
