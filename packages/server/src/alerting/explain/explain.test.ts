import type { Alert, Delivery } from '@leeway/contract';
import { describe, expect, test } from 'vitest';
import { resolveRoutes } from '../decide/match-route.ts';
import { type ExplainFacts, explain } from './explain.ts';
import { traceRoutes } from './trace-routes.ts';

const AT = Date.parse('2026-03-02T00:00:00Z');
const MIN = 60_000;

const alert = (over: Partial<Alert> = {}): Alert => ({
  id: 'alert_1',
  model: 'flights',
  rule: 'loss',
  state: 'firing',
  noData: false,
  severity: 'warning',
  labels: { model: 'flights', rule: 'loss', severity: 'warning' },
  metric: 'log_loss',
  column: '',
  slice: '',
  version: 'v1',
  value: 0.7,
  threshold: 0.5,
  lower: null,
  upper: null,
  n: 1000,
  coverage: null,
  reference: null,
  why: '0.7 is above 0.5',
  conditions: [],
  certainty: 'confirmed',
  cost: null,
  windowStart: '2026-03-01T00:00:00.000Z',
  windowEnd: '2026-03-02T00:00:00.000Z',
  summary: 'log_loss is 0.7',
  cause: null,
  runbook: null,
  activeAt: '2026-03-02T00:00:00.000Z',
  firedAt: '2026-03-02T00:00:00.000Z',
  resolvedAt: null,
  acknowledgedBy: null,
  acknowledgedAt: null,
  acknowledgedUntil: null,
  assignee: null,
  verdict: null,
  flapping: false,
  muted: null,
  ...over,
});

const delivery = (over: Partial<Delivery> = {}): Delivery => ({
  id: 'dlv_1',
  channel: 'mail',
  group: 'root:{model=flights}',
  reason: 'first',
  state: 'sent',
  attempts: 1,
  failure: null,
  error: null,
  failoverOf: null,
  createdAt: '2026-03-02T00:00:30.000Z',
  sentAt: '2026-03-02T00:00:31.000Z',
  subject: '',
  ...over,
});

const routes = traceRoutes(
  resolveRoutes({
    channels: ['mail'],
    routes: [
      { match: { severity: 'critical' }, channels: ['pager'] },
      { match: { model: 'flights' }, routes: [{ match: { team: 'risk' }, channels: ['risk'] }] },
      { match: ['rule=~loss|auc'], channels: ['late'] },
    ],
  }),
  alert().labels,
);

const group = { key: 'g', channel: 'mail', announced: false, flushAt: AT + 30_000 };
const logged = { key: 'g', channel: 'mail', at: AT, nextAt: null, sent: false, alert: { state: 'firing' } };

const facts = (over: Partial<ExplainFacts> = {}): ExplainFacts => ({
  now: AT + MIN,
  alert: alert(),
  ruleKnown: true,
  routes,
  channels: ['mail', 'pager', 'risk', 'late', 'sms'],
  heldUp: [],
  groups: [],
  log: [],
  deliveries: [],
  escalations: [],
  steps: [],
  ...over,
});

test('each route says why it took the alert, or not', () => {
  expect(routes.map(({ path, takes, why }) => `${takes ? '+' : '-'} ${path}: ${why}`)).toEqual([
    '- root: the root matches everything; left to {model=flights} below it',
    '- root/{severity=critical}: does not match: wants severity="critical", has "warning"',
    '+ root/{model=flights}: matches',
    '- root/{model=flights}/{team=risk}: does not match: wants team="risk", has none',
    '- root/{rule=~"loss|auc"}: not tried: {model=flights} before it matched and does not continue',
  ]);
});

