import { describe, expect, it } from 'vitest';
import { measurements } from '../../test/fixtures.ts';
import { detectionsOf } from './detections.ts';
import { estimateRecord } from './estimate.ts';
import { attributeOf, attributesOf, fairnessNow, guideOf, inWords } from './fairness.ts';
import { boundsOf, separationsOf } from './multivariate.ts';
import { worstSlices } from './worst-slices.ts';

const of = (family: string) => measurements.filter(({ metric }) => metric.startsWith(family));

describe('detectionsOf', () => {
  const found = detectionsOf(of('detector.'));

  it('has each change at its time, in order', () => {
    expect(found.map(({ detector, on, index }) => [detector, on, index])).toEqual([
      ['adwin', 'error', 644_120],
      ['page_hinkley', 'taxi_out', null],
      ['adwin', 'error', 838_002],
    ]);
  });

  it('puts changes that are not named in the middle of their window, and counts them', () => {
    const some = of('detector.').find(({ value }) => value === 1)!;
    const [named, unnamed] = detectionsOf([{ ...some, value: 4 }]);
    expect([named!.count, unnamed!.count]).toEqual([1, 3]);
    expect(unnamed!.at).toBe((Date.parse(some.windowStart) + Date.parse(some.windowEnd)) / 2);
    expect(detectionsOf([{ ...some, detail: { drifts: [null, { at: 'soon' }] } }])).toHaveLength(1);
    expect(detectionsOf([{ ...some, value: null }])).toEqual([]);
  });
});

describe('estimateRecord', () => {
  const [any] = of('estimate_error.');
  const error = (value: number | null, realised: number, wide: number | null = 0.02) => ({
    ...any!,
    value,
    detail: {
      realised,
      lower: wide === null ? null : realised + (value ?? 0) - wide,
      upper: wide === null ? null : realised + (value ?? 0) + wide,
    },
  });

  it('says how far off it was, which way, and how often the interval held', () => {
    const record = estimateRecord([error(0.01, 0.74), error(-0.03, 0.73), error(null, 0.7), error(-0.01, 0.7, null)])!;
    expect(record).toMatchObject({ windows: 3, withInterval: 2, inside: 1, worst: { value: -0.03 } });
    expect(record.bias).toBeCloseTo(-0.01);
    expect(record.error).toBeCloseTo(0.05 / 3);
  });

  it('is nothing before the first labels, and leaves out windows of too few', () => {
    expect(estimateRecord([])).toBeNull();
    expect(estimateRecord([{ ...error(0.2, 0.7), status: 'insufficient' }])).toBeNull();
  });
});

describe('worstSlices', () => {
  const found = worstSlices(of('slices.'))!;

  it('has those of the last window, the most costly first, and how often each was found', () => {
    const last = of('slices.')
      .map(({ windowStart }) => windowStart)
      .sort()
      .at(-1);
    expect(found.window.windowStart).toBe(last);
    expect(found.slices.map(({ slice }) => slice).slice(0, 2)).toEqual([
      'origin=SFO and departure_hour in [17, 21)',
      'carrier=9E',
    ]);
    expect(found.slices[0]!.windows).toBe(found.searched);
  });

  it('says of a window with too few rows that it has none, and why', () => {
    const thin = of('slices.').filter(({ windowStart }) => windowStart <= '2026-05-06T00:00:00.000Z');
    expect(worstSlices(thin)).toMatchObject({ window: { status: 'insufficient' }, slices: [] });
    expect(worstSlices([])).toBeNull();
  });
});

describe('fairness', () => {
  const fairness = of('fairness.');
  const now = fairnessNow(fairness, 'carrier_type')!;

  it('has the groups of the last window, the largest first, and names the one that is too small', () => {
    expect(now.groups.map(({ group, left }) => [group, left !== ''])).toEqual([
      ['national', false],
      ['low-cost', false],
      ['regional', false],
      ['regional-charter', true],
    ]);
    expect(now.measures).toHaveLength(4);
    expect(now.disparities.map(({ metric }) => metric)).toContain('fairness.demographic_parity_ratio');
  });

  it('knows the attribute of a group by its slice where it has no column', () => {
    expect(attributesOf(fairness)).toEqual(['carrier_type', 'age']);
    expect(attributeOf({ column: '', slice: 'sex=Female' })).toBe('sex');
    expect(attributeOf({ column: '', slice: 'sex=Female, race=Black' })).toBe('sex, race');
  });

  it('has a line at the limit, and at four fifths for a ratio without one', () => {
    const guide = (id: string) => guideOf(now.disparities.find(({ metric }) => metric === `fairness.${id}`)!);
    expect(guide('equalized_odds_ratio')).toBe(0.8);
    expect(guide('demographic_parity_difference')).toBeNull();
    expect(guideOf({ ...now.disparities[0]!, threshold: 0.9 })).toBe(0.9);
    expect(now.disparities[0]!.threshold).toBe(0.8);
  });

  it('says why there is nothing to compare, and codes in words', () => {
    expect(fairnessNow(fairness, 'age')).toMatchObject({
      disparities: [],
      groups: [],
      reason: expect.stringContaining('numeric'),
    });
    expect(inWords('too_few_rows')).toBe('too few rows');
    expect(inWords('left out: a_b')).toBe('left out: a_b');
  });

  it('keeps the value of a group whole, and says where it was left out of some measures only', () => {
    const one = fairness.find(({ slice }) => slice !== '')!;
    const slice = 'country=Trinidad and Tobago';
    const row = fairnessNow(
      [
        { ...one, slice },
        { ...one, slice, metric: 'fairness.precision', status: 'insufficient', reason: 'too_few_in_denominator' },
      ],
      'carrier_type',
    )!.groups[0]!;
    expect([row.group, row.left]).toEqual(['Trinidad and Tobago', 'in part: too few in denominator']);
  });

  it('is nothing of an attribute never measured', () => {
    expect(fairnessNow(fairness, 'shoe_size')).toBeNull();
  });
});

describe('drift of columns together', () => {
  it('has both bounds where they are told, and the threshold alone where not', () => {
    const sides = (metric: string) => boundsOf(of(metric)).map(({ side, values }) => [side, values[0]]);
    expect(sides('multivariate.reconstruction_error')).toEqual([
      ['below', 1.33],
      ['above', 1.52],
    ]);
    expect(sides('multivariate.domain_auc')).toEqual([['above', 0.65]]);
  });

  it('has the features that separate, and none where they are not told', () => {
    const [telling] = of('multivariate.domain_auc');
    expect(
      separationsOf(telling!)
        .map(({ column }) => column)
        .slice(0, 2),
    ).toEqual(['taxi_out', 'temperature']);
    expect(separationsOf({ ...telling!, detail: { separating: [null, { column: 'x' }, 'y'] } })).toEqual([]);
    expect(separationsOf({ ...telling!, detail: {} })).toEqual([]);
  });
});
