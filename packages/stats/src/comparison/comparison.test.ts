import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/binary.json' with { type: 'json' };
import { aucComponents, deLong } from './de-long.ts';
import { type ComparisonMetric, type PairedComparison, pairedBootstrap } from './paired-bootstrap.ts';
import { verdictOf } from './verdict-of.ts';

const columns = (labels: number[], champion: number[], challenger: number[]) => ({
  labels: Float64Array.from(labels),
  champion: Float64Array.from(champion),
  challenger: Float64Array.from(challenger),
});
const scores = columns(vectors.labels, vectors.champion, vectors.challenger);

describe('deLong', () => {
  it('agrees with the definition over all pairs', () => {
    const result = deLong(scores);
    expect(result.champion).toBeCloseTo(vectors.delong.champion, 12);
    expect(result.challenger).toBeCloseTo(vectors.delong.challenger, 12);
    expect(result.standardError).toBeCloseTo(vectors.delong.standard_error, 12);
    expect(result.pValue).toBeCloseTo(vectors.delong.p, 12);
  });

  it('has components that average to the AUC on either side, ties included', () => {
    const row = fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 5 }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), (rows) => {
        const labels = Float64Array.from(rows, ([y]) => y);
        const result = aucComponents(
          labels,
          Float64Array.from(rows, ([, score]) => score),
        );
        for (const side of [0, 1]) {
          const part = result?.components.filter((_, i) => labels[i] === side);
          if (part) expect(part.reduce((sum, value) => sum + value, 0) / part.length).toBeCloseTo(result!.auc, 10);
        }
      }),
    );
  });

  it.each([
    ['no rows', columns([], [], []), 'no_data'],
    ['one class', columns([1, 1], [0.1, 0.2], [0.3, 0.4]), 'one_class'],
    ['equal models', { ...scores, challenger: scores.champion }, 'no_variance'],
  ])('%s', (_, input, reason) => {
    expect(deLong(input)).toMatchObject({ pValue: null, reason });
  });
});

