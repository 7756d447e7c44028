import { LeewayError } from '@leeway/contract';
import {
  densityRatio,
  estimateBinary,
  estimateClasses,
  estimateRegression,
  expectLabels,
  fitCalibration,
  type MetricEstimate,
  performanceMetrics,
  type Task,
} from '@leeway/stats';
import { refusalOf } from '../estimation/calibration.ts';
import { countClassScores, expectClassLabels } from '../estimation/class-score-counts.ts';
import { type EstimateEvidence, type Withdrawal, withdrawalOf } from '../estimation/decide-withdrawal.ts';
import { learn } from '../estimation/learn.ts';
import { type Realised, realisedBinary, realisedClasses, realisedRegression } from '../estimation/realised.ts';
import {
  codesOf,
  numbers,
  outputsOf,
  type SampledColumn,
  sampleRows,
  treeFeatures,
} from '../estimation/sample-rows.ts';
import { countScores } from '../estimation/score-counts.ts';
import { unseenShare } from '../estimation/unseen-share.ts';
import { labelledRowsOf, taskOf } from './labelled.ts';
import type { CheckOptions } from './options.ts';
import type { TypedTable } from './profile-columns.ts';
import type { CheckContext } from './section.ts';

export const ESTIMATE_METHODS = ['auto', 'cbpe', 'dle', 'importance_weighted'] as const;
export type EstimateOption = (typeof ESTIMATE_METHODS)[number];

export interface EstimatedResult {
  method: Exclude<EstimateOption, 'auto'>;
  metrics: Record<string, MetricEstimate>;
  /** What the labels of the reference show. */
  reference: Realised['realised'];
  /** The same of the current file; null where it has no labels. */
  realised: Realised['realised'] | null;
  withdrawn: Withdrawal | null;
  /** Metrics whose whole interval lies on the bad side of the reference. */
  worse: string[];
}

/** Rows that trees learn from and are asked about, of each file. */
const MOST_ROWS = 20_000;
/** Of them, so many are enough to tell whether the files hold rows of one kind. */
const SHIFT_ROWS = 5_000;

/** What the metrics of the current file will be, from the labels of the reference alone; a reason where that cannot be. */
export async function estimateFiles(
  context: CheckContext,
  asked: EstimateOption,
): Promise<EstimatedResult | { reason: string }> {
  const { engine, reference, current, options } = context;
  const known = await taskOf(engine, reference, current, options);
  if (!known) return { reason: 'no --label was given' };
  const method = methodOf(known.task, asked, options);
  if (typeof method !== 'string') return method;
  const base = { context, task: known.task, positive: known.positive ?? '', features: featuresOf(context) };
  const before = rowsOf(reference, base, options.label!);
  // Labels of the current file are not looked at to estimate: the prediction stands in for them.
  const now = rowsOf(current, base, options.prediction ?? options.score ?? Object.values(options.scores!)[0]!);
  if ('reason' in before) return before;
  if ('reason' in now) return now;
  const labelled = rowsOf(current, base, options.label!);
  const input = { ...base, before: before.sql, now: now.sql };
  const found = await ESTIMATE[method](input, 'sql' in labelled ? labelled.sql : null);
  const withdrawn = withdrawalOf({ ...found.evidence, unseen: mostUnseen(context), gap: null });
  return { method, ...found, withdrawn, worse: withdrawn ? [] : worseOf(known.task, found) };
}

function methodOf(
  task: Task,
  asked: EstimateOption,
  { score, scores }: Pick<CheckOptions, 'score' | 'scores'>,
): Exclude<EstimateOption, 'auto'> | { reason: string } {
  const automatic = task === 'regression' ? 'dle' : 'cbpe';
  const method = asked === 'auto' ? automatic : asked;
  if (method === 'cbpe' && task === 'multiclass' && scores === undefined)
    return { reason: 'cbpe of several classes needs --scores' };
  if (method === 'cbpe' && task === 'binary' && score === undefined) return { reason: 'cbpe needs --score' };
  const possible: readonly string[] = task === 'multiclass' ? [automatic] : [automatic, 'importance_weighted'];
  if (!possible.includes(method)) {
    const others = possible.length > 1 ? `there are ${possible.join(' and ')}` : `there is ${automatic}`;
    throw new LeewayError('bad_option', `--estimate ${method} is not for a ${task} task; ${others}`);
  }
  return method;
}

interface Input {
  context: CheckContext;
  task: Task;
  positive: string;
  features: Features;
  before: string;
  now: string;
}

type Found = Pick<EstimatedResult, 'metrics' | 'reference' | 'realised'> & {
  evidence: Omit<EstimateEvidence, 'gap' | 'unseen'>;
};

const ESTIMATE: Record<EstimatedResult['method'], (input: Input, labelled: string | null) => Promise<Found>> = {
  cbpe: byConfidence,
  dle: byTrees,
  importance_weighted: byTrees,
};

async function byConfidence(input: Input, labelled: string | null): Promise<Found> {
  const { context, task, positive, before, now } = input;
  if (task === 'multiclass') return classesByConfidence(input, labelled);
  const { warehouse } = context.engine;
  const params = { positive };
  const calibration = fitCalibration((await countScores(warehouse, before, params, true)).counts);
  const { counts } = await countScores(warehouse, now, params, false);
  const realised = (rows: string) => realisedBinary(warehouse, rows, params);
  return {
    metrics: calibration.refused === null ? estimateBinary(expectLabels(counts, calibration), calibration).metrics : {},
    reference: (await realised(before)).realised,
    realised: labelled ? (await realised(labelled)).realised : null,
    evidence: { refused: calibration.refused, labelled: calibration.rows, shift: await shiftOf(input) },
  };
}

