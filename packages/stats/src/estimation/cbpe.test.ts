import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/estimation.json' with { type: 'json' };
import { randomIntegers } from '../special/random.ts';
import { type Calibration, calibrated, fitCalibration } from './calibration.ts';
import { calibrationGap } from './calibration-gap.ts';
import { type BinaryEstimates, type EstimatedBinaryMetric, estimateBinary } from './cbpe.ts';
import { expectLabels, knownLabels } from './expected-counts.ts';
import { fitIsotonic, isotonicValue } from './isotonic.ts';
import { nannymlBand, nannymlSamplingErrors } from './nannyml-bands.ts';
import type { ScoreCounts } from './score-counts.ts';
import { countRows } from './testing/count-rows.ts';

const { binary, bundled } = vectors;

const rowsOf = ({ scores, predicted, labels }: { scores: number[]; predicted: number[]; labels?: number[] }) =>
  scores.map((score, i) => ({ score, said: predicted[i]!, label: labels?.[i] ?? 0 }));

describe('isotonic calibration', () => {
  const counts = countRows(rowsOf(binary.reference));
  const fit = fitIsotonic(counts.scores, (i) => counts.positives[i]! / counts.rows[i]!, counts.rows);

  it('gives what scikit-learn gives', () => {
    binary.window.scores.forEach((score, i) => {
      expect(isotonicValue(fit, score)).toBeCloseTo(binary.calibrated[i]!, 12);
    });
  });

  it('rises, keeps the mean, and fits every pooled step', () => {
    const group = fc.record({
      rows: fc.integer({ min: 0, max: 9 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 60 }), (groups) => {
        const rows = groups.map((one) => one.rows);
        const found = fitIsotonic(
          rows.map((_, i) => i),
          (i) => groups[i]!.share,
          rows,
        );
        for (let i = 1; i < found.value.length; i++) expect(found.value[i]!).toBeGreaterThan(found.value[i - 1]!);
        const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
        expect(sum(found.rows)).toBe(sum(rows));
        expect(sum(found.value.map((value, i) => value * found.rows[i]!))).toBeCloseTo(
          sum(groups.map(({ share }, i) => share * rows[i]!)),
          9,
        );
      }),
    );
  });
});

describe('CBPE', () => {
  const reference = countRows(rowsOf(binary.reference));
  const window = countRows(rowsOf(binary.window));
  // NannyML's functions are asked about calibrated chances; whether to calibrate is another question.
  const applied: Calibration = { ...fitCalibration(reference), applied: true };

  it.each(Object.entries(binary.expected))('estimates %s as NannyML on the same chances', (metric, expected) => {
    const { metrics } = estimateBinary(expectLabels(window, applied), applied);
    // NannyML rounds its running sums to five digits.
    expect(metrics[metric as EstimatedBinaryMetric].value).toBeCloseTo(expected, 6);
  });

  it('expects the cells of the confusion matrix as NannyML', () => {
    const { confusion } = estimateBinary(expectLabels(window, applied), applied);
    for (const cell of ['tp', 'fp', 'fn', 'tn'] as const)
      expect(confusion[cell]).toBeCloseTo(binary.confusion[cell], 9);
  });

  it.each(Object.entries(binary.samplingErrors))('has the sampling error of %s as NannyML', (metric, expected) => {
    const error = nannymlSamplingErrors(reference)[metric as 'f1']!;
    const { upper } = nannymlBand(0, error, binary.window.scores.length);
    // Ties and the lowest row are ranked otherwise in the AUC's.
    expect(upper / 3).toBeCloseTo(expected, metric === 'roc_auc' ? 3 : 12);
  });

  describe.each(bundled.chunks.map((chunk, i) => ({ name: `chunk ${i} of the bundled data`, ...chunk })))(
    '$name',
    (chunk) => {
      const calibration = fitCalibration(bundled.reference);
      const { metrics } = estimateBinary(expectLabels(chunk.counts, calibration), calibration);
      const errors = nannymlSamplingErrors(bundled.reference);

      it('decides on calibration as NannyML', () => {
        expect(calibration.applied).toBe(bundled.needsCalibration);
      });

      it.each(Object.keys(chunk.expected))('has the value of %s', (metric) => {
        const id = metric as keyof typeof chunk.expected;
        // Tied scores are one threshold here, as in scikit-learn; NannyML takes row after row.
        expect(metrics[id].value).toBeCloseTo(chunk.expected[id], id === 'average_precision' ? 3 : 6);
      });

      it.each(['f1', 'precision', 'recall', 'specificity', 'accuracy', 'roc_auc'] as const)(
        'has the band of %s in the mode nannyml',
        (id) => {
          const band = nannymlBand(metrics[id].value!, errors[id]!, metrics[id].n);
          const digits = id === 'roc_auc' ? 4 : 6;
          expect(band.lower).toBeCloseTo(chunk.lower[id], digits);
          expect(band.upper).toBeCloseTo(chunk.upper[id], digits);
        },
      );
    },
  );
});

