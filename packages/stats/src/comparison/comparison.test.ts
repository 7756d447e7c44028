import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/binary.json' with { type: 'json' };
import lengths from '../../../../conformance/block-length.json' with { type: 'json' };
import peers from '../../../../conformance/comparison.json' with { type: 'json' };
import { calibrationLine } from '../performance/calibration-line.ts';
import { measurePerformance } from '../performance/index.ts';
import { summarizeBinary } from '../performance/summarize-binary.ts';
import { summarizeMulticlass } from '../performance/summarize-multiclass.ts';
import { summarizeRegression } from '../performance/summarize-regression.ts';
import { randomIntegers } from '../special/random.ts';
import { bcaInterval } from './bca-interval.ts';
import { optimalBlockLength } from './block-length.ts';
import { aucComponents, deLong } from './de-long.ts';
import { dieboldMariano } from './diebold-mariano.ts';
import { type McNemarMethod, mcNemar, pairedShareDifference } from './mc-nemar.ts';
import { comparisonMetrics, metricOfDraw } from './metric-of-draw.ts';
import { pairedBootstrap } from './paired-bootstrap.ts';
import {
  compareByDeLong,
  compareByDieboldMariano,
  compareByMcNemar,
  type PairedComparison,
  pValueOf,
} from './paired-comparison.ts';
import { type Resampling, resampler } from './resampling.ts';
import { tostPaired } from './tost.ts';
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

const binary = {
  task: 'binary' as const,
  labels: scores.labels,
  champion: { predicted: scores.champion.map((p) => (p >= 0.5 ? 1 : 0)), scores: scores.champion },
  challenger: { predicted: scores.challenger.map((p) => (p >= 0.5 ? 1 : 0)), scores: scores.challenger },
};

