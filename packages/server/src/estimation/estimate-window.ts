import type { ModelConfig, MonitorConfig } from '@leeway/contract';
import {
  type DirectLoss,
  estimateBinary,
  estimateClasses,
  estimateRegression,
  expectLabels,
  type MetricEstimate,
} from '@leeway/stats';
import type { Scope } from '../monitoring/check.ts';
import { summarizeWindow } from '../monitoring/summaries.ts';
import { predictionRows, withScores } from '../warehouse/model-tables.ts';
import { instant } from '../warehouse/warehouse.ts';
import { type Calibrations, calibrationFor, refusalOf } from './calibration.ts';
import { expectClassLabels } from './class-score-counts.ts';
import type { EstimateEvidence } from './decide-withdrawal.ts';
import { hasChances } from './estimate-mistakes.ts';
import { lessonsOf } from './labelled-rows.ts';
import type { WeightedEstimates } from './learn.ts';
import { runLearning } from './run-learning.ts';
import {
  type Codes,
  codesOf,
  numbers,
  outputsOf,
  type Sample,
  type SampledColumn,
  sampleRows,
  treeFeatures,
} from './sample-rows.ts';
import { countScores } from './score-counts.ts';
import { loadLearned, storeLearned } from './store.ts';
import { unseenShare } from './unseen-share.ts';

export type EstimateMethod = 'cbpe' | 'dle' | 'importance_weighted';

/** What is estimated of a window, and what is known of how far it can be trusted. */
export interface WindowEstimates {
  metrics: Record<string, MetricEstimate>;
  evidence: Omit<EstimateEvidence, 'gap'>;
  detail: Record<string, unknown>;
}

/** Rows that trees learn from, and rows of a window that they are asked about. */
const MOST_LEARNED = 20_000;
const MOST_ASKED = 50_000;
const LEAST_LEARNED = 200;
/** Predictions that a label is waited for. */
const SERVED = "role = 'live' AND error = ''";

/** The method of a monitor; null where nothing is estimated. */
export function methodOf(model: ModelConfig, monitor: MonitorConfig): EstimateMethod | null {
  const { method } = monitor.estimate;
  if (method !== 'auto') return method;
  return hasChances(model.task, model.columns) ? 'cbpe' : null;
}

const ESTIMATE: Record<EstimateMethod, (scope: Scope) => Promise<WindowEstimates>> = {
  cbpe: byConfidence,
  dle: byDirectLoss,
  importance_weighted: byWeights,
};

/** What the labels of the window will probably show, before they are in. */
export async function estimateWindow(scope: Scope, method: EstimateMethod): Promise<WindowEstimates> {
  const found = await ESTIMATE[method](scope);
  if (!scope.monitor.estimate.secondOpinion || method === 'importance_weighted') return found;
  const second = await byWeights(scope);
  return {
    ...found,
    evidence: { ...found.evidence, shift: second.evidence.shift },
    detail: { ...found.detail, second: second.evidence.refused ?? second.metrics },
  };
}

async function byConfidence(scope: Scope): Promise<WindowEstimates> {
  const { model } = scope;
  const calibrations = await calibrationFor(scope);
  const refusal = refusalOf(calibrations);
  const classes = Object.keys(model.columns.scores ?? {});
  const of = refusal && model.task === 'multiclass' ? refusal.class : null;
  const evidence = {
    refused: refusal?.refused ?? null,
    labelled: calibrations[0]!.rows,
    ofClass: of === null ? null : { name: classes[of]!, labelled: calibrations[of]!.positives },
    unseen: await mostUnseen(scope),
    shift: null,
  };
  if (refusal) return { metrics: {}, evidence, detail: {} };
  const told = calibrations.map(({ applied, rows, errorBefore, errorAfter }) => {
    return { applied, rows, errorBefore, errorAfter };
  });
  if (model.task === 'binary') {
    const { metrics, ...detail } = await binaryByConfidence(scope, calibrations);
    return { metrics, evidence, detail: { ...detail, calibration: told[0] } };
  }
  return {
    metrics: await classesByConfidence(scope, classes, calibrations),
    evidence,
    detail: { calibration: Object.fromEntries(classes.map((name, k) => [name, told[k]])) },
  };
}

async function binaryByConfidence({ warehouse, model, from, to }: Scope, [calibration]: Calibrations) {
  const bound = { from: instant(from), to: instant(to), positive: model.columns.positive };
  const { counts, unscored } = await countScores(warehouse, predictionRows(model, SERVED), bound, false);
  const { metrics, confusion } = estimateBinary(expectLabels(counts, calibration!), calibration!);
  return { metrics, confusion, unscored };
}

async function classesByConfidence(
  { warehouse, model, from, to }: Scope,
  classes: readonly string[],
  calibrations: Calibrations,
): Promise<Record<string, MetricEstimate>> {
  const rows = withScores(model, predictionRows(model, SERVED));
  const bound = { from: instant(from), to: instant(to) };
  return estimateClasses(await expectClassLabels(warehouse, rows, bound, classes, calibrations), calibrations);
}

