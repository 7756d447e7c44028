import { describe, expect, it } from 'vitest';
import file from '../../../../conformance/detectors.json' with { type: 'json' };
import type { ParameterValues } from './detector.ts';
import { detector } from './index.ts';

interface Vector {
  source: string;
  detector: string;
  stream: string;
  parameters: ParameterValues;
  drifts: number[];
  warnings: number[];
  published?: number[];
}
const streams: Record<string, string | number[]> = file.streams;
const vectors = file.vectors as unknown as Vector[];
const valuesOf = (name: string): number[] => [...streams[name]!].map(Number);

/** Indices of drifts, and those at which a warning begins. */
function fire(id: string, values: readonly number[], parameters: ParameterValues = {}) {
  const one = detector(id);
  const state = one.create(parameters);
  const drifts: number[] = [];
  const warnings: number[] = [];
  let before = 'none';
  for (const [i, value] of values.entries()) {
    const level = one.update(state, value);
    if (level === 'drift') drifts.push(i);
    else if (level === 'warning' && before !== 'warning') warnings.push(i);
    before = level;
  }
  return { drifts, warnings };
}

const cases = vectors.map((vector) => ({
  name: `${vector.detector} over ${vector.stream} ${JSON.stringify(vector.parameters)}, ${vector.source}`,
  vector,
}));

describe('the same drifts and warnings at the same indices', () => {
  it.each(cases)('$name', ({ vector }) => {
    const { drifts, warnings, published } = vector;
    const found = fire(vector.detector, valuesOf(vector.stream), vector.parameters);
    expect(found).toEqual({ drifts, warnings });
    if (published) expect(found.drifts).toEqual(published);
  });

  it('KSWIN where chance has a part: within the spread of seeds', () => {
    const { stream, parameters, drifts } = file.kswin_by_chance;
    for (let seed = 1; seed <= 20; seed++) {
      const found = fire('kswin', valuesOf(stream), { ...parameters, seed }).drifts;
      expect(found.length).toBe(drifts.length);
      expect(Math.abs(found[0]! - drifts[0]!)).toBeLessThanOrEqual(5);
    }
  });
});

describe('by hand', () => {
  it('River reports 1 as a right answer to FHDDM; here 1 is a mistake for every detector', () => {
    const worse = [...Array(200).fill(0), ...Array(200).fill(1)];
    const better = [...Array(200).fill(1), ...Array(200).fill(0)];
    for (const id of ['ddm', 'hddm_a', 'hddm_w', 'fhddm', 'rddm']) {
      expect(fire(id, worse).drifts.length, id).toBeGreaterThan(0);
      expect(fire(id, better).drifts, id).toEqual([]);
    }
  });

  it('ADWIN: the window has the sum and the squared deviations of its values', () => {
    const values = valuesOf('normal').slice(0, 512);
    const one = detector('adwin');
    const state = one.create();
    for (const value of values) one.update(state, value);
    const total = values.reduce((a, b) => a + b, 0);
    const squares = values.reduce((sum, value) => sum + (value - total / 512) ** 2, 0);
    const window = state.since as { width: number; total: number; squares: number; sums: number[]; sizes: number[] };
    expect(window.width).toBe(512);
    expect(window.total).toBeCloseTo(total, 9);
    expect(window.squares / squares).toBeCloseTo(1, 12);
    // Buckets hold every value once.
    expect(window.sums.reduce((a, b) => a + b, 0)).toBeCloseTo(total, 9);
    expect(window.sizes.reduce((a, b) => a + b, 0)).toBe(512);
  });

  it('ADWIN: a constant is no change, however its sums are rounded', () => {
    // River 0.26.1 finds 72 drifts here.
    const one = detector('adwin');
    const state = one.create();
    let drifts = 0;
    for (let i = 0; i < 3_000_000; i++) if (one.update(state, 1e9 / 3) === 'drift') drifts++;
    expect(drifts).toBe(0);
  });

  it('STEPD: one mistake long ago is no evidence of a change', () => {
    // 1/2970 against 0/30: the correction for continuity alone is 50 times as large as the difference.
    const values = Array.from({ length: 3_000 }, (_, i) => (i === 10 ? 1 : 0));
    expect(fire('stepd', values)).toEqual({ drifts: [], warnings: [] });
  });

  it('STEPD: z of 20 mistakes in 100 against 15 in the newest 30', () => {
    // p = 35/130, z = (0.3 - 0.5 (1/100 + 1/30)) / sqrt(p (1 - p) (1/100 + 1/30)) = 3.01: one-sided p 0.0013.
    const values = Array.from({ length: 130 }, (_, i) => (i < 100 ? Number(i % 5 === 0) : i % 2));
    expect(fire('stepd', values, { alpha_drift: 0.0012 }).drifts).toEqual([]);
    expect(fire('stepd', values, { alpha_drift: 0.0014 }).drifts).toEqual([129]);
  });

  it('EWMA keeps its digits where the mean is a million times the deviation', () => {
    const noise = [0, 1, 0, -1];
    const values = Array.from({ length: 800 }, (_, i) => 1e8 + noise[i % 4]! + (i < 600 ? 0 : 10));
    const near = values.map((value) => value - 1e8);
    expect(fire('ewma', values)).toEqual(fire('ewma', near));
    expect(fire('ewma', values).drifts[0]).toBe(606);
  });

  it('RDDM cuts a long concept back, and so hears a change to which DDM has grown deaf', () => {
    const values = Array.from({ length: 70_000 }, (_, i) => Number(i % (i < 60_000 ? 20 : 10) === 0));
    const [rddm] = fire('rddm', values).drifts;
    const [ddm] = fire('ddm', values, { warning_threshold: 1.773, drift_threshold: 2.258 }).drifts;
    expect(rddm).toBeGreaterThan(60_000); // and not at 40,000, where it is cut back
    expect(ddm).toBeGreaterThan(rddm!);
  });

  it('BOCD gives up run lengths without losing the change', () => {
    const values = valuesOf('cusum_doc');
    const parameters = { prior_variance: 4, hazard: 0.002 };
    const few = fire('bocd', values, { ...parameters, max_runs: 20 }).drifts;
    expect(few).toEqual(fire('bocd', values, parameters).drifts);
  });
});
