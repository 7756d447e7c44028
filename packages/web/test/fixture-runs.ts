import { type DatasetInfo, Execution, type GateResult, Run } from '@leeway/contract';
import { at, config } from './fixture-flights.ts';
import { compared, explainGate, gate, sliceGate } from './fixture-gates.ts';
import { seeded } from './random.ts';

export const hashes = ['9f2c41be07', '51dd8ef3a9', 'c07a3be122'].map((start) => start.padEnd(64, 'a1b2c3d4'));

export const dataset = (end: number, hash = hashes[0]!): DatasetInfo => ({
  hash,
  start: at(end - 35),
  holdoutStart: at(end - 7),
  end: at(end),
  trainRows: 231_204,
  holdoutRows: 57_318,
});

const training = (given: Partial<Execution> & Pick<Execution, 'id' | 'createdAt'>): Execution =>
  Execution.parse({
    ...{ trial: 0, rung: 0, executor: 'command', state: 'succeeded', native: null, reason: null, nativeId: null },
    ...{ url: null, params: {}, metrics: {}, progress: null, message: null, startedAt: null, endedAt: null },
    ...given,
  });

const run = (given: Partial<Run> & Pick<Run, 'id' | 'state' | 'trigger' | 'reason' | 'createdAt'>): Run =>
  Run.parse({
    ...{ model: config.name, asked: [], passedOver: [], alert: null, champion: null, challenger: null, dataset: null },
    ...{ params: {}, executions: [], gates: [], firstPromotion: false, decision: null, decidedBy: null },
    ...{ comment: null, error: null, log: '', updatedAt: given.createdAt, expiresAt: null, endedAt: null },
    begunAt: given.createdAt,
    ...given,
  });

const threshold = (challenger: number, verdict: GateResult['verdict']) =>
  gate({
    ...{ type: 'threshold', name: 'threshold roc_auc', metric: 'roc_auc', verdict, better: 'higher', challenger },
    ...{ reason: 'above_limit', statement: `ROC AUC is ${challenger}, above 0.7`, limit: 0.7, confidence: 0.95 },
    ...{ lower: challenger - 0.008, upper: challenger + 0.008, test: 'DeLong' },
  });

const logLoss = (champion: number, challenger: number, half: number, verdict: GateResult['verdict']) => {
  const difference = challenger - champion;
  const [lower, upper] = [difference - half, difference + half];
  return compared({
    ...{ type: 'compare', name: 'compare log_loss', metric: 'log_loss', verdict, better: 'lower' },
    ...{ reason: verdict === 'pass' ? 'above_margin' : 'below_margin', champion, challenger, difference, lower, upper },
    statement: `Log loss ${difference < 0 ? 'lower' : 'higher'} by ${Math.abs(difference).toFixed(4)}`,
    pValue: verdict === 'pass' ? 0.0021 : 0.998,
  });
};

const auc = (champion: number, challenger: number, half: number, verdict: GateResult['verdict']) => {
  const difference = challenger - champion;
  const [lower, upper] = [difference - half, difference + half];
  return compared({
    ...{ type: 'compare', name: 'compare roc_auc', metric: 'roc_auc', verdict, better: 'higher' },
    ...{ form: 'non_inferiority', margin: 0.01, champion, challenger, difference, lower, upper },
    ...{ reason: verdict === 'pass' ? 'above_margin' : 'not_proven', test: 'DeLong', pValue: 0.061 },
    statement:
      verdict === 'pass'
        ? 'ROC AUC is not worse by 0.01'
        : 'Its interval holds both 0 and the margin: it may be worse by 0.01',
  });
};