describe('pairedBootstrap', () => {
  const identical = { ...binary, challenger: binary.champion };

  it.each(comparisonMetrics('binary'))('%s: same seed, same answer; equal models do not differ', (metric) => {
    const first = pairedBootstrap(binary, { metric, seed: 3, draws: 100 });
    expect(pairedBootstrap(binary, { metric, seed: 3, draws: 100 })).toEqual(first);
    expect(first.lower).toBeLessThanOrEqual(first.upper!);
    for (const interval of ['percentile', 'bca'] as const) {
      const equal = pairedBootstrap(identical, { metric, seed: 3, draws: 50, interval });
      expect(equal).toMatchObject({ difference: 0, lower: 0, upper: 0 });
      expect(verdictOf(equal, { form: 'superiority', margin: 0, minimumRows: 1 }).verdict).toBe('inconclusive');
      expect(pValueOf(equal, 0, 'above')).toBe(1);
    }
  });

  it('turns with the models', () => {
    const turned = { ...binary, champion: binary.challenger, challenger: binary.champion };
    for (const metric of comparisonMetrics('binary')) {
      const [one, other] = [binary, turned].map((models) => pairedBootstrap(models, { metric, seed: 9, draws: 60 }));
      expect(other!.difference).toBeCloseTo(-one!.difference!, 12);
      expect(other!.lower).toBeCloseTo(-one!.upper!, 12);
      expect(other!.upper).toBeCloseTo(-one!.lower!, 12);
    }
  });

  it("has DeLong's interval for roc_auc, nearly, by percentiles and by BCa", () => {
    const asymptotic = deLong(scores);
    const width = asymptotic.upper! - asymptotic.lower!;
    for (const interval of ['percentile', 'bca'] as const) {
      const { lower, upper } = pairedBootstrap(binary, { metric: 'roc_auc', seed: 1, draws: 4000, interval });
      expect(Math.abs(lower! - asymptotic.lower!)).toBeLessThan(0.1 * width);
      expect(Math.abs(upper! - asymptotic.upper!)).toBeLessThan(0.1 * width);
    }
  });

  it('draws whole units: repeating every row a hundred times in its unit changes nothing', () => {
    const hundred = (values: Float64Array) =>
      Float64Array.from({ length: values.length * 100 }, (_, i) => values[Math.floor(i / 100)]!);
    const side = ({ predicted, scores }: typeof binary.champion) => ({
      predicted: hundred(predicted),
      scores: hundred(scores),
    });
    const repeated = {
      ...binary,
      labels: hundred(binary.labels),
      champion: side(binary.champion),
      challenger: side(binary.challenger),
    };
    const unit = Int32Array.from(repeated.labels, (_, i) => Math.floor(i / 100));
    for (const metric of ['log_loss', 'roc_auc', 'f1']) {
      const rows = pairedBootstrap(binary, {
        metric,
        seed: 5,
        draws: 200,
        resampling: { of: 'units', unit: unit.slice(0, 60).map((_, i) => i) },
      });
      const inUnits = pairedBootstrap(repeated, { metric, seed: 5, draws: 200, resampling: { of: 'units', unit } });
      expect(inUnits.lower).toBeCloseTo(rows.lower!, 10);
      expect(inUnits.upper).toBeCloseTo(rows.upper!, 10);
      expect(inUnits.units).toBe(60);
    }
  });

  it('draws blocks: wider than rows where neighbours are alike, and as many rows each time', () => {
    const n = 600;
    const wave = Float64Array.from({ length: n }, (_, i) => Math.sin(i / 90));
    const models = {
      task: 'regression' as const,
      labels: new Float64Array(n),
      champion: { predicted: new Float64Array(n) },
      challenger: { predicted: wave },
    };
    const width = (resampling: Resampling) => {
      const { lower, upper } = pairedBootstrap(models, { metric: 'mse', seed: 2, draws: 300, resampling });
      return upper! - lower!;
    };
    expect(width({ of: 'blocks', length: 60 })).toBeGreaterThan(2 * width({ of: 'rows' }));
    for (const circular of [true, false]) {
      const drawn = resampler(n, { of: 'blocks', length: 50, circular }, 4);
      const times = new Int32Array(n);
      drawn.draw(times);
      expect(times.reduce((sum, count) => sum + count, 0)).toBe(n);
      expect(drawn.units).toBe(12);
    }
  });

  it('compares the size of what should be near 0', () => {
    const n = 200;
    const labels = Float64Array.from({ length: n }, (_, i) => i % 7);
    const off = (by: number) => ({ predicted: labels.map((label, i) => label + by + (i % 2 ? 0.1 : -0.1)) });
    const models = { task: 'regression' as const, labels, champion: off(-2), challenger: off(1) };
    const found = pairedBootstrap(models, { metric: 'bias', seed: 1, draws: 100 });
    expect(found).toMatchObject({ better: 'lower', champion: expect.closeTo(-2, 9), challenger: expect.closeTo(1, 9) });
    expect(found.difference).toBeCloseTo(-1, 9);
  });

  const empty = new Float64Array();
  const no = { predicted: empty, scores: empty };
  it.each([
    ['no rows', { ...binary, labels: empty, champion: no, challenger: no }, 'roc_auc', 'no_data'],
    ['one class', { ...binary, labels: new Float64Array(60) }, 'roc_auc', 'undefined_metric'],
    ['no scores', { ...binary, champion: { predicted: binary.champion.predicted } }, 'log_loss', 'not_comparable'],
    ['no such metric', binary, 'max_error', 'not_comparable'],
  ])('%s', (_, models, metric, reason) => {
    expect(pairedBootstrap(models, { metric, seed: 1 })).toMatchObject({ lower: null, reason });
  });

  it('one unit gives a difference without an interval', () => {
    const resampling = { of: 'units' as const, unit: Array(60).fill('monday') };
    const result = pairedBootstrap(binary, { metric: 'log_loss', seed: 1, resampling });
    expect(result).toMatchObject({ lower: null, upper: null, reason: 'one_unit' });
    expect(result.difference).not.toBeNull();
  });

  it('refuses columns that do not fit', () => {
    const short = { ...binary, champion: { predicted: Float64Array.of(1) } };
    expect(() => pairedBootstrap(short, { metric: 'f1', seed: 1 })).toThrow(/60 labels but 1 values of champion/);
    const broken = { ...binary, challenger: { predicted: binary.labels.map(() => Number.NaN) } };
    expect(() => pairedBootstrap(broken, { metric: 'f1', seed: 1 })).toThrow(/challenger.predicted\[0\] is NaN/);
  });
});

