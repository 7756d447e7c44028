import type { Alert } from '@leeway/contract';
import { iso } from '../platform/clock.ts';
import type { Background } from './message.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const dayOf = (now: number): number => Math.floor(now / DAY) * DAY;

/** An alert that never was, for previews: with all that an alert can say. */
export function sampleAlert(now: number): Alert {
  const end = dayOf(now);
  return {
    id: 'alert_sample',
    model: 'flights-late',
    rule: 'auc-low',
    state: 'firing',
    noData: false,
    severity: 'critical',
    labels: { model: 'flights-late', monitor: 'daily', rule: 'auc-low', severity: 'critical' },
    metric: 'roc_auc',
    column: '',
    slice: '',
    version: '7',
    value: 0.7121,
    threshold: 0.75,
    lower: 0.7002,
    upper: 0.7239,
    n: 4_120,
    coverage: 0.71,
    reference: 0.8104,
    why: 'roc_auc is 0.7121, below 0.75',
    certainty: 'provisional',
    cost: null,
    conditions: [],
    windowStart: iso(end - DAY),
    windowEnd: iso(end),
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
      ],
      slices: [{ slice: 'origin=JFK', metric: 'quality.range_share', value: 0.9, n: 700 }],
    },
    runbook: 'https://wiki.example.org/auc-low',
    activeAt: iso(end - DAY + HOUR),
    firedAt: iso(end),
    resolvedAt: null,
    acknowledgedBy: null,
    acknowledgedAt: null,
    acknowledgedUntil: null,
    assignee: null,
    verdict: null,
    flapping: false,
    muted: null,
  };
}

export function sampleBackground(now: number): Background {
  const first = dayOf(now) - 2 * DAY;
  return {
    firstWindow: { start: iso(first), end: iso(first + DAY) },
    events: [
      { kind: 'deploy', at: iso(first - 3 * HOUR), text: 'version 7 was promoted 3 h before the first bad window' },
    ],
    past: [
      {
        id: 'alert_sample_0',
        firedAt: iso(first - 40 * DAY),
        resolvedAt: iso(first - 39 * DAY),
        verdict: 'useful',
        endedBy: 'version 6 was promoted',
        comment: null,
      },
    ],
    pastCount: 1,
    lesson: null,
  };
}
