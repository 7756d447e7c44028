import type { InhibitionConfig, Muting, Severity } from '@leeway/contract';
import { describe, expect, test } from 'vitest';
import { CAUSE_MUTES_MS, type OpenAlert, stageOf } from './causal-order.ts';
import { createMutings, type MutingFacts } from './mutings.ts';

const NOW = 1_000_000_000;
const columns = { prediction: 'label_hat', score: 'p', label: 'label' } as MutingFacts['causal'] extends ReadonlyMap<
  string,
  infer C
>
  ? C
  : never;

const alert = (id: string, metric: string, over: Partial<OpenAlert> = {}): OpenAlert => ({
  id,
  model: 'flights',
  rule: id,
  metric,
  column: '',
  slice: '',
  severity: 'warning',
  labels: { model: 'flights', rule: id, severity: over.severity ?? 'warning' },
  noData: false,
  value: 1,
  threshold: 0,
  since: NOW - 1,
  windowStart: NOW - 200,
  windowEnd: NOW - 100,
  ...over,
});

const mutings = (over: Partial<MutingFacts>) =>
  createMutings({
    now: NOW,
    spans: [],
    open: [],
    inhibitions: [],
    causal: new Map([['flights', columns]]),
    hours: () => null,
    ...over,
  });

describe('stages of the causal order', () => {
  test.each([
    ['no rows', alert('a', 'quality.rows', { value: 0, threshold: 1 }), 0],
    ['too many rows', alert('a', 'quality.rows', { value: 9, threshold: 1 }), 1],
    ['a check without data', alert('a', 'drift.share', { noData: true }), 0],
    ['missing values', alert('a', 'quality.missing_share', { column: 'x' }), 1],
    ['drift of a feature', alert('a', 'drift.psi', { column: 'x' }), 2],
    ['drift of many', alert('a', 'drift.share'), 2],
    ['drift of the score', alert('a', 'drift.psi', { column: 'p' }), 3],
    ['performance', alert('a', 'roc_auc'), 4],
    ['performance without labels', alert('a', 'roc_auc', { noData: true }), 4],
    ['estimated performance', alert('a', 'estimated.f1'), 4],
    ['mistakes in a stream', alert('a', 'detector.adwin'), 4],
    ['latency', alert('a', 'service.latency_p95'), null],
    ['fairness', alert('a', 'fairness.demographic_parity_difference'), null],
  ])('%s', (_, given, expected) => expect(stageOf(given, columns)).toBe(expected));
});

const quality = (over: Partial<OpenAlert> = {}) => alert('quality', 'quality.missing_share', { column: 'x', ...over });
const drift = (over: Partial<OpenAlert> = {}) => alert('drift', 'drift.psi', { column: 'x', ...over });
const auc = (over: Partial<OpenAlert> = {}) => alert('auc', 'roc_auc', over);
const severity = (of: Severity) => ({ severity: of });

