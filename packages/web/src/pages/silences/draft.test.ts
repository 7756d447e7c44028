import { Matchers } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { complaintOf, type Draft, matcherLines, newDraft, phaseOf, readMatchers, toInput, toSilence } from './draft.ts';

const NOW = Date.parse('2026-06-01T12:00:00.000Z');
const draft = (given: Partial<Draft>): Draft => ({ ...newDraft('model=flights'), comment: 'new hardware', ...given });

describe('readMatchers', () => {
  const rows: [text: string, matchers: string[], mistakes: string[]][] = [
    ['', [], []],
    ['model=flights\nseverity=~critical|warning', ['model=flights', 'severity=~critical|warning'], []],
    ['model: flights', ['model=flights'], []],
    ['slice: "origin=ATL"', ['slice="origin=ATL"'], []],
    ['{model="flights", slice="a, b"}', ['model=flights', 'slice="a, b"'], []],
    ['{ team!=infra }', ['team!=infra'], []],
    ['team!~"in.*"', ['team!~in.*'], []],
    ['owner = the risk team', ['owner="the risk team"'], []],
    ['flights', [], ['flights']],
    ['model=~(', [], ['model=~(']],
    ['model="flights', [], ['model="flights']],
  ];
  it.each(rows)('%j', (text, matchers, mistakes) => expect(readMatchers(text)).toEqual({ matchers, mistakes }));

  it('gives what the API takes, and reads it back', () => {
    const lines = matcherLines({ model: 'flights', slice: 'origin="A", b', empty: '' });
    expect(Matchers.safeParse(lines).success).toBe(true);
    expect(readMatchers(lines.join('\n'))).toEqual({ matchers: lines, mistakes: [] });
  });
});

describe('a draft', () => {
  const rows: [what: string, given: Partial<Draft>, complaint: RegExp | null][] = [
    ['of usual length', {}, null],
    ['without matcher', { matchers: '\n' }, /at least one label/],
    ['with a mistake', { matchers: 'model' }, /No matcher: model/],
    ['without an end', { end: 'time' }, /when it ends/],
    ['that ends before now', { end: 'time', endsAt: '2026-05-01T10:00' }, /after now/],
    ['that ends before it begins', { end: 'time', startsAt: '2027-02-01T10:00', endsAt: '2027-01-01T10:00' }, /after/],
    ['that begins later', { startsAt: '2027-02-01T10:00' }, null],
    ['until resolved', { end: 'resolved' }, null],
  ];
  it.each(rows)('%s', (_, given, complaint) => {
    const said = complaintOf(draft(given), NOW);
    if (complaint === null) expect(said).toBeNull();
    else expect(said).toMatch(complaint);
  });

  it('is sent with what was chosen only', () => {
    expect(toSilence(draft({}), NOW)).toEqual({
      ...{ matchers: ['model=flights'], comment: 'new hardware', kind: 'silence', tellStart: false, tellEnd: true },
      endsAt: '2026-06-01T16:00:00.000Z',
    });
    expect(toSilence(draft({ end: 'resolved', idle: '1d', maintenance: true }), NOW)).toEqual({
      ...{ matchers: ['model=flights'], comment: 'new hardware', kind: 'maintenance', tellStart: false, tellEnd: true },
      ...{ untilResolved: true, expireWhenIdle: '1d' },
    });
  });

  it('that begins later lasts from there', () => {
    const { startsAt, endsAt } = toSilence(draft({ startsAt: toInput(NOW + 86_400_000) }), NOW);
    expect([startsAt, endsAt]).toEqual(['2026-06-02T12:00:00.000Z', '2026-06-02T16:00:00.000Z']);
  });
});

describe('phaseOf', () => {
  const span = (from: number, to: number) => ({
    startsAt: new Date(NOW + from).toISOString(),
    endsAt: new Date(NOW + to).toISOString(),
  });
  it.each([
    [0, 1, 'active'],
    [1, 2, 'coming'],
    [-2, 0, 'ended'],
  ] as const)('from %d to %d', (from, to, phase) => expect(phaseOf(span(from, to), NOW)).toBe(phase));
});
