import { describe, expect, it } from 'vitest';
import { summarizeBinary } from '../performance/summarize-binary.ts';
import { randomIntegers } from '../special/random.ts';
import type { TreeFeature } from '../trees/features.ts';
import { densityRatio } from './density-ratio.ts';
import { estimateRegression, fitDirectLoss } from './direct-loss.ts';
import { trackRecord } from './track-record.ts';

function normals(seed: number): () => number {
  const next = randomIntegers(seed);
  const uniform = () => (next() + 0.5) / 2 ** 32;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A regression whose error grows with x, where a shift of x is a shift of the error. */
function simulate(n: number, seed: number, shift = 0) {
  const normal = normals(seed);
  const x = Float64Array.from({ length: n }, () => normal() + shift);
  const group = Int32Array.from({ length: n }, () => (normal() > 0 ? 1 : 0));
  const prediction = x.map((value) => 20 + 2 * value);
  const label = prediction.map((value, i) => value + (0.5 + Math.exp(x[i]! / 2) + group[i]!) * normal());
  const features: TreeFeature[] = [
    { kind: 'numeric', values: x },
    { kind: 'categorical', values: group },
  ];
  return { features, prediction, label };
}

describe('direct loss estimation', () => {
  const reference = simulate(4000, 1);
  const fitted = fitDirectLoss(reference.features, reference.prediction, reference.label);
  const mae = ({ prediction, label }: typeof reference) =>
    prediction.reduce((sum, value, i) => sum + Math.abs(value - label[i]!), 0) / label.length;

  it('foresees what a shift of the features does to the error', () => {
    const calm = simulate(3000, 2);
    const shifted = simulate(3000, 3, 0.8);
    expect(mae(shifted) / mae(calm)).toBeGreaterThan(1.2);
    for (const window of [calm, shifted]) {
      const { mae: found, rmse, mse } = estimateRegression(fitted, window.features, window.prediction);
      expect(found!.value! / mae(window)).toBeGreaterThan(0.9);
      expect(found!.value! / mae(window)).toBeLessThan(1.1);
      expect(rmse!.value! ** 2).toBeCloseTo(mse!.value!, 9);
      expect(found!.lower!).toBeLessThan(found!.value!);
    }
  });

  it('has intervals that hold what the labels show, mostly', () => {
    const inside: Record<string, number> = { mae: 0, mse: 0 };
    for (let run = 0; run < 40; run++) {
      const window = simulate(500, 100 + run);
      const found = estimateRegression(fitted, window.features, window.prediction);
      const mse = window.prediction.reduce((sum, value, i) => sum + (value - window.label[i]!) ** 2, 0) / 500;
      for (const [id, realised] of Object.entries({ mae: mae(window), mse })) {
        if (realised >= found[id]!.lower! && realised <= found[id]!.upper!) inside[id]! += 1;
      }
    }
    expect(inside['mae']! / 40).toBeGreaterThan(0.85);
    expect(inside['mse']! / 40).toBeGreaterThan(0.85);
  });

  it('is plain JSON, and knows what it foresaw', () => {
    const copy = JSON.parse(JSON.stringify(fitted));
    const window = simulate(50, 9);
    expect(estimateRegression(copy, window.features, window.prediction)).toEqual(
      estimateRegression(fitted, window.features, window.prediction),
    );
    expect(fitted.absolute_error!.skill).toBeGreaterThan(0.1);
    expect(fitted.absolute_error!.skill).toBeLessThan(0.6);
  });

  it('a sample says the same with a wider interval than all rows', () => {
    const window = simulate(2000, 4);
    const all = estimateRegression(fitted, window.features, window.prediction, 2000)['mae']!;
    const many = estimateRegression(fitted, window.features, window.prediction, 1e6)['mae']!;
    expect(many.value).toBe(all.value);
    expect(many.n).toBe(1e6);
    expect(many.upper! - many.lower!).toBeLessThan(all.upper! - all.lower!);
    expect(many.upper!).toBeGreaterThan(many.lower!);
  });

  it('leaves out losses that are not defined, and says when there are no rows', () => {
    const negative = reference.label.map((value) => value - 60);
    const without = fitDirectLoss(reference.features, reference.prediction, negative);
    expect(Object.keys(without)).toEqual(['absolute_error', 'squared_error', 'absolute_percentage_error']);
    expect(fitDirectLoss([], new Float64Array(), new Float64Array())).toEqual({});
    const empty = simulate(0, 1);
    expect(estimateRegression(fitted, empty.features, empty.prediction)['mae']).toMatchObject({
      value: null,
      reason: 'no_data',
    });
  });

  it('of a model that is never wrong is 0, without an interval', () => {
    const perfect = fitDirectLoss(reference.features, reference.prediction, reference.prediction);
    const found = estimateRegression(perfect, reference.features, reference.prediction);
    expect(found['rmse']).toMatchObject({ value: 0, lower: null, reason: 'no_variance' });
  });
});

describe('density ratio', () => {
  it('of rows of one source is flat: nothing tells them apart', () => {
    const { weights, effectiveRows, auc, aucLower, aucUpper, unsupported } = densityRatio(
      simulate(2000, 1).features,
      simulate(1500, 2).features,
    );
    expect(weights.reduce((sum, weight) => sum + weight, 0) / weights.length).toBeCloseTo(1, 9);
    expect(effectiveRows).toBeGreaterThan(1400);
    expect(aucLower).toBeLessThan(0.52);
    expect(auc).toBeGreaterThan(0.45);
    expect(aucUpper).toBeLessThan(0.56);
    expect(unsupported).toBe(0);
  });

  it('weighs the rows that the window has more of, so that a weighted mean is that of the window', () => {
    const reference = simulate(4000, 1);
    const window = simulate(4000, 2, 0.8);
    const { weights, effectiveRows, auc } = densityRatio(reference.features, window.features);
    const x = reference.features[0]!.values as Float64Array;
    const mean = x.reduce((sum, value, i) => sum + value * weights[i]!, 0) / x.length;
    expect(mean).toBeGreaterThan(0.65);
    expect(mean).toBeLessThan(0.95);
    expect(auc).toBeGreaterThan(0.67);
    expect(effectiveRows).toBeLessThan(3000);
    const labels = reference.label.map((value) => (value > 20 ? 1 : 0));
    const summary = summarizeBinary(labels, labels, labels, weights);
    expect(summary.n).toBeCloseTo(4000, 6);
  });

  it('says when rows are like none of the reference', () => {
    const { unsupported, auc } = densityRatio(simulate(2000, 1).features, simulate(2000, 2, 8).features);
    expect(unsupported).toBeGreaterThan(0.95);
    expect(auc).toBeGreaterThan(0.99);
  });

  it('refuses sides without rows, or of other features', () => {
    const { features } = simulate(10, 1);
    expect(() => densityRatio(features, simulate(0, 1).features)).toThrow(/10 of the reference and 0 of the window/);
    expect(() => densityRatio(features, [features[1]!, features[0]!])).toThrow(/same features/);
  });
});

describe('track record', () => {
  it('is how wrong the estimates were', () => {
    const record = trackRecord([
      { estimate: 0.8, lower: 0.75, upper: 0.85, realised: 0.7 },
      { estimate: 0.8, lower: 0.75, upper: 0.85, realised: 0.8 },
      { estimate: 0.6, lower: null, upper: null, realised: 0.7 },
    ])!;
    expect(record).toMatchObject({ windows: 3, coverage: 0.5 });
    expect(record.bias).toBeCloseTo(0, 12);
    expect(record.rmse).toBeCloseTo(Math.sqrt(0.02 / 3), 12);
    expect(record.realised).toBeCloseTo(2.2 / 3, 12);
  });

  it('of nothing is nothing', () => {
    expect(trackRecord([])).toBeNull();
    expect(trackRecord([{ estimate: 1, lower: null, upper: null, realised: 1 }])).toMatchObject({ coverage: null });
  });
});
