import type { Alert } from '@leeway/contract';
import { type Background, buildMessage, type Message } from '../message.ts';

/** An alert of the demo's kind, for tests of messages and channels. */
export const alert = (over: Partial<Alert> = {}): Alert => ({
  id: 'alert_1',
  model: 'flights',
  rule: 'auc-low',
  state: 'firing',
  noData: false,
  severity: 'critical',
  labels: { model: 'flights', rule: 'auc-low', severity: 'critical', monitor: 'daily', owner: 'ops' },
  metric: 'roc_auc',
  column: '',
  slice: '',
  version: '',
  value: 0.7121,
  threshold: 0.75,
  windowStart: '2001-01-08T00:00:00.000Z',
  windowEnd: '2001-01-09T00:00:00.000Z',
  summary: 'roc_auc is 0.7121, threshold 0.75',
  cause: {
    kind: 'data_quality',
    inferred: false,
    summary: 'The data are broken: distance: 12.4 % of values above 2,724 (reference 0 %), mostly origin=JFK, LAX.',
    columns: [
      {
        column: 'distance',
        metric: 'quality.range_share',
        value: 0.124,
        text: 'distance: 12.4 % of values above 2,724',
      },
      { column: 'distance', metric: 'drift.score', value: 3.2, text: 'distance: distributed differently' },
    ],
    slices: [
      { slice: 'origin=JFK', metric: 'quality.range_share', value: 0.9, n: 700 },
      { slice: 'origin=LAX', metric: 'quality.range_share', value: 0.85, n: 1600 },
    ],
  },
  runbook: 'https://wiki.example.org/auc-low',
  activeAt: '2001-01-09T00:10:00.000Z',
  firedAt: '2001-01-10T00:10:00.000Z',
  resolvedAt: null,
  acknowledgedBy: null,
  acknowledgedAt: null,
  acknowledgedUntil: null,
  assignee: null,
  verdict: null,
  conditions: [],
  certainty: 'confirmed',
  cost: null,
  flapping: false,
  muted: null,
  lower: 0.7002,
  upper: 0.7239,
  n: 4120,
  coverage: 0.93,
  reference: 0.8104,
  why: 'roc_auc is 0.7121, below 0.75',
  ...over,
});

/** A value of the data that means something in every language that a channel speaks. */
export const HOSTILE = '<!channel> <b>&amp;</b> "x" |y| *z* {{ 1 }} \u001b[31m\r\nBcc: eve@example.org';

const context = {
  group: { key: 'root:{model=flights}', labels: { model: 'flights' } },
  publicUrl: 'https://leeway.example.org/',
  now: Date.parse('2001-01-10T00:10:30Z'),
};
const over = alert({
  id: 'alert_2',
  rule: 'distance-range',
  severity: 'warning',
  metric: 'quality.range_share',
  column: 'distance',
  value: 0.124,
  threshold: 0.05,
  summary: 'quality.range_share of distance is 12.4 %, threshold 5 %',
  cause: null,
  runbook: null,
  state: 'resolved',
  resolvedAt: '2001-01-10T00:10:00.000Z',
  lower: null,
  upper: null,
  n: 4120,
  coverage: null,
  reference: 0,
  why: 'quality.range_share of distance is 0 %, not above 5 %',
});

