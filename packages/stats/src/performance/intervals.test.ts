import { describe, expect, it } from 'vitest';
import { randomIntegers } from '../special/random.ts';
import { businessValue } from './business-value.ts';
import { measurePerformance } from './index.ts';
import type { MetricEstimate } from './performance-metric.ts';
import { summarizeBinary } from './summarize-binary.ts';
import { summarizeMulticlass } from './summarize-multiclass.ts';
import { summarizeRegression } from './summarize-regression.ts';

/** Chance that is the same on every run. */
function chanceOf(seed: number) {
  const next = randomIntegers(seed);
  const uniform = () => (next() + 0.5) / 2 ** 32;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

type Measured = Record<string, MetricEstimate>;

/** Share of samples whose interval holds the value over very many rows. */
function coverage(draw: (n: number, seed: number) => Measured, n: number, trials: number): Record<string, number> {
  const truth = draw(100_000, 999);
  const covered: Record<string, number> = {};
  for (let trial = 0; trial < trials; trial++) {
    for (const [id, { lower, upper }] of Object.entries(draw(n, trial + 1))) {
      const holds = lower !== null && lower <= truth[id]!.value! && truth[id]!.value! <= upper!;
      covered[id] = (covered[id] ?? 0) + (holds ? 1 / trials : 0);
    }
  }
  return covered;
}

/** A calibrated classifier; with `sampled`, nine of ten rows that it says no to are left out, and the tenth weighs ten. */
function binary(n: number, seed: number, sampled = false): Measured {
  const { uniform } = chanceOf(seed);
  const rows: [label: number, score: number, weight: number][] = [];
  while (rows.length < n) {
    const score = uniform() ** 1.5;
    const label = uniform() < score ? 1 : 0;
    const keep = !sampled || score >= 0.5 || uniform() < 0.1;
    if (keep) rows.push([label, score, sampled && score < 0.5 ? 10 : 1]);
  }
  const column = (i: 0 | 1 | 2) => Float64Array.from(rows, (row) => row[i]);
  const said = rows.map(([, score]) => (score >= 0.5 ? 1 : 0));
  const summary = summarizeBinary(column(0), column(1), said, sampled ? column(2) : undefined);
  return { ...measurePerformance(summary), business_value: businessValue(summary, { tp: 5, fp: -2, tn: 0, fn: -8 }) };
}

/** These say how much of the value is noise: they cover more than they promise. */
const CONSERVATIVE = ['calibration_error', 'adaptive_calibration_error', 'maximum_calibration_error'];

describe('95% intervals hold the true value about 95 times in 100', () => {
  it.each([
    ['binary', (n: number, seed: number) => binary(n, seed), 400],
    ['binary, sampled and weighted', (n: number, seed: number) => binary(n, seed, true), 1500],
  ] as const)('%s', (_, draw, n) => {
    for (const [id, share] of Object.entries(coverage(draw, n, 150))) {
      expect(share, id).toBeGreaterThan(0.9);
      if (!CONSERVATIVE.includes(id)) expect(share, id).toBeLessThan(0.995);
    }
  });

  it.each([false, true])('multiclass, with probabilities, weighted %s', (weighted) => {
    const draw = (n: number, seed: number) => {
      const { uniform, normal } = chanceOf(seed);
      const labels = Array.from({ length: n }, () => (uniform() < 0.5 ? 0 : uniform() < 0.6 ? 1 : 2));
      const raw = labels.map((label) => [0, 1, 2].map((k) => Math.exp(normal() + (k === label ? 1.2 : 0))));
      const scores = [0, 1, 2].map((k) => Float64Array.from(raw, (row) => row[k]! / (row[0]! + row[1]! + row[2]!)));
      const said = raw.map((row) => row.indexOf(Math.max(...row)));
      const weights = weighted ? Float64Array.from(labels, () => (uniform() < 0.5 ? 1 : 4)) : undefined;
      return measurePerformance(summarizeMulticlass(labels, said, ['a', 'b', 'c'], { ofClasses: scores, weights }));
    };
    for (const [id, share] of Object.entries(coverage(draw, 250, 100))) {
      expect(share, id).toBeGreaterThan(0.9);
    }
  });

  it.each([false, true])('regression, weighted %s', (weighted) => {
    const draw = (n: number, seed: number) => {
      const { uniform, normal } = chanceOf(seed);
      const labels = Float64Array.from({ length: n }, () => 50 + 8 * normal());
      const predictions = labels.map((label) => label + 1 + 3 * normal());
      // What a weight says is how many such rows there are: here it has nothing to do with the error.
      const weights = weighted ? labels.map(() => (uniform() < 0.5 ? 1 : 4)) : undefined;
      const { max_error: _, ...rest } = measurePerformance(summarizeRegression(labels, predictions, weights));
      return rest;
    };
    for (const [id, share] of Object.entries(coverage(draw, 250, 150))) {
      expect(share, id).toBeGreaterThan(0.9);
      expect(share, id).toBeLessThan(0.995);
    }
  });
});

describe('weights', () => {
  const { uniform } = chanceOf(5);
  const n = 300;
  const scores = Float64Array.from({ length: n }, () => Math.round(100 * uniform()) / 100);
  const labels = scores.map((score) => (uniform() < score ? 1 : 0));
  const said = scores.map((score) => (score > 0.4 ? 1 : 0));
  const strip = (measured: Measured) =>
    Object.fromEntries(Object.entries(measured).map(([id, { value, lower, upper }]) => [id, [value, lower, upper]]));

  it('of 1 change nothing, and of any other number neither', () => {
    const plain = strip(measurePerformance(summarizeBinary(labels, scores, said)));
    for (const weight of [1, 7]) {
      const weighted = strip(
        measurePerformance(summarizeBinary(labels, scores, said, new Float64Array(n).fill(weight))),
      );
      for (const [id, numbers] of Object.entries(plain)) {
        // Without weights, F1 carries Wilson's bounds of another share over.
        const some = id === 'f1' ? numbers.slice(0, 1) : numbers;
        for (const [i, number] of some.entries()) expect(weighted[id]![i], `${id} ${i}`).toBeCloseTo(number!, 9);
      }
    }
  });

  it('are as good as repetition for the value', () => {
    const weights = Float64Array.from({ length: n }, (_, i) => (i % 3) + 1);
    const repeat = (column: Float64Array) =>
      Float64Array.from([...column].flatMap((x, i) => Array(weights[i]!).fill(x)));
    const weighted = measurePerformance(summarizeBinary(labels, scores, said, weights));
    const repeated = measurePerformance(summarizeBinary(repeat(labels), repeat(scores), repeat(said)));
    for (const [id, { value }] of Object.entries(repeated)) expect(weighted[id]!.value, id).toBeCloseTo(value!, 9);
  });
});
