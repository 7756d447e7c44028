import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Episode } from './backtest-rule.ts';
import { alarmTime } from './episode-log.ts';
import { type IncidentSpan, isAbout, type ScoreInput, scoreBacktest } from './score-backtest.ts';

const DAY = 86_400_000;
const WEEK = 7 * DAY;

const episode = (over: Partial<Episode> = {}): Episode => ({
  ...{ model: 'flights', rule: 'low', column: '', slice: '', severity: 'warning', labels: {} },
  ...{ aboutFrom: 10 * DAY, aboutTo: 12 * DAY, firedAt: 12 * DAY, resolvedAt: 14 * DAY, retracted: false },
  ...{ value: 0.7, threshold: 0.75, why: '' },
  ...over,
});
const incident = (over: Partial<IncidentSpan> = {}): IncidentSpan => ({
  ...{ start: 11 * DAY, end: 13 * DAY, model: null, rule: null },
  ...over,
});
const score = (over: Partial<ScoreInput> = {}) =>
  scoreBacktest({
    ...{ episodes: [episode()], transitions: 2, messages: { pages: [], messages: [] }, incidents: [incident()] },
    ...{ tolerance: 0, grace: 0, from: 0, to: 4 * WEEK },
    ...over,
  });

describe('an episode is about an incident', () => {
  const of = (over: Partial<IncidentSpan>, limits = { tolerance: 0, grace: 0 }, about: Partial<Episode> = {}) =>
    isAbout(episode(about), incident(over), limits);

  it.each([
    ['that its windows overlap', of({}), true],
    ['even where it fired after the end of it, since labels were late', of({}, undefined, { firedAt: 20 * DAY }), true],
    ['but not one that was over when its first window began', of({ start: 8 * DAY, end: 10 * DAY }), false],
    ['unless grace reaches so far', of({ start: 8 * DAY, end: 10 * DAY }, { tolerance: 0, grace: DAY }), true],
    ['nor one that began when its last window ended', of({ start: 12 * DAY, end: 15 * DAY }), false],
    ['unless tolerance does', of({ start: 12 * DAY, end: 15 * DAY }, { tolerance: DAY, grace: 0 }), true],
    ['of its model', of({ model: 'flights' }), true],
    ['not of another model', of({ model: 'houses' }), false],
    ['not of one that another rule should tell of', of({ rule: 'drift' }), false],
  ])('%s', (_, found, expected) => expect(found).toBe(expected));
});

describe('scoreBacktest', () => {
  it('counts what was found and what was not', () => {
    const found = score({
      episodes: [episode(), episode({ aboutFrom: 1, aboutTo: DAY, firedAt: DAY, resolvedAt: 2 * DAY })],
      incidents: [incident(), incident({ start: 20 * DAY, end: 21 * DAY })],
    });
    expect(found).toMatchObject({
      ...{ weeks: 4, episodes: 2, incidents: 2, f1: 0.5, medianDelayMs: DAY, alreadyFiring: 0 },
      recall: { count: 1, of: 2, value: 0.5 },
      precision: { count: 1, of: 2, value: 0.5 },
      falseAlarms: { count: 1, perWeek: 0.25 },
    });
    expect(found.alarmShare).toBeCloseTo(3 / 28);
    // Of 25 days without an incident, one in a false alarm and one after the end of the incident.
    expect(found.quietAlarmShare).toBeCloseTo(2 / 25);
  });

  it('tells no delay of an incident that began while it fired', () => {
    const found = score({ episodes: [episode({ aboutFrom: 0, firedAt: DAY, resolvedAt: null, aboutTo: 28 * DAY })] });
    expect(found).toMatchObject({ recall: { count: 1 }, medianDelayMs: null, alreadyFiring: 1 });
    expect(found.quietAlarmShare).toBeCloseTo(25 / 26);
  });

  it('says nothing of recall and precision where no incidents are known, and none of 0 of 0', () => {
    expect(score({ incidents: null })).toMatchObject({ recall: null, precision: null, falseAlarms: null, f1: null });
    expect(score({ episodes: [], incidents: [] })).toMatchObject({
      recall: { count: 0, of: 0, value: null, lower: null },
      precision: { value: null },
      falseAlarms: { count: 0, perWeek: 0 },
    });
  });

  it('leaves out what lies outside of the span', () => {
    const span = { from: WEEK, to: 2 * WEEK };
    const outside = [incident({ start: 0, end: DAY }), incident({ start: 3 * WEEK, end: 4 * WEEK })];
    expect(score({ ...span, incidents: outside })).toMatchObject({ incidents: 0, recall: { of: 0 } });
    expect(score({ ...span, episodes: [episode({ firedAt: 2 * WEEK, resolvedAt: null })] }).episodes).toBe(0);
  });
});

describe('alarmTime', () => {
  it('is the length of the union, whatever overlaps', () => {
    const spans = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 30 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(spans, fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 40 }), (given, from, length) => {
        const episodes = given.map(([firedAt, lasts]) => ({
          firedAt,
          resolvedAt: lasts === 0 ? null : firedAt + lasts,
        }));
        const on = Array.from({ length }, (_, i) => from + i).filter((at) =>
          episodes.some(({ firedAt, resolvedAt }) => firedAt <= at && (resolvedAt ?? Infinity) > at),
        );
        expect(alarmTime(episodes, from, from + length)).toBe(on.length);
      }),
    );
  });
});
