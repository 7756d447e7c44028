import { Alert, Delivery, Silence } from '@leeway/contract';
import { at, config } from './fixture-flights.ts';

const labels = (rule: string, severity: string, column = ''): Record<string, string> => ({
  owner: 'ops-forecasting',
  model: config.name,
  rule,
  severity,
  monitor: 'daily',
  ...(column && { column }),
});

const alert = (given: Partial<Alert>): Alert =>
  Alert.parse({
    model: config.name,
    noData: false,
    column: '',
    slice: '',
    version: '',
    cause: null,
    runbook: null,
    acknowledgedBy: null,
    acknowledgedAt: null,
    acknowledgedUntil: null,
    assignee: null,
    verdict: null,
    certainty: 'confirmed',
    cost: null,
    flapping: false,
    muted: null,
    lower: null,
    upper: null,
    n: 7_942,
    coverage: null,
    reference: null,
    why: '',
    resolvedAt: null,
    ...given,
  });

export const alerts: Alert[] = [
  alert({
    id: 'alert-7',
    rule: 'new-categories',
    state: 'firing',
    severity: 'warning',
    labels: labels('new-categories', 'warning', 'carrier'),
    metric: 'quality.new_category_share',
    column: 'carrier',
    value: 0.0148,
    threshold: 0.01,
    windowStart: at(118),
    windowEnd: at(119),
    summary: 'carrier has values that the reference never had: 1.5 % of the rows, above 1 %',
    cause: {
      summary: 'A carrier that training never saw ("9E") makes 1.5 % of the rows since 31 May.',
      kind: 'data_quality',
      inferred: false,
      columns: [
        { column: 'carrier', metric: 'quality.new_category_share', value: 0.0148, text: '"9E" in 118 of 7,942 rows' },
      ],
      slices: [],
    },
    activeAt: at(91, 1),
    firedAt: at(91, 1),
  }),
  alert({
    id: 'alert-6',
    rule: 'drift',
    state: 'firing',
    severity: 'info',
    labels: labels('drift', 'info'),
    metric: 'drift.share',
    value: 0.357,
    threshold: 0.3,
    windowStart: at(119),
    windowEnd: at(120),
    summary: '36 % of the columns have drifted, above 30 %',
    cause: {
      summary: 'temperature and visibility moved with the season; taxi_out is longer since 25 May.',
      kind: 'input_drift',
      inferred: false,
      columns: [
        { column: 'temperature', metric: 'drift.score', value: 2.1, text: '2.1 times its limit' },
        { column: 'taxi_out', metric: 'drift.score', value: 2.3, text: '2.3 times its limit' },
      ],
      slices: [],
    },
    activeAt: at(112, 1),
    firedAt: at(113, 1),
    acknowledgedBy: 'mira',
    acknowledgedAt: at(113, 9),
  }),
  alert({
    id: 'alert-5',
    rule: 'calibration',
    state: 'resolved',
    severity: 'critical',
    labels: { ...labels('calibration', 'critical'), team: 'on-call' },
    metric: 'calibration_error',
    value: 0.0821,
    threshold: 0.05,
    windowStart: at(99),
    windowEnd: at(100),
    summary: 'Calibration error is 0.082, above 0.05, in three windows',
    cause: {
      summary:
        'Scores are too high by 0.07 in every slice while the inputs are as before: flights are late less often than they were.',
      kind: 'concept',
      inferred: false,
      columns: [{ column: 'taxi_out', metric: 'drift.score', value: 1.6, text: '1.6 times its limit' }],
      slices: [
        { slice: 'origin=SFO', metric: 'calibration_error', value: 0.119, n: 931 },
        { slice: 'origin=EWR', metric: 'calibration_error', value: 0.098, n: 902 },
      ],
    },
    runbook: 'https://wiki.example.org/calibration',
    activeAt: at(80, 2),
    firedAt: at(82, 2),
    resolvedAt: at(104, 2),
    acknowledgedBy: 'jonas',
    acknowledgedAt: at(82, 8),
  }),
  alert({
    id: 'alert-3',
    rule: 'out-of-range',
    state: 'resolved',
    severity: 'warning',
    labels: labels('out-of-range', 'warning', 'distance'),
    metric: 'quality.range_share',
    column: 'distance',
    value: 0.2214,
    threshold: 0.01,
    windowStart: at(52),
    windowEnd: at(53),
    summary: 'distance is out of range in 22 % of the rows, above 1 %',
    cause: {
      summary:
        'distance lies above 5,000 in 22 % of the rows of carrier AA: it looks like kilometres in place of miles.',
      kind: 'data_quality',
      inferred: false,
      columns: [
        { column: 'distance', metric: 'quality.range_share', value: 0.2214, text: 'up to 8,044, allowed 0 to 5,000' },
      ],
      slices: [{ slice: 'carrier=AA', metric: 'quality.range_share', value: 0.998, n: 1_840 }],
    },
    activeAt: at(51, 1),
    firedAt: at(51, 1),
    resolvedAt: at(54, 1),
  }),
];

export const history = [
  { at: at(80, 2), from: 'none', to: 'pending', why: 'calibration_error is 0.077, above 0.05; 1 of 3 windows' },
  { at: at(82, 2), from: 'pending', to: 'firing', why: 'calibration_error is 0.079, above 0.05, in 3 windows' },
  { at: at(82, 8), from: 'firing', to: 'firing', why: 'acknowledged by jonas: looking at the labels first' },
  { at: at(104, 2), from: 'firing', to: 'resolved', why: 'calibration_error is 0.021, not above 0.05' },
];

const delivery = (given: Partial<Delivery>): Delivery =>
  Delivery.parse({ group: 'model=flights-late', state: 'sent', attempts: 1, error: null, ...given });

export const deliveries: Delivery[] = [
  delivery({
    id: 'd9',
    channel: 'slack-ml',
    reason: 'new alerts',
    createdAt: at(113, 1),
    sentAt: null,
    state: 'queued',
    attempts: 3,
    error: 'rate limited, next try in 40 s',
    subject: '[info] drift on flights-late',
  }),
  delivery({
    id: 'd8',
    channel: 'mail-oncall',
    reason: 'all resolved',
    createdAt: at(104, 2),
    sentAt: at(104, 2),
    subject: '[resolved] calibration on flights-late',
  }),
  delivery({
    id: 'd6',
    channel: 'pager',
    reason: 'first',
    createdAt: at(82, 2),
    sentAt: null,
    state: 'failed',
    attempts: 8,
    error: 'the integration key was refused (403)',
    subject: '[critical] calibration on flights-late',
  }),
  delivery({
    id: 'd5',
    channel: 'slack-ml',
    reason: 'first',
    createdAt: at(82, 2),
    sentAt: at(82, 2),
    subject: '[critical] calibration on flights-late',
  }),
];

export const silences: Silence[] = [
  Silence.parse({
    id: 's1',
    matchers: { model: 'flights-late', rule: 'slow' },
    startsAt: at(118),
    endsAt: '2099-01-01T00:00:00.000Z',
    createdBy: 'jonas',
    comment: 'gateway is moved to new hardware',
  }),
];