export const runs: Run[] = [
  run({
    id: 'run-3',
    state: 'awaiting_approval',
    trigger: 'hand',
    reason: 'the new carrier should be learned',
    champion: 'v2',
    challenger: 'v4',
    dataset: dataset(118),
    params: { learning_rate: 0.05, trees: 400 },
    passedOver: [{ code: 'cooldown', reason: 'the last run ended 18 days ago, of 30' }],
    executions: [
      training({
        ...{ id: 'run-3-t0', createdAt: at(119, 8.1), startedAt: at(119, 8.12), endedAt: at(119, 8.3) },
        ...{ native: 'exit 0', params: { learning_rate: 0.05, trees: 400 }, progress: 1 },
        metrics: { log_loss: 0.4611, folds: 5 },
      }),
    ],
    gates: [
      threshold(0.7402, 'pass'),
      logLoss(0.4671, 0.4611, 0.0038, 'pass'),
      auc(0.7431, 0.7402, 0.009, 'inconclusive'),
      sliceGate,
      explainGate,
    ],
    log: 'loading 231,204 rows\nfold 1/5  log_loss 0.4619\nfold 2/5  log_loss 0.4604\nfold 3/5  log_loss 0.4631\nfold 4/5  log_loss 0.4598\nfold 5/5  log_loss 0.4612\nwrote model.onnx (412 KiB)\n',
    createdAt: at(119, 8),
    updatedAt: at(119, 8.4),
    expiresAt: at(126, 8.4),
  }),
  run({
    id: 'run-2',
    state: 'promoted',
    trigger: 'alert:calibration',
    reason: 'calibration_error is 0.082, above 0.05, in 3 windows',
    alert: 'alert-5',
    asked: [
      { trigger: 'alert:calibration', reason: 'calibration_error is 0.082', at: at(100, 3) },
      { trigger: 'schedule', reason: 'the first of the month', at: at(100, 3.1) },
    ],
    champion: 'v1',
    challenger: 'v2',
    dataset: dataset(100, hashes[1]),
    executions: [training({ id: 'run-2-t0', createdAt: at(100, 3.1), startedAt: at(100, 3.2), endedAt: at(100, 3.8) })],
    gates: [threshold(0.741, 'pass'), logLoss(0.5092, 0.4681, 0.0052, 'pass'), auc(0.7318, 0.741, 0.006, 'pass')],
    decision: 'approved by mira: the gates agree and the reliability plot looks right',
    decidedBy: 'mira',
    comment: 'the gates agree and the reliability plot looks right',
    log: 'loading 229,870 rows\nwrote model.onnx (408 KiB)\n',
    createdAt: at(100, 3),
    updatedAt: at(101, 9),
    endedAt: at(101, 9),
  }),
  run({
    id: 'run-1',
    state: 'rejected',
    trigger: 'alert:calibration',
    reason: 'calibration_error is 0.077, above 0.05, in 3 windows',
    alert: 'alert-5',
    champion: 'v1',
    challenger: 'v1b',
    dataset: dataset(86, hashes[2]),
    gates: [logLoss(0.4981, 0.5071, 0.0059, 'fail')],
    decision: 'rejected: a gate failed',
    log: 'loading 228,004 rows\nwrote model.onnx (402 KiB)\n',
    createdAt: at(86, 3),
    updatedAt: at(86, 3.3),
    endedAt: at(86, 3.3),
  }),
];

const { uniform, normal } = seeded(77);
const trials = Array.from({ length: 14 }, (_, trial): Execution => {
  const params = { learning_rate: 10 ** (-3 + 2.2 * uniform()), depth: 3 + Math.floor(8 * uniform()), trees: 300 };
  const mae =
    5.8 + 1.9 * (Math.log10(params.learning_rate) + 1.6) ** 2 + 0.05 * (params.depth - 7) ** 2 + normal(0, 0.1);
  const base = { id: `run-4-t${trial}`, trial, executor: 'kubernetes', params, createdAt: at(119, 6) };
  const url = `https://k8s.example.org/jobs/run-4-t${trial}`;
  if (trial >= 12) {
    const began = { startedAt: at(119, 9.6), state: 'running', native: 'Active', progress: 0.3 + (trial - 12) * 0.4 };
    return training({ ...base, ...(began as Partial<Execution>), url, message: 'fitting' });
  }
  if (trial === 4) {
    const end = { startedAt: at(119, 7), endedAt: at(119, 7.1), reason: 'the container ran out of memory' };
    return training({ ...base, ...end, url, state: 'failed', native: 'OOMKilled' });
  }
  const start = 6.2 + 0.25 * trial;
  const times = { startedAt: at(119, start), endedAt: at(119, start + 0.2 + 0.1 * uniform()) };
  return training({ ...base, ...times, url, native: 'Complete', progress: 1, metrics: { mae, r2: 1 - mae / 30 } });
});

/** Runs of other models, one for each look that a run can have. */
export const otherRuns: Run[] = [
  run({
    ...{ id: 'run-4', model: 'delivery-minutes', state: 'training', trigger: 'metric:mae', champion: 'v14' },
    ...{ reason: 'mae is 8.43, above 7.5, in 2 windows', dataset: dataset(118, hashes[2]), executions: trials },
    ...{ createdAt: at(119, 5.9), updatedAt: at(119, 9.7) },
    log: '[13] epoch 41/100 mae 5.93\n[12] epoch 12/100 mae 6.40\n',
  }),
  run({
    ...{ id: 'run-5', model: 'churn-b2c', state: 'failed', trigger: 'schedule', champion: '2026-05-11' },
    ...{
      reason: 'every Monday at 03:00',
      dataset: dataset(112, hashes[1]),
      createdAt: at(112, 3),
      endedAt: at(112, 3.6),
    },
    error: { code: 'ambiguous_candidate', detail: 'LEEWAY_OUTPUT holds model.onnx and model-old.onnx' },
    executions: [training({ id: 'run-5-t0', createdAt: at(112, 3.1), startedAt: at(112, 3.2), endedAt: at(112, 3.6) })],
    log: 'wrote model.onnx\n',
  }),
  run({
    ...{ id: 'run-6', model: 'churn-b2c', state: 'suggested', trigger: 'drift', champion: '2026-05-11', begunAt: null },
    ...{ reason: '41 % of the columns have drifted', createdAt: at(118, 4), expiresAt: at(125, 4) },
    asked: [
      { trigger: 'drift', reason: '38 % of the columns have drifted', at: at(118, 4) },
      { trigger: 'drift', reason: '41 % of the columns have drifted', at: at(119, 4) },
    ],
  }),
];
