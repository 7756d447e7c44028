import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomIntegers } from '../special/random.ts';
import type { Detector, DetectorLevel, DetectorState, ParameterValues } from './detector.ts';
import { detector, detectors, restoreDetector } from './index.ts';

/** Parameters by which each fires within a few dozen values, so that short streams try everything. */
const QUICK: Record<string, ParameterValues> = {
  adwin: { clock: 1, delta: 0.3, grace_period: 5, min_window_length: 2, max_buckets: 2 },
  ddm: { warm_start: 5 },
  eddm: { warm_start: 3 },
  hddm_a: { drift_confidence: 0.3, warning_confidence: 0.6, two_sided_test: true },
  hddm_w: { drift_confidence: 0.3, warning_confidence: 0.6, two_sided_test: true, lambda_val: 0.3 },
  page_hinkley: { min_instances: 3, threshold: 3 },
  kswin: { window_size: 12, stat_size: 5, alpha: 0.2 },
  cusum: { min_instances: 5, threshold: 2 },
  ewma: { min_instances: 5, threshold: 1.5, alpha: 0.3 },
  shewhart: { min_instances: 5, k: 1.5 },
  fhddm: { sliding_window_size: 10, confidence_level: 0.5, short_window_size: 4 },
  rddm: { warm_start: 5, buffer_size: 12, max_concept_size: 30, warning_limit: 6 },
  stepd: { window_size: 4, alpha_drift: 0.1, alpha_warning: 0.3 },
  bocd: { min_instances: 3, hazard: 0.1, max_runs: 8 },
};

/** A stream whose level changes in the middle, a few values of it none. */
function streamOf({ input }: Detector) {
  const hole = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  const value = (high: boolean) =>
    input === 'error'
      ? fc.integer({ min: 0, max: 9 }).map((x) => Number(high ? x > 1 : x > 7))
      : fc.double({ min: -3, max: 3, noNaN: true }).map((x) => x + (high ? 5 : 0));
  const part = (high: boolean) =>
    fc.array(fc.oneof({ weight: 20, arbitrary: value(high) }, { weight: 1, arbitrary: hole }), { maxLength: 60 });
  return fc.tuple(part(false), part(true), part(false)).map((parts) => parts.flat());
}

const feed = (one: Detector, state: DetectorState, values: readonly number[]): DetectorLevel[] =>
  values.map((value) => one.update(state, value));

/** Noise of a seed; the same every time. */
function noise(seed: number, count: number): number[] {
  const random = randomIntegers(seed);
  const uniform = () => random() / 2 ** 32;
  return Array.from({ length: count }, () => uniform() + uniform() + uniform() - 1.5);
}

const cases = detectors.map((one) => ({ id: one.id, one }));

it('every detector has quick parameters here', () => {
  expect(Object.keys(QUICK).sort()).toEqual(detectors.map(({ id }) => id).sort());
});

