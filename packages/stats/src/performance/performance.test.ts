import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import binary from '../../../../conformance/binary.json' with { type: 'json' };
import multiclass from '../../../../conformance/multiclass.json' with { type: 'json' };
import regression from '../../../../conformance/regression.json' with { type: 'json' };
import { summariseBinary, summariseRegression } from '../testing/summaries.ts';
import { measurePerformance, performanceMetrics } from './index.ts';
import { mergePerformance } from './merge-performance.ts';
import type { MulticlassSummary, PerformanceSummary } from './performance-summary.ts';

const classes = (labels: string[], matrix: number[][]): MulticlassSummary => {
  const none = { scored: 0, rescaled: 0, logLossSum: 0, logLossSumSquares: 0, brierSum: 0, brierSumSquares: 0 };
  return { task: 'multiclass', labels, matrix, ...none };
};

describe('against scikit-learn', () => {
  it.each([
    ['binary', summariseBinary(binary.labels, binary.champion, binary.threshold), binary.metrics],
    ['multiclass', classes(multiclass.labels, multiclass.matrix), multiclass.metrics],
    ['regression', summariseRegression(regression.labels, regression.predictions), regression.metrics],
  ] as Array<[string, PerformanceSummary, Record<string, number>]>)('%s', (_, summary, expected) => {
    const measured = measurePerformance(summary);
    for (const [id, value] of Object.entries(expected)) expect(measured[id]!.value, id).toBeCloseTo(value, 12);
  });

  it("roc_auc has DeLong's interval", () => {
    const { value, lower, upper } = measurePerformance(summariseBinary(binary.labels, binary.champion)).roc_auc!;
    expect((upper! - value!) / 1.959963984540054).toBeCloseTo(binary.delong.champion_error, 12);
    expect(upper! + lower!).toBeCloseTo(2 * value!, 12);
  });
});

describe('every metric', () => {
  const label = fc.constantFrom(0, 1);
  const score = fc.integer({ min: 1, max: 99 }).map((percent) => percent / 100);
  const matrix = fc.array(fc.array(fc.nat({ max: 5 }), { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 });
  const summaries: fc.Arbitrary<PerformanceSummary> = fc.oneof(
    fc.array(fc.tuple(label, score), { maxLength: 30 }).map((rows) =>
      summariseBinary(
        rows.map(([y]) => y),
        rows.map(([, p]) => p),
      ),
    ),
    fc
      .array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 })), { maxLength: 30 })
      .map((rows) =>
        summariseRegression(
          rows.map(([y]) => y),
          rows.map(([, p]) => p),
        ),
      ),
    matrix.map((counts) => classes(['a', 'b', 'c'], counts)),
  );

  it('is finite inside its interval, or null with a reason', () => {
    fc.assert(
      fc.property(summaries, (summary) => {
        for (const { value, lower, upper, reason } of Object.values(measurePerformance(summary))) {
          for (const number of [value, lower, upper]) if (number !== null) expect(Number.isFinite(number)).toBe(true);
          if (value === null || lower === null || upper === null) expect(reason).toBeDefined();
          else expect(lower - 1e-12 <= value && value <= upper + 1e-12).toBe(true);
        }
      }),
    );
  });

  it('names its task and has an id of its own', () => {
    for (const [task, metrics] of Object.entries(performanceMetrics)) {
      for (const metric of metrics) expect(metric.tasks).toContain(task);
      expect(new Set(metrics.map((metric) => metric.id)).size).toBe(metrics.length);
    }
  });
});