/** Scores that say too much, as those of boosted trees do: the chance is nearer to the middle. */
function simulate(n: number, seed: number, shift = 0) {
  const next = randomIntegers(seed);
  const uniform = () => next() / 2 ** 32;
  return Array.from({ length: n }, () => {
    const z = (uniform() + uniform() + uniform() - 1.5) * 3 + shift;
    const score = Math.round(1000 / (1 + Math.exp(-2 * z))) / 1000;
    return { score, said: score >= 0.5 ? 1 : 0, label: uniform() < 1 / (1 + Math.exp(-z)) ? 1 : 0 };
  });
}

describe('the interval', () => {
  const truth = (rows: ReturnType<typeof simulate>): BinaryEstimates => {
    return estimateBinary(knownLabels(countRows(rows)), null);
  };

  it.each([
    { reference: 1000, window: 1000, shift: 0 },
    { reference: 3000, window: 400, shift: -0.7 },
    { reference: 600, window: 5000, shift: 0.3 },
  ])('holds what the labels show about 95 times in 100: $reference, $window rows, shift $shift', (given) => {
    const inside: Record<string, number> = {};
    const runs = 150;
    for (let run = 0; run < runs; run++) {
      const calibration = fitCalibration(countRows(simulate(given.reference, 2 * run + 1)));
      const rows = simulate(given.window, 2 * run + 2, given.shift);
      const { metrics } = estimateBinary(expectLabels(countRows(rows), calibration), calibration);
      const shown = truth(rows).metrics;
      for (const [id, { lower, upper }] of Object.entries(metrics)) {
        const { value } = shown[id as EstimatedBinaryMetric];
        inside[id] = (inside[id] ?? 0) + (value! >= lower! && value! <= upper! ? 1 : 0);
      }
    }
    for (const [id, hits] of Object.entries(inside)) {
      expect(hits / runs, id).toBeGreaterThan(0.86);
    }
    // Not by being wide: some of them miss.
    expect(Object.values(inside).some((hits) => hits < runs)).toBe(true);
  });
});