describe('a metric of a draw', () => {
  /** The rows, each as often as it was drawn. */
  const expand = (column: Float64Array, times: Int32Array) =>
    Float64Array.from([...column].flatMap((value, i) => Array<number>(times[i]!).fill(value)));
  const random = randomIntegers(77);
  const times = Int32Array.from({ length: 60 }, () => random() % 4);

  it.each(comparisonMetrics('binary'))('binary %s is the metric of the drawn rows', (metric) => {
    const { predicted, scores } = binary.challenger;
    const [labels, p, s] = [binary.labels, predicted, scores].map((column) => expand(column, times));
    const expected = measurePerformance(summarizeBinary(labels!, s!, p!))[metric]!.value!;
    expect(metricOfDraw(binary, binary.challenger, metric)!(times)).toBeCloseTo(expected, 12);
  });

  const numbers = {
    task: 'regression' as const,
    labels: binary.labels.map((label, i) => 10 + label * 3 + (i % 5)),
    champion: { predicted: scores.champion.map((score) => 10 + 8 * score) },
    challenger: { predicted: scores.challenger.map((score) => 10 + 8 * score) },
  };
  it.each(comparisonMetrics('regression'))('regression %s is the metric of the drawn rows', (metric) => {
    const [labels, said] = [numbers.labels, numbers.champion.predicted].map((column) => expand(column, times));
    const expected = measurePerformance(summarizeRegression(labels!, said!))[metric]!.value!;
    expect(metricOfDraw(numbers, numbers.champion, metric)!(times)).toBeCloseTo(expected, 10);
  });

  const classes = ['a', 'b', 'c'];
  const ofClasses = [scores.champion, scores.challenger, scores.champion.map((p, i) => 1 - p * scores.challenger[i]!)];
  const several = {
    task: 'multiclass' as const,
    ...{ classes, labels: scores.champion.map((_, i) => (i * 7) % 3) },
    champion: { predicted: scores.champion.map((p) => Math.floor(p * 2.99)), ofClasses },
    challenger: { predicted: scores.challenger.map((p) => Math.floor(p * 2.99)), ofClasses },
  };
  it.each(comparisonMetrics('multiclass'))('multiclass %s is the metric of the drawn rows', (metric) => {
    const { predicted } = several.champion;
    const [labels, said, ...columns] = [several.labels, predicted, ...ofClasses].map((c) => expand(c, times));
    const summary = summarizeMulticlass(labels!, said!, classes, { ofClasses: columns });
    const expected = measurePerformance(summary)[metric]!.value!;
    expect(metricOfDraw(several, several.champion, metric)!(times)).toBeCloseTo(expected, 12);
  });
});

describe('tests of their own', () => {
  it('DeLong: as the test itself; of nothing but roc_auc', () => {
    const found = compareByDeLong({ models: binary, metric: 'roc_auc' });
    const { z: _, ...expected } = deLong(scores);
    expect(found).toMatchObject({ ...expected, better: 'higher', units: 60 });
    expect(pValueOf(found, 0, 'above')).toBeCloseTo(
      found.difference! > 0 ? found.pValue! / 2 : 1 - found.pValue! / 2,
      12,
    );
    expect(compareByDeLong({ models: binary, metric: 'f1' }).reason).toBe('not_comparable');
  });

  it.each([
    // Newcombe (1998), table III, method 10: e, f, g, h and the interval of (e + f)/n - (e + g)/n.
    [36, 12, 2, 0, 0.0569, 0.3404],
    [20, 12, 2, 16, 0.0562, 0.3292],
    [54, 0, 0, 0, -0.0664, 0.0664],
  ])("Newcombe's interval, %d, %d, %d, %d", (both, challengerOnly, championOnly, neither, lower, upper) => {
    const found = pairedShareDifference({ both, challengerOnly, championOnly, neither })!;
    expect(found.lower).toBeCloseTo(lower, 3);
    expect(found.upper).toBeCloseTo(upper, 3);
  });

  it('McNemar: counts rows, and turns with the models', () => {
    const found = compareByMcNemar({ models: binary, metric: 'accuracy' });
    const turned = compareByMcNemar({
      models: { ...binary, champion: binary.challenger, challenger: binary.champion },
      metric: 'accuracy',
    });
    expect(found.lower).toBeLessThan(found.difference!);
    expect(turned.lower).toBeCloseTo(-found.upper!, 12);
    expect(turned.pValue).toBe(found.pValue);
  });

  it('Diebold-Mariano: the mean over days, and of accuracy the error rate turned', () => {
    const time = Int32Array.from({ length: 60 }, (_, i) => Math.floor(i / 3));
    const daily = compareByDieboldMariano({ models: binary, metric: 'brier_score', time });
    expect(daily).toMatchObject({ units: 20, n: 60, better: 'lower' });
    const right = compareByDieboldMariano({ models: binary, metric: 'accuracy', time: time.map((_, i) => i) });
    const counted = compareByMcNemar({ models: binary, metric: 'accuracy' });
    for (const name of ['champion', 'challenger', 'difference'] as const)
      expect(right[name]).toBeCloseTo(counted[name]!, 12);
    expect(right.lower).toBeLessThan(right.upper!);
    expect(compareByDieboldMariano({ models: binary, metric: 'roc_auc', time }).reason).toBe('not_comparable');
  });
});