describe('reasons', () => {
  const nothing = { value: null, lower: null, upper: null };
  it.each([
    ['no rows', summariseBinary([], []), 'accuracy', { ...nothing, n: 0, reason: 'no_data' }],
    ['one class', summariseBinary([1, 1], [0.2, 0.8]), 'roc_auc', { ...nothing, n: 2, reason: 'one_class' }],
    ['auc left out', { ...summariseBinary([1, 0], [0.2, 0.8]), auc: null }, 'roc_auc', { reason: 'not_counted' }],
    ['no predicted positives', summariseBinary([1, 0], [0.2, 0.3]), 'precision', { value: null, reason: 'no_data' }],
    ['few rows', summariseBinary([1, 0], [0.7, 0.3]), 'accuracy', { value: 1, n: 2, reason: 'insufficient' }],
    ['constant labels', summariseRegression([3, 3], [1, 2]), 'r2', { value: null, reason: 'constant_target' }],
    [
      'errors too large to square',
      summariseRegression([1e200, 0], [0, 0]),
      'rmse',
      { value: null, reason: 'overflow' },
    ],
    [
      'mcc of one label',
      summariseBinary([1, 1], [0.2, 0.8]),
      'matthews_corrcoef',
      { value: null, reason: 'one_class' },
    ],
    [
      'mcc of one answer',
      summariseBinary([1, 0], [0.7, 0.8]),
      'matthews_corrcoef',
      { value: null, reason: 'one_class' },
    ],
    ['ap of one class', summariseBinary([1, 1], [0.2, 0.8]), 'average_precision', { value: null, reason: 'one_class' }],
    ['one class', summariseBinary([0, 0], [0.2, 0.8]), 'balanced_accuracy', { value: null, reason: 'one_class' }],
    [
      'no scores',
      { ...summariseBinary([1, 0], [0, 0]), scored: 0 },
      'log_loss',
      { value: null, reason: 'not_counted' },
    ],
    ['no scores', { ...summariseBinary([1, 0], [0, 0]), scored: 0 }, 'roc_auc', { value: null, reason: 'not_counted' }],
    [
      'kappa of one class',
      classes(
        ['a', 'b'],
        [
          [5, 0],
          [0, 0],
        ],
      ),
      'cohen_kappa',
      { value: null, reason: 'one_class' },
    ],
    ['a label of -1', summariseRegression([-1, 3], [1, 2]), 'rmsle', { value: null, reason: 'out_of_domain' }],
    ['labels that are all 0', summariseRegression([0, 0], [1, 2]), 'wape', { value: null, reason: 'constant_target' }],
    ['the largest error', summariseRegression([1, 5], [1, 2]), 'max_error', { value: 3, lower: null }],
    ['a perfect fit', summariseRegression([1, 5], [1, 5]), 'r2', { value: 1, lower: null }],
    ['labels of 0', summariseRegression([0, 0], [1, 2]), 'mape', { value: null, n: 0, reason: 'no_data' }],
  ] as Array<[string, PerformanceSummary, string, object]>)('%s', (_, summary, id, expected) => {
    expect(measurePerformance(summary)[id]).toMatchObject(expected);
  });

  it('a perfect separation has an AUC without bounds', () => {
    const summary = summariseBinary([0, 1], [0.1, 0.9]);
    expect(performanceMetrics.binary[0]!.compute(summary)).toMatchObject({
      value: 1,
      lower: null,
      reason: 'no_variance',
    });
  });
});

describe('mergePerformance', () => {
  it('gives the regression summary of all rows', () => {
    const row = fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }));
    const summarise = (rows: Array<[number, number]>) =>
      summariseRegression(
        rows.map(([y]) => y),
        rows.map(([, p]) => p),
      );
    fc.assert(
      fc.property(fc.array(row), fc.array(row), (a, b) => {
        const merged = mergePerformance(summarise(a), summarise(b));
        for (const [key, value] of Object.entries(summarise([...a, ...b]))) {
          if (typeof value === 'number') expect(merged[key as 'n'], key).toBeCloseTo(value, 8);
        }
      }),
    );
  });

  it('gives the binary summary of all rows but for the AUC', () => {
    const { labels, champion } = binary;
    const merged = mergePerformance(
      summariseBinary(labels.slice(0, 25), champion.slice(0, 25)),
      summariseBinary(labels.slice(25), champion.slice(25)),
    );
    const measured = measurePerformance(merged);
    const ofCells = ['roc_auc', 'average_precision', 'adaptive_calibration_error', 'maximum_calibration_error'];
    for (const [id, { value }] of Object.entries(measurePerformance(summariseBinary(labels, champion)))) {
      if (ofCells.includes(id)) expect(measured[id]!.reason, id).toBe('not_counted');
      else expect(measured[id]!.value, id).toBeCloseTo(value!, 12);
    }
  });

  it('lays class labels over each other', () => {
    expect(
      mergePerformance(
        classes(
          ['b', 'a'],
          [
            [1, 2],
            [3, 4],
          ],
        ),
        classes(
          ['c', 'b'],
          [
            [5, 6],
            [7, 8],
          ],
        ),
      ),
    ).toMatchObject({
      labels: ['a', 'b', 'c'],
      matrix: [
        [4, 3, 0],
        [2, 9, 7],
        [0, 6, 5],
      ],
    });
  });

  it('refuses different tasks', () => {
    const pair: PerformanceSummary[] = [summariseBinary([], []), summariseRegression([], [])];
    expect(() => mergePerformance(pair[0]!, pair[1]!)).toThrow('Cannot merge a binary summary with a regression one.');
  });
});

describe('intervals cover', () => {
  it('the macro F1 of a known multinomial about 95 times in 100', () => {
    const truth = [
      [0.3, 0.05, 0.05],
      [0.05, 0.2, 0.05],
      [0.02, 0.08, 0.2],
    ];
    const exact = measurePerformance(classes(['a', 'b', 'c'], truth)).f1_macro!.value!;
    const cumulative = truth.flat().map((_, i, shares) => shares.slice(0, i + 1).reduce((sum, share) => sum + share));
    let state = 7;
    const uniform = () => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647;
    };
    let covered = 0;
    for (let trial = 0; trial < 500; trial++) {
      const counts = truth.map((row) => row.map(() => 0));
      for (let i = 0; i < 300; i++) {
        const at = uniform();
        const cell = cumulative.findIndex((share) => at < share);
        counts[Math.floor(cell / 3)]![cell % 3]!++;
      }
      const { lower, upper } = measurePerformance(classes(['a', 'b', 'c'], counts)).f1_macro!;
      if (lower! <= exact && exact <= upper!) covered++;
    }
    expect(covered / 500).toBeGreaterThan(0.92);
    expect(covered / 500).toBeLessThan(0.98);
  });
});