describe.each(cases)('$id', ({ id, one }) => {
  it('written, read and gone on with at any point, it gives the same answers', () => {
    for (const parameters of [{}, QUICK[id]!]) {
      fc.assert(
        fc.property(streamOf(one), fc.nat({ max: 180 }), (values, at) => {
          const whole = feed(one, one.create(parameters), values);
          const before = one.create(parameters);
          const first = feed(one, before, values.slice(0, at));
          const read = JSON.parse(JSON.stringify(before)) as DetectorState;
          const restored = restoreDetector(read);
          expect([...first, ...feed(one, read, values.slice(at))]).toEqual(whole);
          expect([...first, ...feed(one, restored, values.slice(at))]).toEqual(whole);
          expect(restored).toEqual(read);
        }),
        { numRuns: 40 },
      );
    }
  });

  it('its state at every step is strict JSON', () => {
    fc.assert(
      fc.property(streamOf(one), (values) => {
        const state = one.create(QUICK[id]);
        for (const value of values) {
          one.update(state, value);
          expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('stays finite, whatever it is given', () => {
    const extreme = fc.constantFrom(Number.NaN, Infinity, 1e300, -1e300, 1e140, -1e140, 5e-324, 0, 1, 1e-200, -7);
    fc.assert(
      fc.property(fc.array(extreme, { maxLength: 120 }), (values) => {
        const state = one.create(QUICK[id]);
        feed(one, state, values);
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        expect(state.n + state.skipped).toBe(values.length);
      }),
    );
  });

  it('what is no value is skipped and counted, and changes nothing', () => {
    const state = one.create(QUICK[id]);
    feed(one, state, [0, 1, 0, 1]);
    const since = JSON.stringify(state.since);
    const holes = [Number.NaN, Infinity, -Infinity, 1e200, ...(one.input === 'error' ? [0.5, 2, -1] : [])];
    expect(feed(one, state, holes).every((level) => level === 'none')).toBe(true);
    expect(JSON.stringify(state.since)).toBe(since);
    expect(state).toMatchObject({ n: 4, skipped: holes.length });
  });

  it('leaves the parameters that it is given as they are, and keeps none of them', () => {
    const parameters = Object.freeze({ ...QUICK[id] });
    const state = one.create(parameters);
    feed(
      one,
      state,
      noise(1, 300).map((x) => (one.input === 'error' ? Number(x > 0) : x)),
    );
    expect(parameters).toEqual(QUICK[id]);
    expect(state.parameters).toEqual({ ...defaultsOf(one), ...QUICK[id] });
    expect(one.create().parameters).toEqual(defaultsOf(one));
  });

  it('is quiet on a constant stream', () => {
    const constants = one.input === 'error' ? [0, 1] : [0, 1, 0.1, -7.3, 1e9 / 3];
    for (const constant of constants) {
      const levels = feed(one, one.create(), Array(3_000).fill(constant));
      expect(levels.every((level) => level === 'none')).toBe(true);
    }
  });

  it('fires soon after a large change, by its defaults', () => {
    const random = randomIntegers(3);
    const before = noise(4, 1_500);
    const after = noise(5, 600).map((x) => x + 8);
    const values =
      one.input === 'number'
        ? [...before, ...after]
        : [...before, ...after].map((_, i) => Number(random() % 10 < (i < 1_500 ? 1 : 7)));
    const levels = feed(one, one.create(), values);
    const delay = levels.indexOf('drift', 1_500) - 1_500;
    expect(delay).toBeGreaterThanOrEqual(0);
    expect(delay).toBeLessThan(150);
    if (!one.warns) expect(levels).not.toContain('warning');
  });

  it('says which parameters it has, and what they may be', () => {
    expect(() => one.create({ nonsense: 1 })).toThrow(
      new RegExp(`^${id} has no parameter "nonsense": it has ${Object.keys(one.parameters)[0]}`),
    );
    for (const [name, parameter] of Object.entries(one.parameters)) {
      expect(parameter.description).toMatch(/^[A-Z].*\.$/);
      const wrong =
        typeof parameter.default === 'number'
          ? [Number.NaN, 'x', -1e200]
          : typeof parameter.default === 'string'
            ? ['sideways', 1]
            : ['yes', 1];
      for (const value of wrong) {
        expect(() => one.create({ [name]: value })).toThrow(
          new RegExp(`^${id}: ${name} must be (a |one of |true or false)`),
        );
      }
    }
  });

  it('does not take what is no state of its own', () => {
    const state = one.create();
    const { since: _, ...headless } = state;
    for (const broken of [
      headless,
      { ...state, n: null },
      { ...state, since: { ...state.since, more: 1 } },
      { ...state, since: Object.fromEntries(Object.keys(state.since).map((key) => [key, 'x'])) },
    ]) {
      expect(() => restoreDetector(broken)).toThrow(RangeError);
    }
  });
});

function defaultsOf({ parameters }: Detector): ParameterValues {
  return Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, parameter.default]));
}

describe('the registry', () => {
  it('has distinct ids of lower-case words', () => {
    const ids = detectors.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  it('names the detectors there are when asked for another', () => {
    expect(() => detector('adwyn')).toThrow(/Unknown detector "adwyn": use one of adwin, ddm/);
    for (const nothing of [null, {}, [], 7, { detector: 'adwyn' }])
      expect(() => restoreDetector(nothing)).toThrow(RangeError);
  });

  it.each([
    ['eddm', { alpha: 0.8, beta: 0.9 }, /alpha \(0.8\) must be at least beta \(0.9\)/],
    ['kswin', { stat_size: 60 }, /window_size \(100\) must be at least twice stat_size \(60\)/],
    ['rddm', { drift_threshold: 1 }, /drift_threshold \(1\) must be above warning_threshold \(1.773\)/],
    ['stepd', { alpha_drift: 0.1 }, /alpha_warning \(0.05\) must be above alpha_drift \(0.1\)/],
    ['fhddm', { short_window_size: 200 }, /short_window_size \(200\) must be at most sliding_window_size \(100\)/],
    ['adwin', { clock: 1.5 }, /clock must be a whole number at least 1, got 1.5/],
    ['page_hinkley', { mode: 'left' }, /mode must be one of up, down, both, got "left"/],
  ])('%s refuses %j', (id, parameters, message) => {
    expect(() => detector(id).create(parameters)).toThrow(message);
  });
});