describe('against peers', () => {
  it.each(peers.mcnemar.cases)(
    'McNemar, $champion_only and $challenger_only',
    ({ champion_only, challenger_only, ...expected }) => {
      for (const [method, p] of Object.entries(expected)) {
        const counts = { championOnly: champion_only, challengerOnly: challenger_only };
        expect(mcNemar(counts, method as McNemarMethod).pValue).toBeCloseTo(p!, 12);
      }
    },
  );

  it.each(peers.tost.cases)('TOST, $p', ({ differences, low, high, p, p_low, p_high, df }) => {
    const found = tostPaired(Float64Array.from(differences), low, high);
    expect(found).toMatchObject({ degreesOfFreedom: df, n: differences.length });
    for (const [ours, theirs] of [
      [found.pLow, p_low],
      [found.pHigh, p_high],
      [found.pValue, p],
    ] as const)
      expect(ours).toBeCloseTo(theirs, 10);
  });

  it.each(peers.diebold_mariano.cases)('Diebold-Mariano, horizon $horizon', (vector) => {
    const differences = Float64Array.from(vector.differences);
    const { horizon } = vector;
    const found = dieboldMariano(differences, { horizon });
    expect(found.lags).toBe(vector.lags);
    expect(dieboldMariano(differences, { horizon, harvey: false }).standardError).toBeCloseTo(
      vector.newey_west_error,
      12,
    );
    expect(found.statistic).toBeCloseTo(vector.bartlett.statistic, 10);
    expect(found.pValue).toBeCloseTo(vector.bartlett.p, 10);
    expect(found.lower).toBeCloseTo(vector.bartlett.interval[0]!, 9);
    expect(found.upper).toBeCloseTo(vector.bartlett.interval[1]!, 9);
    const rectangular = dieboldMariano(differences, { horizon, kernel: 'rectangular' });
    expect(rectangular.statistic).toBeCloseTo(vector.rectangular!.statistic, 10);
    expect(rectangular.pValue).toBeCloseTo(vector.rectangular!.p, 10);
    const original = dieboldMariano(differences, { horizon, kernel: 'rectangular', harvey: false });
    expect(original.statistic).toBeCloseTo(vector.rectangular!.uncorrected, 10);
  });

  it.each(peers.bca.cases)('BCa, confidence $confidence', ({ draws, observed, jackknife, confidence, expected }) => {
    const { lower, upper } = bcaInterval(Float64Array.from(draws), observed, jackknife, confidence)!;
    expect(lower).toBeCloseTo(expected[0]!, 9);
    expect(upper).toBeCloseTo(expected[1]!, 9);
  });

  it.each(peers.calibration_line.cases)('the calibration line, slope $slope.value', (vector) => {
    const found = calibrationLine(Float64Array.from(vector.labels), Float64Array.from(vector.scores));
    for (const side of ['slope', 'intercept'] as const) {
      for (const name of ['value', 'lower', 'upper'] as const)
        expect(found[side][name]).toBeCloseTo(vector[side][name], 8);
    }
  });

  it.each(lengths.cases)('the length of blocks, $expected', ({ series, expected }) => {
    expect(optimalBlockLength(Float64Array.from(series))).toBeCloseTo(Math.max(1, expected), 9);
  });
});

describe('edges', () => {
  it('no variance, no test', () => {
    const same = new Float64Array(20).fill(0.1);
    expect(tostPaired(same, -1, 1).pValue).toBeNull();
    expect(dieboldMariano(same)).toMatchObject({ pValue: null, reason: 'no_variance' });
    expect(dieboldMariano(new Float64Array())).toMatchObject({ difference: null, reason: 'no_data' });
    expect(optimalBlockLength(same)).toBe(1);
    const labels = Float64Array.from({ length: 40 }, (_, i) => i % 2);
    for (const [given, scores, reason] of [
      [labels, labels.map((label) => 0.1 + 0.8 * label), 'no_variance'], // parted
      [labels, labels.map(() => 0.3), 'no_variance'],
      [new Float64Array(40), labels.map((_, i) => i / 40), 'one_class'],
      [new Float64Array(), new Float64Array(), 'no_data'],
    ] as const)
      expect(calibrationLine(given, scores).slope).toMatchObject({ value: null, reason });
  });

  it.each([
    () => tostPaired(new Float64Array(3), 1, 1),
    () => dieboldMariano(new Float64Array(3), { horizon: 0 }),
    () => dieboldMariano(new Float64Array(3), { lags: -1 }),
    () => resampler(3, { of: 'blocks', length: 0 }, 1),
    () => resampler(3, { of: 'units', unit: [1, 2] }, 1),
  ])('%s', (call) => {
    expect(call).toThrow(RangeError);
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
    ['higher', -0.005, 0.009, 'equivalence', 0.01, 'pass'],
    ['lower', -0.005, 0.02, 'equivalence', 0.01, 'inconclusive'],
    ['lower', 0.02, 0.05, 'equivalence', 0.01, 'fail'],
    ['higher', 0.02, 0.05, 'equivalence', 0.01, 'fail'],
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