describe('pairedBootstrap', () => {
  const metrics: ComparisonMetric[] = ['log_loss', 'brier_score', 'roc_auc', 'accuracy', 'mae', 'mse', 'rmse'];

  it.each(metrics)('%s: same seed, same answer; equal models do not differ', (metric) => {
    const first = pairedBootstrap({ ...scores, metric, seed: 3, draws: 200 });
    expect(pairedBootstrap({ ...scores, metric, seed: 3, draws: 200 })).toEqual(first);
    expect(first.lower).toBeLessThanOrEqual(first.difference!);
    expect(first.upper).toBeGreaterThanOrEqual(first.difference!);
    const equal = pairedBootstrap({ ...scores, challenger: scores.champion, metric, seed: 3, draws: 50 });
    expect(equal).toMatchObject({ difference: 0, lower: 0, upper: 0, probabilityBetter: 0.5 });
  });

  it('gives the metrics of scikit-learn on the whole sample', () => {
    for (const metric of ['log_loss', 'brier_score', 'roc_auc'] as const) {
      const { champion } = pairedBootstrap({ ...scores, metric, seed: 1, draws: 1 });
      expect(champion).toBeCloseTo(vectors.metrics[metric], 12);
    }
  });

  it("has DeLong's interval for roc_auc, nearly", () => {
    const asymptotic = deLong(scores);
    const { lower, upper } = pairedBootstrap({ ...scores, metric: 'roc_auc', seed: 1, draws: 4000 });
    const width = asymptotic.upper! - asymptotic.lower!;
    expect(Math.abs(lower! - asymptotic.lower!)).toBeLessThan(0.1 * width);
    expect(Math.abs(upper! - asymptotic.upper!)).toBeLessThan(0.1 * width);
  });

  it('draws whole blocks: repeating every row a hundred times in its block changes nothing', () => {
    const hundred = (values: Float64Array) =>
      Float64Array.from({ length: values.length * 100 }, (_, i) => values[Math.floor(i / 100)]!);
    const repeated = columns([], [], []);
    for (const name of ['labels', 'champion', 'challenger'] as const) repeated[name] = hundred(scores[name]);
    const blocks = Int32Array.from({ length: repeated.labels.length }, (_, i) => Math.floor(i / 100));
    for (const metric of ['log_loss', 'roc_auc'] as const) {
      const rows = pairedBootstrap({ ...scores, metric, seed: 5, draws: 200 });
      const inBlocks = pairedBootstrap({ ...repeated, metric, seed: 5, draws: 200, blocks });
      expect(inBlocks.lower).toBeCloseTo(rows.lower!, 10);
      expect(inBlocks.upper).toBeCloseTo(rows.upper!, 10);
    }
  });

  it.each([
    ['no rows', columns([], [], []), 'no_data'],
    ['one class', columns([1, 1], [0.1, 0.2], [0.3, 0.4]), 'one_class'],
    ['one row', columns([1], [0.1], [0.3]), 'one_class'],
  ])('%s', (_, input, reason) => {
    expect(pairedBootstrap({ ...input, metric: 'roc_auc', seed: 1 })).toMatchObject({ lower: null, reason });
  });

  it('losses too large to add have no difference', () => {
    const input = columns([1e200, 0], [0, 0], [0, 1]);
    expect(pairedBootstrap({ ...input, metric: 'mse', seed: 1 })).toMatchObject({ champion: null, reason: 'overflow' });
  });

  it('one block gives a difference without an interval', () => {
    const result = pairedBootstrap({ ...scores, metric: 'log_loss', seed: 1, blocks: Array(60).fill('monday') });
    expect(result).toMatchObject({ lower: null, upper: null, reason: 'one_block' });
    expect(result.difference).not.toBeNull();
  });

  it.each([
    ['lengths', columns([1, 0], [0.5], [0.5, 0.5]), /2 labels but 1 values of champion/],
    ['a value', columns([1, 0], [0.5, 0.5], [0.5, Number.NaN]), /challenger\[1\] is NaN/],
  ])('refuses wrong %s', (_, input, message) => {
    expect(() => pairedBootstrap({ ...input, metric: 'mae', seed: 1 })).toThrow(message);
  });
});

describe('verdictOf', () => {
  const comparison = (better: 'higher' | 'lower', lower: number | null, upper: number | null, n = 1000) =>
    ({ metric: 'roc_auc', better, lower, upper, n, champion: 0, challenger: 0, difference: 0 }) as PairedComparison;

  it.each([
    ['higher', 0.02, 0.05, 'superiority', 0.01, 'pass'],
    ['higher', 0.005, 0.05, 'superiority', 0.01, 'inconclusive'],
    ['higher', -0.05, 0.005, 'superiority', 0.01, 'fail'],
    ['higher', -0.005, 0.05, 'non_inferiority', 0.01, 'pass'],
    ['higher', -0.02, 0.05, 'non_inferiority', 0.01, 'inconclusive'],
    ['higher', -0.05, -0.02, 'non_inferiority', 0.01, 'fail'],
    ['lower', -0.05, -0.02, 'superiority', 0.01, 'pass'],
    ['lower', 0.02, 0.05, 'non_inferiority', 0.01, 'fail'],
    ['higher', 0, 0, 'superiority', 0, 'inconclusive'],
    ['higher', 0, 0, 'non_inferiority', 0, 'pass'],
  ] as const)('%s is better, [%d, %d], %s by %d: %s', (better, lower, upper, form, margin, verdict) => {
    expect(verdictOf(comparison(better, lower, upper), { form, margin, minimumRows: 100 }).verdict).toBe(verdict);
  });

  it('is inconclusive with few rows or without an interval', () => {
    const rule = { form: 'superiority', margin: 0, minimumRows: 100 } as const;
    expect(verdictOf(comparison('higher', 0.1, 0.2, 99), rule).reason).toBe('too_few_rows');
    expect(verdictOf({ ...comparison('higher', null, null), reason: 'one_class' }, rule).reason).toBe('one_class');
    expect(() => verdictOf(comparison('higher', 0, 1), { ...rule, margin: -1 })).toThrow(RangeError);
  });
});