describe('the answer of a channel in one sentence', () => {
  const silence = { by: 'silence', ref: 's1', text: 'silenced by s1', until: '2026-03-02T02:00:00.000Z' } as const;
  test.each<{ intent: string; over: Partial<ExplainFacts>; channel?: string; outcome: string; verdict: RegExp }>([
    {
      intent: 'sent',
      over: { deliveries: [delivery(), delivery({ reason: 'all resolved', sentAt: '2026-03-02T05:00:00.000Z' })] },
      outcome: 'sent',
      verdict: /^sent at 2026-03-02 00:00 UTC \(first\), 2026-03-02 05:00 UTC \(all resolved\)$/,
    },
    {
      intent: 'on its way, tried twice',
      over: { deliveries: [delivery({ state: 'queued', attempts: 2, error: 'server: 503', sentAt: null })] },
      outcome: 'waiting',
      verdict: /^waits to be sent \(first\); tried 2 times, last: server: 503$/,
    },
    {
      intent: 'on its way, and the service wants a rest',
      over: {
        deliveries: [delivery({ state: 'queued', attempts: 1, error: 'rate_limited: 429', sentAt: null })],
        heldUp: [{ channel: 'mail', pausedUntil: AT + 5 * MIN, disabledReason: null }],
      },
      outcome: 'waiting',
      verdict: /tried once, last: rate_limited: 429; the channel rests until 2026-03-02 00:05 UTC$/,
    },
    {
      intent: 'refused by the channel',
      over: { deliveries: [delivery({ state: 'failed', error: 'auth: 403', sentAt: null })] },
      outcome: 'failed',
      verdict: /^not sent because the channel did not take it: auth: 403$/,
    },
    {
      intent: 'over before it was sent',
      over: { deliveries: [delivery({ state: 'superseded', sentAt: null })] },
      outcome: 'not_sent',
      verdict: /^not sent because it was over before$/,
    },
    {
      intent: 'taken back',
      over: { deliveries: [delivery({ state: 'cancelled', sentAt: null })] },
      outcome: 'not_sent',
      verdict: /^not sent because it was taken back, since somebody had the alert in hand$/,
    },
    {
      intent: 'pending',
      over: { alert: alert({ state: 'pending', firedAt: null }) },
      outcome: 'not_sent',
      verdict: /^not sent because it is pending/,
    },
    {
      intent: 'waits for company',
      over: { groups: [group] },
      outcome: 'waiting',
      verdict: /^waits for others to be told with it, until 2026-03-02 00:00 UTC$/,
    },
    {
      intent: 'silenced',
      over: { alert: alert({ muted: silence }), groups: [{ ...group, flushAt: AT + 120 * MIN }] },
      outcome: 'waiting',
      verdict:
        /^not sent because of silence: silenced by s1 \(until .* 02:00 UTC\); will be looked at again at .* 02:00 UTC$/,
    },
    {
      intent: 'held by the rate limit',
      over: {
        groups: [group],
        log: [{ ...logged, reason: 'rate limited', why: 'the channel has had its most', nextAt: AT + 30_000 }],
      },
      outcome: 'waiting',
      verdict: /^not sent because of rate limited \(the channel has had its most\); will be looked at again at/,
    },
    {
      intent: 'decided against, and nothing planned',
      over: { log: [{ ...logged, reason: 'none', why: 'what is over was never told of' }] },
      outcome: 'not_sent',
      verdict: /^not sent because what is over was never told of$/,
    },
    {
      intent: 'its route is for others',
      over: {},
      channel: 'pager',
      outcome: 'not_sent',
      verdict:
        /^not sent because route root\/\{severity=critical\} does not match: wants severity="critical", has "warning"$/,
    },
    {
      intent: 'no route names it',
      over: {},
      channel: 'sms',
      outcome: 'not_sent',
      verdict: /no route names the channel sms/,
    },
    {
      intent: 'there is no such channel',
      over: {},
      channel: 'gone',
      outcome: 'not_sent',
      verdict: /has no channel "gone"/,
    },
    {
      intent: 'told by an escalation alone',
      over: { deliveries: [delivery({ channel: 'sms', reason: 'escalation step 2' })] },
      channel: 'sms',
      outcome: 'sent',
      verdict: /\(escalation step 2\)$/,
    },
  ])('$intent', ({ over, channel = 'mail', outcome, verdict }) => {
    const [answer] = explain(facts(over), channel).channels;
    expect(answer).toMatchObject({ channel, outcome });
    expect(answer?.verdict).toMatch(verdict);
  });

  test('every channel has an answer, those that nothing leads to as well', () => {
    const { channels } = explain(facts({ deliveries: [delivery({ channel: 'removed' })] }));
    expect(channels.map(({ channel, outcome }) => `${channel} ${outcome}`)).toEqual([
      'mail not_sent',
      'pager not_sent',
      'risk not_sent',
      'late not_sent',
      'sms not_sent',
      'removed sent',
    ]);
  });
});

test('the stages in their order', () => {
  const { stages, channels } = explain(
    facts({
      alert: alert({ acknowledgedBy: 'ann', acknowledgedAt: '2026-03-02T00:10:00.000Z' }),
      escalations: [{ policy: 'default', status: 'held', loop: 0, step: 1, steps: 2, dueAt: null }],
      steps: [{ policy: 'default', loop: 0, step: 0, at: AT, channels: ['sms'] }],
      log: [{ ...logged, channel: 'sms', reason: 'escalation step 1', why: '', sent: true }],
      deliveries: [delivery({ channel: 'sms', reason: 'escalation step 1' })],
    }),
    'sms',
  );
  expect(
    stages.map(({ stage, outcome, text }) => `${stage} ${outcome} ${text}`).filter((text) => !text.startsWith('route')),
  ).toEqual([
    'rule pass rule loss on log_loss, window 2026-03-01 00:00 to 2026-03-02 00:00 UTC: 0.7 is above 0.5',
    'state pass fires since 2026-03-02 00:00 UTC',
    'state note acknowledged by ann: it is not repeated',
    'escalation note escalation default: step 2 of 2 waits while somebody has the alert in hand',
  ]);
  expect(channels[0]?.stages.map(({ stage, outcome, text }) => `${stage} ${outcome} ${text}`)).toEqual([
    'escalation pass escalation default: step 1',
    'decision pass escalation step 1',
    'delivery pass message dlv_1 (escalation step 1): sent, 1 try',
  ]);
});
