import { describe, expect, it } from 'vitest';
import { measurements } from '../../test/fixtures.ts';
import { forestRow } from './forest.ts';
import { rankSlices } from './slices.ts';
import { fillDays, sparklinePath } from './sparkline.ts';

describe('sparklinePath', () => {
  it('stands on zero and reaches the top at the largest value', () => {
    expect(sparklinePath([0, 50, 100], 100, 20)).toBe('M0 20L50 10.5L100 1');
  });

  it('draws nothing from nothing', () => {
    expect(sparklinePath([], 100, 20)).toBeNull();
  });
});

describe('fillDays', () => {
  it('counts days that are missing between as zero', () => {
    const days = [
      { day: '2026-03-03', rows: 4 },
      { day: '2026-02-28', rows: 5 },
    ];
    expect(fillDays(days).map(({ rows }) => rows)).toEqual([5, 0, 0, 4]);
  });
});

describe('forestRow', () => {
  const worse = { difference: -0.02, lower: -0.03, upper: -0.01, better: 'higher', form: null, margin: null } as const;

  it('puts zero in the middle and what is worse to its left', () => {
    const { zero, point, from, to } = forestRow(worse);
    expect([from! < point!, point! < to!, to! < zero]).toEqual([true, true, true]);
  });

  it('turns a metric round of which less is better', () => {
    const { zero, point, from, to } = forestRow({ ...worse, better: 'lower' });
    expect([zero < from!, from! < point!, point! < to!]).toEqual([true, true, true]);
  });

  const forms: [form: string, margin: number | null, sides: number[]][] = [
    ['superiority', 0.01, [1]],
    ['non_inferiority', 0.01, [-1]],
    ['equivalence', 0.01, [-1, 1]],
    ['superiority', 0, []],
    ['superiority', null, []],
  ];
  it.each(forms)('draws what %s by %s is held against', (form, margin, sides) => {
    expect(forestRow({ ...worse, form, margin }).bars.map((bar) => Math.sign(bar - 0.5))).toEqual(sides);
  });

  it('has no place for a difference that was not computed', () => {
    expect(forestRow({ ...worse, difference: null, lower: null, upper: null })).toMatchObject({
      point: null,
      from: null,
      to: null,
    });
  });
});

describe('rankSlices', () => {
  const auc = measurements.filter(({ metric }) => metric === 'roc_auc');

  it('has the worst slice first, whichever way the metric runs', () => {
    expect(rankSlices(auc, 'higher')[0]!.slice).toBe('origin=SFO');
    expect(rankSlices(auc, 'lower').at(-1)!.slice).toBe('origin=SFO');
  });

  it('counts only windows with enough rows', () => {
    const days = new Set(
      auc.filter(({ slice, status }) => slice === 'origin=SFO' && status === 'ok').map((one) => one.windowStart),
    );
    expect(rankSlices(auc, 'higher')[0]!.windows).toBe(days.size);
    expect(days.size).toBeLessThan(118);
  });

  it('keeps a slice without a usable value, without a number and last', () => {
    const thin = auc
      .filter(({ slice }) => slice === 'origin=ATL')
      .map((one) => ({ ...one, slice: 'origin=XXX', status: 'insufficient' as const }));
    expect(rankSlices([...auc, ...thin], 'higher').at(-1)).toMatchObject({
      slice: 'origin=XXX',
      value: null,
      difference: null,
    });
  });
});