async function classesByConfidence(input: Input, labelled: string | null): Promise<Found> {
  const { context, before, now } = input;
  const { warehouse } = context.engine;
  const classes = Object.keys(context.options.scores!);
  const counts = await countClassScores(warehouse, before, {}, classes, true);
  const calibrations = counts.map((count) => fitCalibration(count));
  const refusal = refusalOf(calibrations);
  const realised = async (rows: string) => (await realisedClasses(warehouse, rows, {}, classes)).realised;
  const expected = refusal ? [] : await expectClassLabels(warehouse, now, {}, classes, calibrations);
  return {
    metrics: refusal ? {} : estimateClasses(expected, calibrations),
    reference: await realised(before),
    realised: labelled ? await realised(labelled) : null,
    evidence: {
      refused: refusal?.refused ?? null,
      labelled: calibrations[0]!.rows,
      ofClass: refusal && { name: classes[refusal.class]!, labelled: calibrations[refusal.class]!.positives },
      shift: await shiftOf(input),
    },
  };
}

/** Both ways that learn from rows: a sample of each file, the same every time. */
async function byTrees(input: Input, labelled: string | null): Promise<Found> {
  const { context, task, positive, features, before, now } = input;
  const { warehouse } = context.engine;
  const params = { positive };
  const [learned, asked] = [
    await sampleRows(warehouse, before, params, features.columns, { most: MOST_ROWS, labelled: true }),
    await sampleRows(warehouse, now, params, features.columns, { most: MOST_ROWS, labelled: false }),
  ];
  const codes = codesOf(learned, features.columns);
  const [x, z] = [treeFeatures(learned, codes), treeFeatures(asked, codes)];
  const realised = async (rows: string) =>
    task === 'regression'
      ? (await realisedRegression(warehouse, rows, params)).realised
      : (await realisedBinary(warehouse, rows, params)).realised;
  const shown = { reference: await realised(before), realised: labelled ? await realised(labelled) : null };
  const n = learned.labels.length;
  const evidence = { refused: null, labelled: n, shift: null };
  const [count] = await warehouse.query<{ n: number }>(`SELECT count(prediction) AS n FROM ${now}`, params);
  const tooFew = { metrics: {}, ...shown, evidence: { ...evidence, refused: 'too_few_labels' as const } };
  if (n < LEAST_ROWS || count!.n === 0) return tooFew;
  if (context.options.estimate !== 'importance_weighted') {
    const losses = learn({
      kind: 'direct_loss',
      features: x,
      predictions: numbers(learned.predictions),
      labels: numbers(learned.labels),
    });
    const metrics = estimateRegression(losses, z, numbers(asked.predictions), count!.n);
    return { metrics, ...shown, evidence: { ...evidence, shift: await shiftOf(input) } };
  }
  const { metrics, ...shift } = learn({
    kind: 'importance_weighted',
    reference: { ...outputsOf(learned, task, positive), features: x },
    window: z,
    windowRows: count!.n,
  });
  return { metrics, ...shown, evidence: { ...evidence, shift } };
}

const LEAST_ROWS = 200;

/** Whether the files hold rows of one kind, as a classifier tells them apart by the features; null where there are too few. */
async function shiftOf({ context, positive, features, before, now }: Input): Promise<EstimateEvidence['shift']> {
  if (features.columns.length === 0) return null;
  const sample = (rows: string, labelled: boolean) =>
    sampleRows(context.engine.warehouse, rows, { positive }, features.columns, { most: SHIFT_ROWS, labelled });
  const [learned, asked] = [await sample(before, true), await sample(now, false)];
  if (Math.min(learned.labels.length, asked.predictions.length) < LEAST_ROWS) return null;
  const codes = codesOf(learned, features.columns);
  const { auc, effectiveRows, unsupported } = densityRatio(treeFeatures(learned, codes), treeFeatures(asked, codes));
  return { auc, effectiveRows, unsupported };
}

/** Features as trees take them. */
interface Features {
  names: string[];
  columns: SampledColumn[];
}

function featuresOf({ compared }: CheckContext): Features {
  const own = compared.filter(({ role }) => role === 'feature');
  return { names: own.map(({ name }) => name), columns: own.map(({ kind }, i) => [`f${i}`, kind]) };
}

/** Rows of a file with an id, the label column given, and the features. */
function rowsOf(typed: TypedTable, { task, context, features }: Omit<Input, 'before' | 'now'>, label: string) {
  const also = Object.fromEntries(features.names.map((name, i) => [`f${i}`, typed.value(name)]));
  const { weight: _, ...options } = context.options;
  return labelledRowsOf(typed, task, { ...options, label }, { ...also, id: typed.rowNumber });
}

function mostUnseen({ compared }: CheckContext): EstimateEvidence['unseen'] {
  let most: EstimateEvidence['unseen'] = null;
  for (const { name, role, reference, current } of compared) {
    const share = role === 'feature' ? unseenShare(reference, current) : null;
    if (share !== null && share > (most?.share ?? 0)) most = { column: name, share };
  }
  return most;
}

function worseOf(task: Task, { metrics, reference }: Pick<EstimatedResult, 'metrics' | 'reference'>): string[] {
  const registered: readonly { id: string; better: string }[] = performanceMetrics[task];
  return Object.entries(metrics).flatMap(([id, { lower, upper }]) => {
    const before = reference[id];
    const better = registered.find((metric) => metric.id === id)?.better;
    if (typeof before !== 'number' || lower === null || upper === null) return [];
    const worse = better === 'higher' ? upper < before : better === 'lower' ? lower > before : false;
    return worse ? [id] : [];
  });
}