/** A regression's loss, learned once from a reference that stays. */
interface LearnedLoss {
  codes: Codes;
  losses: DirectLoss;
  rows: number;
}

async function byDirectLoss(scope: Scope): Promise<WindowEstimates> {
  const { warehouse, model } = scope;
  const columns = sampledColumns(model);
  const { key, at } = lessonsOf(scope)[0]!;
  let learned = key && (await loadLearned<LearnedLoss>(warehouse, model.name, key, 'dle'));
  if (!learned) {
    const sample = await labelledSample(scope, columns);
    const codes = codesOf(sample, columns);
    const losses = await runLearning({
      kind: 'direct_loss',
      features: treeFeatures(sample, codes),
      predictions: numbers(sample.predictions),
      labels: numbers(sample.labels),
    });
    learned = { codes, losses, rows: sample.labels.length };
    if (key && losses.absolute_error) await storeLearned(warehouse, model.name, key, 'dle', learned, at);
  }
  const { codes, losses, rows } = learned;
  const evidence = { labelled: rows, unseen: await mostUnseen(scope), shift: null };
  if (!losses.absolute_error) return { metrics: {}, evidence: { ...evidence, refused: 'too_few_labels' }, detail: {} };
  const window = await windowSample(scope, columns);
  const predictions = numbers(window.sample.predictions);
  return {
    metrics: estimateRegression(losses, treeFeatures(window.sample, codes), predictions, window.rows),
    evidence: { ...evidence, refused: null },
    detail: {
      sampled: predictions.length,
      skill: Object.fromEntries(Object.entries(losses).map(([name, { skill }]) => [name, skill])),
    },
  };
}

async function byWeights(scope: Scope): Promise<WindowEstimates> {
  const { model } = scope;
  const columns = sampledColumns(model);
  const reference = await labelledSample(scope, columns);
  const window = await windowSample(scope, columns);
  const labelled = reference.labels.length;
  const evidence = { labelled, unseen: await mostUnseen(scope), shift: null };
  if (labelled < LEAST_LEARNED || window.sample.predictions.length === 0) {
    return { metrics: {}, evidence: { ...evidence, refused: 'too_few_labels' }, detail: {} };
  }
  const codes = codesOf(reference, columns);
  const found: WeightedEstimates = await runLearning({
    kind: 'importance_weighted',
    reference: {
      ...outputsOf(reference, model.task, model.columns.positive),
      features: treeFeatures(reference, codes),
    },
    window: treeFeatures(window.sample, codes),
    windowRows: window.rows,
  });
  const { metrics, ...shift } = found;
  return { metrics, evidence: { ...evidence, refused: null, shift }, detail: { shift } };
}

/** Features that trees can take; text and vectors they cannot. */
const sampledColumns = (model: ModelConfig): SampledColumn[] =>
  Object.entries(model.columns.features).flatMap(([name, { type }]): SampledColumn[] =>
    type === 'numeric' || type === 'categorical' || type === 'boolean' ? [[`f_${name}`, type]] : [],
  );

/** A sample of the rows to learn from: those of the reference where they are enough, else the earlier ones. */
async function labelledSample(scope: Scope, columns: SampledColumn[]): Promise<Sample> {
  let most: Sample | null = null;
  for (const { sql, params } of lessonsOf(scope)) {
    const found = await sampleRows(scope.warehouse, sql, params, columns, { most: MOST_LEARNED, labelled: true });
    if (!most || found.labels.length > most.labels.length) most = found;
    if (most.labels.length >= LEAST_LEARNED) break;
  }
  return most!;
}

async function windowSample(scope: Scope, columns: SampledColumn[]): Promise<{ sample: Sample; rows: number }> {
  const { warehouse, model, from, to } = scope;
  const bound = { from: instant(from), to: instant(to) };
  const rows = predictionRows(model, `${SERVED} AND isNotNull(prediction)`);
  const sample = await sampleRows(warehouse, rows, bound, columns, { most: MOST_ASKED, labelled: false });
  if (sample.predictions.length < MOST_ASKED) return { sample, rows: sample.predictions.length };
  const [count] = await warehouse.query<{ n: number }>(`SELECT count() AS n FROM ${rows}`, bound, 'estimate/rows');
  return { sample, rows: count!.n };
}

/** The feature with the largest share of values that the reference never had; those not watched for drift are left out. */
async function mostUnseen(scope: Scope): Promise<EstimateEvidence['unseen']> {
  const current = (await summarizeWindow(scope)).get('');
  let most: EstimateEvidence['unseen'] = null;
  for (const [column, summary] of current ?? []) {
    const before = scope.reference?.summaries.get('')?.get(column);
    const feature = scope.model.columns.features[column];
    if (!before || !feature?.drift) continue;
    const share = unseenShare(before, summary);
    if (share !== null && share > (most?.share ?? 0)) most = { column, share };
  }
  return most;
}
