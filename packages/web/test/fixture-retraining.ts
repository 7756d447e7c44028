import { Dataset, type GuardCode, RetrainingStatus, RunEvaluation } from '@leeway/contract';
import { at, config } from './fixture-flights.ts';
import { hashes, runs } from './fixture-runs.ts';

const own = runs[0]!;
const info = own.dataset!;

const pass = (code: GuardCode, reason: string) => ({ code, verdict: 'pass', reason, until: null, hand: false });
const guards = [
  pass('no_retrain', 'the model is retrained'),
  { code: 'awaiting_approval', verdict: 'holds', reason: 'run-3 waits for a decision', until: null, hand: true },
  { code: 'circuit_open', verdict: 'holds', reason: '3 runs in a row have failed', until: at(121), hand: false },
  pass('freeze', 'no freeze is on'),
  pass('budget', '1 of 2 runs in the last 7 days'),
  { code: 'cooldown', verdict: 'holds', reason: 'the last run ended 18 h ago, of 1 d', until: at(120, 8), hand: false },
  pass('backoff', 'the last challenger was not refused'),
  pass('too_few_labels', '12,411 new labels, of 5,000'),
  pass('quality_veto', 'no data-quality alert is open'),
];

const leaf = { value: null, limit: null };

export const status: RetrainingStatus = RetrainingStatus.parse({
  model: config.name,
  at: at(119, 12),
  mode: 'approve',
  policy: '51dd8ef3',
  would: 'nothing',
  sentence: 'Nothing would happen: alert:calibration is true, but run-3 waits for a decision.',
  triggers: [
    {
      cause: 'alert:calibration',
      truth: 'true',
      nodes: [
        { depth: 0, kind: 'alert', label: 'alert calibration fires', truth: 'true', ...leaf, why: 'alert-5 fires' },
      ],
      guards,
      would: 'nothing',
    },
    {
      cause: 'worse-and-enough',
      truth: 'unknown',
      nodes: [
        { depth: 0, kind: 'all', label: 'all of', truth: 'unknown', ...leaf, why: 'one is not known' },
        ...[
          {
            depth: 1,
            kind: 'metric',
            label: 'roc_auc below 0.72',
            truth: 'false',
            value: 0.7407,
            limit: 0.72,
            why: 'in the newest window',
          },
          {
            depth: 1,
            kind: 'labels',
            label: '20,000 new labels',
            truth: 'false',
            value: 12_411,
            limit: 20_000,
            why: 'since the data of run-3',
          },
          { depth: 1, kind: 'not', label: 'not', truth: 'unknown', ...leaf, why: 'what it negates is not known' },
          {
            depth: 2,
            kind: 'drift',
            label: 'drift of carrier',
            truth: 'unknown',
            ...leaf,
            why: 'no window is measured yet',
          },
        ],
      ],
      guards: guards.filter(({ code }) => code !== 'circuit_open'),
      would: 'nothing',
    },
  ],
  hand: {
    would: 'nothing',
    sentence: 'A person may not begin one: run-3 waits for a decision.',
    passesOver: ['cooldown'],
  },
  nextTime: at(122, 3),
  runs: runs.map(({ id, state, trigger, createdAt, endedAt, decision }) => ({
    ...{ id, state, trigger, createdAt, endedAt, decision },
  })),
});

const estimate = (value: number, half: number) => ({
  value,
  lower: value - half,
  upper: value + half,
  n: 57_318,
  reason: null,
});
const curve = (bend: number) =>
  Array.from({ length: 10 }, (_, i) => {
    const score = 0.05 + 0.09 * i;
    return { score, positives: Math.min(1, Math.max(0, score + bend * Math.sin(Math.PI * score))), n: 5_700 };
  });

export const evaluation: RunEvaluation = RunEvaluation.parse({
  schema: 'leeway/evaluation/v1',
  ...{ run: own.id, model: config.name, task: 'binary', challenger: 'v4', champion: 'v2', withoutChampion: null },
  ...{ evaluatedAt: at(119, 8.4), rows: 57_318, usedRows: 57_318, labelledShare: 0.983, from: at(111), to: at(118) },
  regimes: [
    { regime: 'recent', rows: 41_208 },
    { regime: 'old', rows: 16_110 },
  ],
  verdict: 'inconclusive',
  gates: own.gates,
  metrics: [
    { metric: 'roc_auc', challenger: estimate(0.7402, 0.008), champion: estimate(0.7431, 0.008) },
    { metric: 'log_loss', challenger: estimate(0.4611, 0.004), champion: estimate(0.4671, 0.004) },
    { metric: 'brier_score', challenger: estimate(0.149, 0.002), champion: estimate(0.1512, 0.002) },
    {
      metric: 'calibration_error',
      challenger: { value: null, lower: null, upper: null, n: 0, reason: 'too_few_rows' },
      champion: null,
    },
  ],
  calibration: { challenger: curve(0.02), champion: curve(-0.07) },
  notes: ['1.7 % of the labels are still to come: they are of the newest day.'],
});

export const datasetRecord: Dataset = Dataset.parse({
  hash: hashes[0],
  model: config.name,
  createdAt: at(119, 8.05),
  configRevision: 12,
  query: {
    ...{ model: config.name, task: 'binary', asOf: at(119, 8), window: 'trailing 35d', change: null },
    train: { from: info.start, to: info.holdoutStart },
    recent: { from: info.holdoutStart, to: info.end },
    old: { from: at(60), to: at(64) },
    ...{ where: [], sample: null, stratify: null, halfLifeMs: null },
    columns: Object.entries(config.columns.features).map(([name, { type }]) => ({ name, type, feature: true })),
  },
  preprocessing: null,
  fitted: null,
  train: { rows: info.trainRows, rowsHash: hashes[1], predictions: 236_011, labelled: info.trainRows },
  holdout: { rows: info.holdoutRows, rowsHash: hashes[2], predictions: 58_309, labelled: info.holdoutRows },
  oldRows: 16_110,
  labelledShare: 0.983,
  files: [
    { name: 'train.parquet', sha256: hashes[1], bytes: 9_430_112 },
    { name: 'holdout.parquet', sha256: hashes[2], bytes: 2_210_480 },
  ],
  available: true,
  findings: [
    {
      ...{ check: 'new_values', column: 'carrier', severity: 'warning', value: 0.021, limit: 0.01 },
      message: '2.1 % of the held-out rows have a carrier that the training rows do not have (F9)',
    },
  ],
});
