import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { businessValue, totalBusinessValue } from './business-value.ts';
import { calibrationCurve, gainCurve, precisionRecallCurve, rocCurve, thresholdCounts } from './curves.ts';
import type { BinarySummary } from './performance-summary.ts';
import { summarizeBinary } from './summarize-binary.ts';
import { suggestThresholds } from './thresholds.ts';

const summarize = (rows: ReadonlyArray<readonly [label: number, score: number]>, threshold = 0.5): BinarySummary =>
  summarizeBinary(
    Float64Array.from(rows, ([label]) => label),
    Float64Array.from(rows, ([, score]) => score),
    rows.map(([, score]) => (score >= threshold ? 1 : 0)),
  );

const row = fc.tuple(
  fc.constantFrom(0, 1),
  fc.integer({ min: 0, max: 50 }).map((k) => k / 50),
);
const VALUES = { tp: 10, fp: -3, tn: 1, fn: -8 };

describe('curves', () => {
  it('every threshold has the confusion matrix that it would give', () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        for (const { threshold, ...counts } of thresholdCounts(summarize(rows))) {
          const { tp, fp, tn, fn } = summarize(rows, threshold ?? Infinity);
          expect(counts).toEqual({ tp, fp, tn, fn });
        }
      }),
    );
  });

  it('of many scores are thinned points of the exact ones, both ends among them', () => {
    const rows = Array.from({ length: 5000 }, (_, i): [number, number] => [(i * 7919) % 5000 < i ? 1 : 0, i / 5000]);
    const summary = summarize(rows);
    expect(summary.cells).toHaveLength(1000);
    const roc = rocCurve(summary)!;
    expect(roc).toHaveLength(200);
    expect(roc[0]).toEqual({ threshold: null, false_positive_rate: 0, true_positive_rate: 0 });
    expect(roc.at(-1)).toEqual({ threshold: 0, false_positive_rate: 1, true_positive_rate: 1 });
    for (const { threshold, true_positive_rate } of roc.filter((_, i) => i % 20 === 1)) {
      const { tp, fn } = summarize(rows, threshold!);
      expect(true_positive_rate).toBe(tp / (tp + fn));
    }
    const gain = gainCurve(summary)!;
    expect(gain.at(-1)).toEqual({ share: 1, gain: 1, lift: 1 });
    expect(gain.every((point) => point.gain >= point.share - 1e-12)).toBe(true);
  });

  it.each([
    ['no rows', []],
    [
      'one class',
      [
        [1, 0.3],
        [1, 0.6],
      ] as const,
    ],
  ])('%s: none', (_, rows) => {
    const summary = summarize(rows);
    expect(rocCurve(summary)).toBeNull();
    expect(precisionRecallCurve(summary)).toBeNull();
    expect(suggestThresholds(summary).suggestions).toEqual([]);
  });

  it.each([true, false])('of calibration: what was promised and what came, uniform %s', (uniform) => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const points = calibrationCurve(summarize(rows), { uniform });
        const sum = (of: (point: (typeof points)[number]) => number) =>
          points.reduce((total, point) => total + of(point), 0);
        expect(sum(({ n }) => n)).toBe(rows.length);
        expect(sum(({ n, positive_share }) => n * positive_share)).toBeCloseTo(
          rows.filter(([label]) => label).length,
          9,
        );
        expect(sum(({ n, mean_score }) => n * mean_score)).toBeCloseTo(
          rows.reduce((total, [, score]) => total + score, 0),
          9,
        );
        for (const { lower, positive_share, upper } of points) {
          expect(lower - 1e-12 <= positive_share && positive_share <= upper + 1e-12).toBe(true);
        }
      }),
    );
  });

  it('of crowded scores: bins of equal rows look closer than those of equal width', () => {
    const rows = Array.from({ length: 3000 }, (_, i): [number, number] => [
      i % 50 === 0 ? 1 : 0,
      0.01 + (i % 100) / 4000,
    ]);
    expect(calibrationCurve(summarize(rows))).toHaveLength(1);
    expect(calibrationCurve(summarize(rows), { uniform: false })).toHaveLength(15);
  });
});

describe('thresholds', () => {
  it('are the best of all, by trying every one', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 2 }), (rows) => {
        const summary = summarize(rows);
        const goals = { values: VALUES, precision: 0.6, recall: 0.7 };
        const { suggestions, curve } = suggestThresholds(summary, goals);
        const found = (goal: string) => suggestions.find((one) => one.goal === goal);
        const all = [...new Set([Infinity, ...rows.map(([, score]) => score)])].map((at) => summarize(rows, at));
        if (summary.auc!.positives === 0 || summary.auc!.negatives === 0) {
          expect(suggestions).toEqual([]);
          return;
        }
        const most = (of: (counts: BinarySummary) => number) => Math.max(...all.map(of));
        expect(found('max_f1')!.f1).toBeCloseTo(
          most(({ tp, fp, fn }) => (2 * tp) / (2 * tp + fp + fn)),
          12,
        );
        expect(found('max_youden_j')!.youden_j).toBeCloseTo(
          most(({ tp, fp, tn, fn }) => tp / (tp + fn) - fp / (fp + tn)),
          12,
        );
        expect(found('max_value')!.value).toBeCloseTo(
          most((counts) => businessValue(counts, VALUES).value!),
          12,
        );
        const precise = all.filter(({ tp, fp }) => tp + fp > 0 && tp / (tp + fp) >= 0.6);
        const best = Math.max(...precise.map(({ tp, fn }) => tp / (tp + fn)));
        if (precise.length === 0) expect(found('min_precision')).toBeUndefined();
        else expect(found('min_precision')!.recall).toBeCloseTo(best, 12);
        expect(curve.length).toBe(all.length);
      }),
    );
  });

  it('have an interval of what they are worth', () => {
    const rows = Array.from({ length: 400 }, (_, i): [number, number] => [
      i % 3 === 0 ? 1 : 0,
      ((i * 37) % 100) / 100 + (i % 3 === 0 ? 0.3 : 0),
    ]);
    const [best] = suggestThresholds(summarize(rows), { values: VALUES }).suggestions.filter(
      ({ goal }) => goal === 'max_value',
    );
    expect(best!.estimate!.value).toBe(best!.value);
    expect(best!.estimate!.lower).toBeLessThan(best!.value!);
    expect(best!.estimate!.upper).toBeGreaterThan(best!.value!);
  });
});

describe('business value', () => {
  it('is the mean of what each row is worth, and their sum', () => {
    const summary = summarize([
      [1, 0.9],
      [0, 0.8],
      [0, 0.1],
      [1, 0.2],
      [0, 0.3],
    ]);
    expect(businessValue(summary, VALUES)).toMatchObject({ value: (10 - 3 + 1 - 8 + 1) / 5, n: 5 });
    expect(totalBusinessValue(summary, VALUES).value).toBeCloseTo(1, 12);
  });

  it('of rows that are all worth the same has no bounds, of none no value', () => {
    expect(
      businessValue(
        summarize([
          [1, 0.9],
          [1, 0.8],
        ]),
        VALUES,
      ),
    ).toMatchObject({ value: 10, lower: null, reason: 'no_variance' });
    expect(totalBusinessValue(summarize([]), VALUES)).toMatchObject({ value: null, reason: 'no_data' });
  });
});
