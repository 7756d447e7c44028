import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/estimation.json' with { type: 'json' };
import { measurePerformance } from '../performance/index.ts';
import { summarizeMulticlass } from '../performance/summarize-multiclass.ts';
import { randomIntegers } from '../special/random.ts';
import { fitCalibration } from './calibration.ts';
import { knownLabels } from './expected-counts.ts';
import { classChances, classGap, classRefusal, estimateClasses, estimateMulticlass } from './multiclass.ts';
import { countByScore } from './score-counts.ts';
import { countRows } from './testing/count-rows.ts';

const { multiclass } = vectors;
const { classes } = multiclass;
type ClassName = 'a' | 'b' | 'c';

describe('CBPE for several classes', () => {
  const columns = (part: Record<ClassName, number[]>) =>
    classes.map((name) => Float64Array.from(part[name as ClassName]));
  const calibrations = columns(multiclass.reference).map((scores, k) => {
    const labels = multiclass.reference.label.map((label) => (label === classes[k] ? 1 : 0));
    // Whether to calibrate is NannyML's decision here; its splits are its own.
    const applied = multiclass.applied[classes[k] as ClassName];
    const rows = Array.from(scores, (score, i) => ({ score, said: 0, label: labels[i]! }));
    return { ...fitCalibration(countRows(rows)), applied };
  });
  const window = {
    scores: columns(multiclass.window),
    predicted: multiclass.window.said.map((said) => classes.indexOf(said)),
  };

  it('has the chances of NannyML', () => {
    const chances = classChances(window.scores, calibrations);
    classes.forEach((name, k) => {
      chances[k]!.forEach((p, row) => {
        expect(p).toBeCloseTo(multiclass.calibrated[name as ClassName][row]!, 8);
      });
    });
  });

  it.each([
    ['accuracy', 'accuracy'],
    ['precision_macro', 'precision'],
    ['recall_macro', 'recall'],
    ['f1_macro', 'f1'],
    ['roc_auc_ovr', 'roc_auc'],
  ] as const)('estimates %s as NannyML', (id, theirs) => {
    const { value, lower, upper } = estimateMulticlass(window, calibrations)[id]!;
    expect(value).toBeCloseTo(multiclass.expected[theirs], 6);
    expect(lower! < value! && value! < upper!).toBe(true);
  });

  it('refuses classes without a calibration', () => {
    expect(() => estimateMulticlass(window, calibrations.slice(1))).toThrow(/3 classes need as many calibrations/);
  });

  it('of no rows has no value', () => {
    const none = { scores: classes.map(() => new Float64Array()), predicted: [] };
    for (const found of Object.values(estimateMulticlass(none, calibrations))) {
      expect(found).toMatchObject({ value: null, reason: 'no_data' });
    }
  });

  const countClasses = ({ scores, predicted, labels }: ReturnType<typeof simulate>) =>
    scores.map((column, k) => {
      const is = (values: Int32Array) => values.map((value) => (value === k ? 1 : 0));
      return countByScore(column, is(predicted), is(labels));
    });

  it('of known labels gives what the labels show, without intervals', () => {
    const rows = simulate(800, 5);
    const found = estimateClasses(countClasses(rows).map(knownLabels), null);
    const summary = summarizeMulticlass(rows.labels, rows.predicted, ['a', 'b', 'c'], { ofClasses: rows.scores });
    const shown = measurePerformance(summary);
    for (const [id, { value, lower }] of Object.entries(found)) {
      // Scores are binned, so what depends on them differs a little.
      expect(value, id).toBeCloseTo(shown[id]!.value!, /auc|log|brier/.test(id) ? 4 : 12);
      expect(lower, id).toBeNull();
    }
  });

  it('refuses a class with few labels, and classes that are all told apart, but not one that is', () => {
    const fitted = countClasses(simulate(1500, 3)).map((counts) => fitCalibration(counts));
    const apart = { ...fitted[0]!, refused: 'separable' as const };
    const few = { ...fitted[0]!, refused: 'too_few_labels' as const };
    expect(classRefusal(fitted)).toBeNull();
    expect(classRefusal([apart, fitted[1]!, fitted[2]!])).toBeNull();
    expect(classRefusal([apart, apart, apart])).toEqual({ refused: 'separable', class: 0 });
    expect(classRefusal([apart, fitted[1]!, few])).toEqual({ refused: 'too_few_labels', class: 2 });
  });

  it('finds the class whose labels lie off, and none where they do not', () => {
    const fitted = countClasses(simulate(5000, 3)).map((counts) => fitCalibration(counts));
    const quiet = classGap(countClasses(simulate(2000, 4)), fitted)!;
    expect(quiet.gap - quiet.byChance).toBeLessThan(0.03);
    const turned = simulate(2000, 4);
    // Every second row of the second class is one of the third now.
    turned.labels.forEach((label, i) => {
      if (label === 1 && i % 2 === 0) turned.labels[i] = 2;
    });
    const found = classGap(countClasses(turned), fitted)!;
    expect(found.gap - found.byChance).toBeGreaterThan(0.1);
    expect([1, 2]).toContain(found.class);
    expect(found.pValue).toBeLessThan(1e-6);
    expect(classGap(countClasses(simulate(0, 1)), fitted)).toBeNull();
  });

  it('has intervals that hold what the labels show', () => {
    const inside: Record<string, number> = {};
    const runs = 60;
    for (let run = 0; run < runs; run++) {
      const reference = simulate(1500, 2 * run + 1);
      const fitted = reference.scores.map((scores, k) => {
        const labels = reference.labels.map((label) => (label === k ? 1 : 0));
        return fitCalibration(countByScore(scores, labels, labels));
      });
      const rows = simulate(500, 2 * run + 2);
      const found = estimateMulticlass(rows, fitted);
      const summary = summarizeMulticlass(rows.labels, rows.predicted, ['a', 'b', 'c'], { ofClasses: rows.scores });
      const shown = measurePerformance(summary);
      for (const id of ['accuracy', 'f1_macro', 'recall_macro', 'precision_macro', 'log_loss', 'brier_score']) {
        const { lower, upper } = found[id]!;
        const { value } = shown[id]!;
        inside[id] = (inside[id] ?? 0) + (value! >= lower! && value! <= upper! ? 1 : 0);
      }
    }
    for (const [id, hits] of Object.entries(inside)) expect(hits / runs, id).toBeGreaterThan(0.85);
  });
});

function simulate(n: number, seed: number) {
  const next = randomIntegers(seed);
  const uniform = () => (next() + 0.5) / 2 ** 32;
  const scores = [0, 1, 2].map(() => new Float64Array(n));
  const predicted = new Int32Array(n);
  const labels = new Int32Array(n);
  for (let row = 0; row < n; row++) {
    const z = [0, 1, 2].map(() => 2 * (uniform() + uniform() - 1));
    const share = (sharpness: number) => {
      const raw = z.map((value) => Math.exp(sharpness * value));
      const total = raw.reduce((a, b) => a + b, 0);
      return raw.map((value) => value / total);
    };
    const said = share(2);
    said.forEach((p, k) => {
      scores[k]![row] = p;
    });
    predicted[row] = said.indexOf(Math.max(...said));
    const [a, b] = share(1) as [number, number, number];
    const u = uniform();
    labels[row] = u < a ? 0 : u < a + b ? 1 : 2;
  }
  return { scores, predicted, labels };
}
