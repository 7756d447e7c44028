import { AuditEntry, Distribution, Mark, ModelConfig, ModelSummary } from '@leeway/contract';
import { alerts, history, deliveries as sent } from './fixture-alerts.ts';
import { heldDeliveries } from './fixture-channels.ts';
import { at, config, DAYS, windows } from './fixture-flights.ts';
import { hashes, otherRuns, runs } from './fixture-runs.ts';
import { measurements as measured, metrics } from './fixture-science.ts';
import { signals } from './fixture-signals.ts';
import { silences } from './fixture-silences.ts';
import { versions } from './fixture-versions.ts';

/** What the fixture server answers with; every document is checked against the contract. */
export { alerts, config, history, metrics, otherRuns, runs, silences, versions, windows };

export const measurements = [...measured, ...signals];
export const deliveries = [...heldDeliveries, ...sent];

const perDay = windows
  .filter(({ rows }) => rows > 0)
  .slice(-30)
  .map(({ start, rows }) => ({ day: start.slice(0, 10), rows }));

export const models: ModelSummary[] = [
  ModelSummary.parse({
    name: config.name,
    task: 'binary',
    owner: 'ops-forecasting',
    description: config.description,
    champion: 'v2',
    health: 'warning',
    firing: 2,
    lastPrediction: at(DAYS - 1, 23),
    lastWindow: at(DAYS),
    predictionsPerDay: perDay,
    headline: { metric: 'roc_auc', value: 0.7407, reference: 0.748 },
  }),
  ModelSummary.parse({
    name: 'churn-b2c',
    task: 'binary',
    owner: 'crm',
    description: 'Whether a customer leaves within 60 days',
    champion: '2026-05-11',
    health: 'ok',
    firing: 0,
    lastPrediction: at(DAYS - 1, 22),
    lastWindow: at(DAYS),
    predictionsPerDay: perDay.map(({ day }, i) => ({ day, rows: 21_000 + 300 * i })),
    headline: { metric: 'roc_auc', value: 0.861, reference: 0.857 },
  }),
  ModelSummary.parse({
    name: 'delivery-minutes',
    task: 'regression',
    owner: null,
    description: null,
    champion: 'v14',
    health: 'critical',
    firing: 1,
    lastPrediction: at(DAYS - 1, 21),
    lastWindow: at(DAYS),
    predictionsPerDay: perDay.map(({ day }, i) => ({ day, rows: i < 24 ? 1_300_000 + 9_000 * i : 310_000 })),
    headline: { metric: 'mae', value: 8.43, reference: 5.91 },
  }),
  ModelSummary.parse({
    name: 'ticket-topic',
    task: 'multiclass',
    owner: 'support',
    description: 'Which team a ticket belongs to',
    champion: null,
    health: 'no_data',
    firing: 0,
    lastPrediction: null,
    lastWindow: null,
    predictionsPerDay: [],
    headline: null,
  }),
];

const SEARCH = {
  objective: { metric: 'mae', goal: 'minimize' },
  space: { learning_rate: { min: 0.001, max: 0.15, scale: 'log' }, depth: { min: 3, max: 10, integer: true } },
};

export const otherConfigs: ModelConfig[] = models.slice(1).map(({ name, task }) =>
  ModelConfig.parse({
    ...{ name, task, columns: { features: { a: { type: 'numeric' } } } },
    ...(name === 'delivery-minutes' ? { retrain: { tuning: SEARCH } } : {}),
  }),
);

export const marks: Mark[] = [
  ...alerts
    .filter(({ model }) => model === config.name)
    .map((one) => ({
      at: one.firedAt,
      until: one.resolvedAt,
      kind: 'alert',
      label: one.rule,
      state: one.severity,
      id: one.id,
    })),
  ...runs.map((one) => ({
    at: one.createdAt,
    until: one.endedAt,
    kind: 'run',
    label: one.challenger,
    state: one.state,
    id: one.id,
  })),
  { at: at(0), until: at(101, 9), kind: 'version', label: 'v1', state: 'first version', id: 'v1' },
  { at: at(101, 9), until: null, kind: 'version', label: 'v2', state: 'run run-2, approved by mira', id: 'v2' },
].map((mark) => Mark.parse(mark));

export const audit: AuditEntry[] = [
  [
    'mira',
    'run.approve',
    'run-2',
    { model: 'flights-late', version: 'v2', reason: 'the gates agree and the reliability plot looks right' },
  ],
  ['leeway', 'version.promote', 'flights-late/v2', { from: 'v1', to: 'v2' }],
  ['jonas', 'alert.acknowledge', 'alert-5', { comment: 'looking at the labels first' }],
  ['ci', 'config.apply', 'leeway.yaml', { models: ['flights-late'], hash: '41be07' }],
].map(([actor, action, subject, detail], i) =>
  AuditEntry.parse({ seq: 48 - i, at: at(101, 9 - i), actor, action, subject, detail, hash: hashes[i % 3] }),
);

export function distribution(column: string): Distribution {
  const numeric = config.columns.features[column]?.type === 'numeric';
  const names = numeric
    ? Array.from({ length: 18 }, (_, i) => (i === 0 ? '< 5' : i === 17 ? '≥ 85' : `${i * 5} – ${i * 5 + 5}`))
    : ['AA', 'DL', 'UA', 'WN', 'B6', 'AS', '9E', 'other'];
  const bell = (center: number) => names.map((_, i) => Math.exp(-(((i - center) / (numeric ? 3.4 : 2)) ** 2)));
  const share = (weights: number[]) => weights.map((weight) => weight / weights.reduce((sum, one) => sum + one, 0));
  const [reference, current] = [share(bell(names.length * 0.4)), share(bell(names.length * 0.56))];
  return Distribution.parse({
    column,
    kind: config.columns.features[column]?.type ?? 'numeric',
    cells: names.map((label, i) => ({ label, reference: reference[i], current: current[i] })),
    referenceRows: 231_204,
    currentRows: 8_411,
  });
}