const background: Background = {
  firstWindow: { start: '2001-01-07T00:00:00.000Z', end: '2001-01-08T00:00:00.000Z' },
  events: [
    {
      kind: 'deploy',
      at: '2001-01-06T21:00:00.000Z',
      text: 'version 7 was promoted 3 h before the first bad window',
    },
    {
      kind: 'configuration',
      at: '2001-01-06T12:00:00.000Z',
      text: 'ann changed columns.features.distance.max 12 h before the first bad window',
    },
    {
      kind: 'data',
      at: '2001-01-07T00:00:00.000Z',
      text: 'distance-range fired (quality.range_share of distance is 12.4 %, threshold 5 %) in the first bad window',
    },
  ],
  past: [
    {
      id: 'alert_0',
      firedAt: '2000-12-02T00:10:00.000Z',
      resolvedAt: '2000-12-03T04:10:00.000Z',
      verdict: 'useful',
      endedBy: 'version 6 was promoted',
      comment: 'the feed of JFK sent kilometres',
    },
    {
      id: 'alert_-1',
      firedAt: '2000-11-20T00:10:00.000Z',
      resolvedAt: '2000-11-20T06:10:00.000Z',
      verdict: 'noise',
      endedBy: null,
      comment: null,
    },
  ],
  pastCount: 2,
  lesson: null,
};

const later = { ...context, now: Date.parse('2001-01-11T04:10:30Z') };
const one = { ...later, firing: [alert()], resolved: [] };

export const messages = {
  /** All that can be known of one alert. */
  full: buildMessage({
    ...context,
    firing: [alert({ certainty: 'provisional', cost: 1_240, coverage: 0.71, assignee: 'ann', version: 'v7' })],
    resolved: [],
    reason: 'first',
    zone: 'Europe/Berlin',
    background: new Map([['alert_1', background]]),
    actions: ({ id }) => [
      { kind: 'acknowledge', label: 'Acknowledge', url: `https://leeway.example.org/l/ack-${id}` },
      { kind: 'noise', label: 'Noise', url: `https://leeway.example.org/l/noise-${id}` },
    ],
  }),
  repeat: buildMessage({ ...one, reason: 'repeat' }),
  silenceEnded: buildMessage({ ...one, reason: 'silence ended' }),
  flapping: buildMessage({
    ...one,
    firing: [alert({ flapping: true })],
    reason: 'flapping',
    told: { changes: 6, windows: 20 },
  }),
  digest: buildMessage({
    ...later,
    firing: [
      alert(),
      alert({
        id: 'alert_3',
        rule: 'latency',
        severity: 'info',
        metric: 'service.latency_p95',
        value: 412,
        threshold: 300,
        lower: null,
        upper: null,
        coverage: null,
        reference: null,
        cause: null,
        runbook: null,
        summary: 'service.latency_p95 is 412 ms, threshold 300 ms',
      }),
    ],
    resolved: [over],
    reason: 'digest',
    told: { since: Date.parse('2001-01-08T09:00:00Z') },
  }),
  escalation: buildMessage({ ...one, reason: 'escalation step 2' }),
  retracted: buildMessage({
    ...later,
    firing: [],
    resolved: [
      alert({
        state: 'resolved',
        certainty: 'revised',
        value: 0.81,
        threshold: 0.82,
        coverage: 0.98,
        resolvedAt: '2001-01-11T04:10:00.000Z',
        why: 'late labels changed roc_auc from 0.81 to 0.86: not below 0.82',
      }),
    ],
    reason: 'all resolved',
  }),
  firing: buildMessage({ ...context, firing: [alert()], resolved: [], reason: 'first' }),
  mixed: buildMessage({ ...context, firing: [alert()], resolved: [over], reason: 'resolved' }),
  resolved: buildMessage({ ...context, firing: [], resolved: [over], reason: 'all resolved' }),
  hostile: buildMessage({
    ...context,
    group: { key: `root:${HOSTILE}`, labels: { model: 'flights' } },
    firing: [alert({ summary: HOSTILE, slice: `carrier=${HOSTILE}` })],
    resolved: [],
    reason: 'first',
  }),
  huge: buildMessage({
    ...context,
    firing: Array.from({ length: 200 }, (_, i) =>
      alert({
        id: `alert_${i}`,
        rule: `rule-${i}`,
        summary: `${'very long & '.repeat(100)}${i}`,
        runbook: `https://x.example/${'y'.repeat(900)}`,
      }),
    ),
    resolved: [],
    reason: 'new alerts',
  }),
} satisfies Record<string, Message>;
