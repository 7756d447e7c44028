import { expect, test } from 'vitest';
import { findSilence } from './match-silence.ts';

const silence = { id: 's', kind: 'silence' as const, matchers: { model: 'flights' }, startsAt: 10, endsAt: 20 };

test.each([
  { intent: 'not yet', now: 9, labels: { model: 'flights' }, expected: null },
  { intent: 'the start is in it', now: 10, labels: { model: 'flights' }, expected: 's' },
  { intent: 'the end is not', now: 20, labels: { model: 'flights' }, expected: null },
  { intent: 'another value', now: 15, labels: { model: 'other' }, expected: null },
  { intent: 'no such label', now: 15, labels: {}, expected: null },
])('$intent', ({ now, labels, expected }) => {
  expect(findSilence([silence], { labels: labels as Record<string, string>, metric: 'roc_auc' }, now)?.id ?? null).toBe(
    expected,
  );
});

test('of several, the one that lasts longest', () => {
  const longer = { ...silence, id: 'longer', endsAt: 30 };
  expect(findSilence([longer, silence], { labels: { model: 'flights' }, metric: 'roc_auc' }, 15)?.id).toBe('longer');
  expect(findSilence([silence, longer], { labels: { model: 'flights' }, metric: 'roc_auc' }, 15)?.id).toBe('longer');
});

test('a grace is about drift alone', () => {
  const grace = { ...silence, kind: 'grace' as const };
  const of = (metric: string) => findSilence([grace], { labels: { model: 'flights' }, metric }, 15)?.id;
  expect(['drift.psi', 'roc_auc', 'quality.rows'].map(of)).toEqual(['s', undefined, undefined]);
});
