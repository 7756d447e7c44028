import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/estimation.json' with { type: 'json' };
import { measurePerformance } from '../performance/index.ts';
import { summarizeMulticlass } from '../performance/summarize-multiclass.ts';
import { randomIntegers } from '../special/random.ts';
import { fitCalibration } from './calibration.ts';
import { classChances, estimateMulticlass } from './multiclass.ts';
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
      for (const id of ['accuracy', 'f1_macro', 'recall_macro', 'precision_macro']) {
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
