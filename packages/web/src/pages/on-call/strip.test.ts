import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schedulesAt } from '../../../test/fixture-alert-detail.ts';
import { daysFrom, nextOf, peopleOf, piecesOf } from './strip.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 2, 24, 15);
const iso = (hours: number) => new Date(NOW + hours * HOUR_MS).toISOString();
const shift = (person: string, from: number, to: number) => ({
  person,
  from: iso(from),
  to: iso(to),
  by: 'rotation' as const,
});

describe('daysFrom', () => {
  it('begins with the day of now and has one instant more than days, each at midnight by the clock of who looks', () => {
    const days = daysFrom(NOW, 14);
    expect(days).toHaveLength(15);
    expect(days[0]!).toBeLessThanOrEqual(NOW);
    expect(days[1]!).toBeGreaterThan(NOW);
    for (const day of days) expect(new Date(day).getHours()).toBe(0);
  });
});

describe('piecesOf', () => {
  const schedule = { now: shift('ann', -10, 5), coming: [shift('ben', 5, 20), shift('ann', 20, 400)] };

  it('cuts turns at the ends of the strip', () => {
    const pieces = piecesOf(schedule, NOW, NOW + 40 * HOUR_MS);
    expect(pieces.map(({ person, left, width }) => [person, left, width])).toEqual([
      ['ann', 0, 5 / 40],
      ['ben', 5 / 40, 15 / 40],
      ['ann', 20 / 40, 20 / 40],
    ]);
  });
  it('leaves out what lies outside', () => {
    expect(piecesOf(schedule, NOW + 6 * HOUR_MS, NOW + 10 * HOUR_MS).map(({ person }) => person)).toEqual(['ben']);
  });
  it('fills the strip without a gap where the turns do', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 }), (lengths) => {
        const ends = lengths.map((_, i) => lengths.slice(1, i + 1).reduce((sum, length) => sum + length, 0));
        const shifts = lengths.map((length, i) => shift(`p${i}`, ends[i]! - length, ends[i]!));
        const [now, ...coming] = shifts;
        const pieces = piecesOf({ now: now!, coming }, NOW - HOUR_MS, NOW + 48 * HOUR_MS);
        let edge = 0;
        for (const { left, width } of pieces) {
          expect(left).toBeCloseTo(edge, 9);
          edge = left + width;
        }
        expect(edge).toBeLessThanOrEqual(1 + 1e-9);
      }),
      { seed: 7 },
    );
  });
});

describe('people', () => {
  it('have one number each over all schedules', () => {
    const people = peopleOf(schedulesAt(NOW));
    expect([...people.values()]).toEqual([...people.keys()].map((_, i) => i));
    expect(people.has('mira')).toBe(true);
  });
  it('follow one another: the next is somebody else', () => {
    const same = { now: shift('ann', 0, 5), coming: [shift('ann', 5, 9), shift('ben', 9, 12)] };
    expect(nextOf(same)?.person).toBe('ben');
    expect(nextOf({ now: same.now, coming: [] })).toBeUndefined();
  });
});