describe('the causal order', () => {
  test.each([
    { intent: 'broken data mute performance', cause: quality(), effect: auc(), muted: true },
    { intent: 'not the other way round', cause: auc(), effect: quality(), muted: false },
    { intent: 'nothing critical behind a warning', cause: quality(), effect: auc(severity('critical')), muted: false },
    {
      intent: 'critical behind critical',
      cause: quality(severity('critical')),
      effect: auc(severity('critical')),
      muted: true,
    },
    { intent: 'a warning behind an info', cause: quality(severity('info')), effect: auc(), muted: false },
    { intent: 'an info behind a warning', cause: quality(), effect: auc(severity('info')), muted: true },
    { intent: 'another model', cause: quality({ model: 'churn' }), effect: auc(), muted: false },
    { intent: 'all rows explain a slice', cause: quality(), effect: auc({ slice: 'o=JFK' }), muted: true },
    {
      intent: 'a slice explains itself',
      cause: quality({ slice: 'o=JFK' }),
      effect: auc({ slice: 'o=JFK' }),
      muted: true,
    },
    { intent: 'a slice does not explain all', cause: quality({ slice: 'o=JFK' }), effect: auc(), muted: false },
    { intent: 'a column explains its own drift', cause: quality(), effect: drift(), muted: true },
    { intent: 'and no other column', cause: quality({ column: 'y' }), effect: drift(), muted: false },
    {
      intent: 'a column explains the drift of the score',
      cause: drift(),
      effect: drift({ id: 's', column: 'p' }),
      muted: true,
    },
    { intent: 'the same stage', cause: quality({ id: 'q2' }), effect: quality(), muted: false },
    { intent: 'a week ago', cause: quality({ since: NOW - CAUSE_MUTES_MS }), effect: auc(), muted: false },
    {
      intent: 'just less than a week ago',
      cause: quality({ since: NOW - CAUSE_MUTES_MS + 1 }),
      effect: auc(),
      muted: true,
    },
    {
      intent: 'what has no place in the order',
      cause: quality(),
      effect: alert('l', 'service.latency_p95'),
      muted: false,
    },
  ])('$intent', ({ cause, effect, muted }) => {
    const found = mutings({ open: [cause, effect] }).of(effect);
    expect(found?.ref ?? null).toBe(muted ? cause.id : null);
    if (muted) expect(found).toMatchObject({ by: 'inhibition' });
  });

  test.each([
    { intent: 'its effect in the same window', window: [NOW - 200, NOW - 100], muted: true },
    { intent: 'its effect in a longer window that it lies in', window: [NOW - 500, NOW - 50], muted: true },
    { intent: 'not what is bad in a window after it', window: [NOW - 100, NOW], muted: false },
  ] as const)('a cause that is over mutes $intent', ({ window: [windowStart, windowEnd], muted }) => {
    const effect = auc({ windowStart, windowEnd });
    const of = (cause: OpenAlert) => mutings({ open: [effect], ended: [cause] }).of(effect)?.ref ?? null;
    expect(of(quality())).toBe(muted ? 'quality' : null);
    expect(of(quality({ since: NOW - CAUSE_MUTES_MS }))).toBeNull();
    expect(of(quality(severity('info')))).toBeNull();
  });

  test('a cause that is over is not named while one is open, and mutes nothing by an inhibition', () => {
    const ended = [quality({ id: 'old', since: NOW - 9 })];
    expect(mutings({ open: [quality(), auc()], ended }).of(auc())?.ref).toBe('quality');
    const inhibitions = [{ source: { rule: 'quality' }, target: { rule: 'auc' }, equal: [] }];
    expect(mutings({ open: [auc()], ended: [quality()], inhibitions, causal: new Map() }).of(auc())).toBeNull();
  });

  test('a model can do without', () => {
    expect(mutings({ open: [quality(), auc()], causal: new Map() }).of(auc())).toBeNull();
  });

  test('the first link of a chain speaks, and none of the others', () => {
    const open = [quality(), drift(), auc()];
    expect(open.map((one) => mutings({ open }).of(one)?.ref ?? null)).toEqual([null, 'quality', 'quality']);
  });

  test('a cause that nobody hears of, in a grace or outside of its hours, mutes nothing', () => {
    const grace = { id: 'g', kind: 'grace' as const, matchers: { model: 'flights' }, startsAt: 0, endsAt: NOW + 1 };
    const muted = mutings({ open: [drift(), auc()], spans: [grace] });
    expect(muted.of(drift())).toMatchObject({ by: 'grace' });
    expect(muted.of(auc())).toBeNull();
    const closed: Muting = { by: 'hours', ref: 'root', text: '', until: null };
    const hours = mutings({ open: [drift(), auc()], hours: ({ rule }) => (rule === 'drift' ? closed : null) });
    expect(hours.of(auc())).toBeNull();
  });

  test('a cause that somebody silenced still mutes', () => {
    const silence = { id: 's', kind: 'silence' as const, matchers: { rule: 'drift' }, startsAt: 0, endsAt: NOW + 1 };
    expect(mutings({ open: [drift(), auc()], spans: [silence] }).of(auc())).toMatchObject({ by: 'inhibition' });
  });
});

describe('inhibitions of the configuration', () => {
  const labelled = (id: string, labels: Record<string, string>) => alert(id, 'service.latency_p95', { labels });
  const rule = (over: Partial<InhibitionConfig> = {}): InhibitionConfig => ({
    source: { severity: 'critical' },
    target: ['severity=~warning|info'],
    equal: ['model', 'site'],
    ...over,
  });
  const source = labelled('source', { severity: 'critical', model: 'a' });

  test.each([
    { intent: 'equal labels', labels: { severity: 'warning', model: 'a' }, rules: [rule()], muted: true },
    { intent: 'a label that differs', labels: { severity: 'warning', model: 'b' }, rules: [rule()], muted: false },
    {
      intent: 'missing equals empty',
      labels: { severity: 'warning', model: 'a', site: '' },
      rules: [rule()],
      muted: true,
    },
    {
      intent: 'missing does not equal a value',
      labels: { severity: 'warning', model: 'a', site: 'x' },
      rules: [rule()],
      muted: false,
    },
    { intent: 'no target', labels: { severity: 'critical', model: 'a' }, rules: [rule()], muted: false },
    {
      intent: 'two that are both source and target mute neither',
      labels: { severity: 'critical', model: 'a' },
      rules: [rule({ target: { model: 'a' } })],
      muted: false,
    },
    {
      intent: 'nor do two rules that go both ways',
      labels: { severity: 'warning', model: 'a' },
      rules: [rule(), rule({ source: { severity: 'warning' }, target: { severity: 'critical' } })],
      muted: false,
    },
  ])('$intent', ({ labels, rules, muted }) => {
    const target = labelled('target', labels as Record<string, string>);
    const found = mutings({ open: [source, target], inhibitions: rules });
    expect(found.of(target)?.ref ?? null).toBe(muted ? 'source' : null);
    expect(found.of(source)).toBeNull();
  });
});

test('of several reasons a silence is named first', () => {
  const silence = { id: 's', kind: 'silence' as const, matchers: { rule: 'auc' }, startsAt: 0, endsAt: NOW + 1 };
  const of = mutings({ open: [quality(), auc()], spans: [silence] }).of(auc());
  expect(of).toEqual({ by: 'silence', ref: 's', text: 'silenced by s', until: new Date(NOW + 1).toISOString() });
});
