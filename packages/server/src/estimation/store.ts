import type { ModelConfig } from '@leeway/contract';
import { countByScore, type LabelledScoreCounts, scaleToOne } from '@leeway/stats';
import { instant, type Warehouse } from '../warehouse/warehouse.ts';

/** What an estimator learned is kept among the profiles, under a key of its own and the name of what it is. */
export async function loadLearned<T>(
  warehouse: Warehouse,
  model: string,
  key: string,
  what: string,
): Promise<T | null> {
  const [row] = await warehouse.query<{ summary: string }>(
    `SELECT argMax(summary, computed_at) AS summary FROM profiles
     WHERE model = {model:String} AND reference = {key:String} AND column = {what:String} GROUP BY model`,
    { model, key, what },
    'estimate/load',
  );
  return row ? (JSON.parse(row.summary) as T) : null;
}

/** Keeps it; keeping it again replaces it. `at`: a time of the rows that it was learned from. */
export async function storeLearned(
  warehouse: Warehouse,
  model: string,
  key: string,
  what: string,
  learned: object,
  at: number,
): Promise<void> {
  const bucket = { bucket_start: instant(at), bucket_end: instant(at), computed_at: instant(Date.now()) };
  const row = {
    model,
    version: '',
    slice: '',
    column: what,
    reference: key,
    summary: JSON.stringify(learned),
    ...bucket,
  };
  await warehouse.insert('profiles', [row], 'estimate/store');
}

const evaluationKey = (version: string): string => `evaluation:${version}`;

/**
 * Keeps how a version scored the rows that it was judged on, so that its scores can be calibrated from its first day: it has
 * no labelled predictions of its own yet. `labels` and `predicted` are 1 for the positive class.
 */
export async function storeEvaluatedScores(
  warehouse: Warehouse,
  model: ModelConfig,
  version: string,
  at: number,
  labels: Float64Array,
  { predicted, scores }: { predicted: Float64Array; scores: Float64Array | null },
): Promise<void> {
  if (model.task !== 'binary' || !scores?.every((score) => score >= 0 && score <= 1)) return;
  const counts = countByScore(scores, predicted, labels);
  await storeLearned(warehouse, model.name, evaluationKey(version), 'scores', counts, at);
}

interface EvaluatedRows {
  classes: readonly string[];
  /** Positions in `classes`. */
  labels: Float64Array;
  challenger: { predicted: Float64Array; ofClasses?: ReadonlyMap<string, Float64Array> | undefined };
}

/** The same of several classes. */
export async function storeEvaluatedClasses(
  warehouse: Warehouse,
  model: ModelConfig,
  version: string,
  at: number,
  { classes, labels, challenger: { predicted, ofClasses } }: EvaluatedRows,
): Promise<void> {
  if (!ofClasses) return;
  const [names, columns] = [[...ofClasses.keys()], [...ofClasses.values()]];
  if (!columns.every((column) => column.every((score) => score >= 0 && score <= 1))) return;
  const counts = scaleToOne(columns).scores.map((column, i) => {
    const code = classes.indexOf(names[i]!);
    const is = (values: Float64Array) => values.map((value) => (value === code ? 1 : 0));
    return [names[i]!, countByScore(column, is(predicted), is(labels))] as const;
  });
  const learned = Object.fromEntries(counts) satisfies EvaluatedClasses;
  await storeLearned(warehouse, model.name, evaluationKey(version), 'class_scores', learned, at);
}

type EvaluatedClasses = Record<string, LabelledScoreCounts>;

/** What a version scored when it was judged: one for the positive class, or one for each class; null where it is not known. */
export async function evaluatedScores(
  warehouse: Warehouse,
  { name, task, columns }: ModelConfig,
  version: string,
): Promise<LabelledScoreCounts[] | null> {
  const load = <T>(what: string) => loadLearned<T>(warehouse, name, evaluationKey(version), what);
  if (task === 'binary') {
    const counts = await load<LabelledScoreCounts>('scores');
    return counts && [counts];
  }
  const stored = await load<EvaluatedClasses>('class_scores');
  const counts = Object.keys(columns.scores ?? {}).map((own) => stored?.[own]);
  return counts.every((count) => count !== undefined) ? counts : null;
}