describe('calibration', () => {
  const at = (rows: { score: number; said: number; label: number }[]) => fitCalibration(countRows(rows));

  it('is applied to scores that say too much, and not to those that are chances', () => {
    expect(at(simulate(5000, 7))).toMatchObject({ applied: true, refused: null });
    const next = randomIntegers(3);
    const right = Array.from({ length: 5000 }, () => {
      const score = Math.round((next() / 2 ** 32) * 100) / 100;
      return { score, said: 0, label: next() / 2 ** 32 < score ? 1 : 0 };
    });
    const calibration = at(right);
    expect(calibrated(calibration, 0.3)).toBeCloseTo(0.3, 1);
    expect(calibration.errorBefore!).toBeLessThan(0.02);
  });

  it.each([
    ['too_few_labels', simulate(100, 1)],
    ['too_few_labels', []],
    ['too_few_labels', simulate(400, 1).map((row, i) => ({ ...row, label: i < 5 ? 1 : 0 }))],
    ['one_class', simulate(400, 1).map((row) => ({ ...row, label: 1 }))],
    ['separable', simulate(400, 1).map((row) => ({ ...row, label: row.said }))],
  ])('is refused: %s', (reason, rows) => {
    expect(at(rows).refused).toBe(reason);
  });

  it.each<[string, Partial<ScoreCounts>, RegExp]>([
    ['scores that do not ascend', { scores: [0.5, 0.5] }, /ascend, got 0.5 before 0.5/],
    ['a score that is no probability', { scores: [0.5, 1.5] }, /a probability, got 1.5/],
    ['more predictions than rows', { predicted: [3, 0] }, /3 of 2 rows/],
    ['columns of other lengths', { rows: [1] }, /2 scores take as many/],
  ])('is not fooled by %s', (_, given, message) => {
    const counts = { scores: [0.1, 0.2], rows: [2, 2], predicted: [0, 1], ...given };
    const calibration = fitCalibration(countRows(simulate(300, 1)));
    expect(() => expectLabels(counts, calibration)).toThrow(message);
  });
});

describe('whatever is counted', () => {
  const row = fc.record({
    score: fc.integer({ min: 0, max: 10 }).map((n) => n / 10),
    said: fc.integer({ min: 0, max: 1 }),
    label: fc.integer({ min: 0, max: 1 }),
  });

  it('estimates are finite or null with a reason, inside their interval, and plain JSON', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.array(row, { maxLength: 40 }), (reference, window) => {
        const calibration = fitCalibration(countRows(reference), { minimumRows: 0, minimumOfClass: 0 });
        if (reference.length === 0) return;
        const found = estimateBinary(expectLabels(countRows(window), calibration), calibration);
        expect(JSON.parse(JSON.stringify({ calibration, found }))).toEqual({ calibration, found });
        for (const { value, lower, upper, reason } of Object.values(found.metrics)) {
          if (value === null) expect(reason).toBeDefined();
          else if (lower !== null) expect(lower <= value + 1e-9 && value - 1e-9 <= upper!).toBe(true);
        }
        expect(found.n).toBe(window.length);
      }),
    );
  });

  it('counting twice the rows says the same', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (window) => {
        const calibration = { ...fitCalibration(countRows(simulate(400, 5))), applied: true };
        const one = estimateBinary(expectLabels(countRows(window), calibration), calibration);
        const two = estimateBinary(expectLabels(countRows([...window, ...window]), calibration), calibration);
        for (const [id, { value }] of Object.entries(one.metrics)) {
          const twice = two.metrics[id as EstimatedBinaryMetric].value;
          if (value === null) expect(twice).toBeNull();
          else expect(twice).toBeCloseTo(value, 9);
        }
      }),
    );
  });
});

describe('the gap between labels and chances', () => {
  const calibration = fitCalibration(countRows(simulate(20_000, 1)));

  it('is no more than chance while the scores mean the same', () => {
    for (const shift of [0, -0.5]) {
      const gap = calibrationGap(countRows(simulate(2000, 2, shift)), calibration)!;
      expect(gap.pValue).toBeGreaterThan(0.001);
      expect(gap.gap).toBeLessThan(2 * gap.byChance);
    }
  });

  it('shows when they no longer do', () => {
    const turned = simulate(2000, 3).map((row, i) => (i % 4 === 0 ? { ...row, label: 1 - row.label } : row));
    const gap = calibrationGap(countRows(turned), calibration)!;
    expect(gap.pValue).toBeLessThan(1e-6);
    expect(gap.gap - gap.byChance).toBeGreaterThan(0.05);
    expect(gap.n).toBe(2000);
  });

  it('of no rows is none', () => {
    expect(calibrationGap(countRows([]), calibration)).toBeNull();
  });
});
