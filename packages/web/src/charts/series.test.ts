import { describe, expect, it } from 'vitest';
import { measurements, windows } from '../../test/fixtures.ts';
import { gapsOf, groupBy, toPoints } from './series.ts';

const auc = measurements.filter((one) => one.metric === 'roc_auc' && one.slice === '' && one.version === '');
const points = toPoints(auc, windows);

describe('toPoints', () => {
  it('has one point for each window, in order', () => {
    expect(points).toHaveLength(windows.length);
    expect(points.map(({ start }) => start)).toEqual(points.map(({ start }) => start).sort((a, b) => a - b));
  });

  it('says of a window without predictions that it has no data, and never zero', () => {
    expect(points[63]).toMatchObject({ status: 'no_data', value: null, reason: 'no prediction came in this window' });
  });

  it('keeps the number of a window with too few rows, and that they were too few', () => {
    expect(points[65]).toMatchObject({ status: 'insufficient', reason: expect.stringContaining('wants 100') });
    expect(points[65]!.value).not.toBeNull();
  });

  it('says of a closed window whose labels are not in that it waits, and how far it is', () => {
    const last = points.at(-1)!;
    expect(last).toMatchObject({ status: 'waiting', value: null });
    expect(last.coverage).toBeCloseTo(0.12, 2);
    expect(last.reason).toMatch(/^\d+ of \d+ predictions have their label so far$/);
  });

  it('leaves out open windows, which nothing can be said of', () => {
    expect(toPoints([], [{ ...windows[0]!, state: 'open' }])).toEqual([]);
  });

  it('takes a measurement called ok without a value for no data', () => {
    expect(toPoints([{ ...auc[0]!, value: null }])[0]!.status).toBe('no_data');
  });
});

describe('gapsOf', () => {
  it('joins neighbours that are empty for the same reason only', () => {
    expect(gapsOf(points).map(({ status, windows: n }) => [status, n])).toEqual([
      ['no_data', 2],
      ['insufficient', 1],
      ['waiting', 2],
    ]);
  });
});

describe('groupBy', () => {
  it('separates the versions that ran in the shadow from what served', () => {
    const all = measurements.filter((one) => one.metric === 'roc_auc' && one.slice === '');
    expect([...groupBy(all, 'version').keys()].sort()).toEqual(['', 'v3']);
  });
});
