import type { ModelConfig } from '@leeway/contract';
import { countByScore, type LabelledScoreCounts } from '@leeway/stats';
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

export async function evaluatedScores(
  warehouse: Warehouse,
  model: string,
  version: string,
): Promise<LabelledScoreCounts | null> {
  return loadLearned(warehouse, model, evaluationKey(version), 'scores');
}
