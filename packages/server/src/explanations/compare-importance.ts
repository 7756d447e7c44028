import { readFile } from 'node:fs/promises';
import { type GateConfig, type GateResult, GivenExplanation, LeewayError, type ModelConfig } from '@leeway/contract';
import { readModel } from '../learner/onnx-proto.ts';
import type { LiveEvidence, LiveModel } from '../retraining/gates/gate.ts';
import { rowsBatch } from '../retraining/holdout.ts';
import { type ReadTrees, treesOf } from './by-trees.ts';
import type { Importance } from './decide/judge-importance.ts';
import { explanationOfGates } from './gate-explanation.ts';
import {
  type ImportanceQuestion,
  importanceByKernel,
  importanceByPermutation,
  importanceByTrees,
  thin,
} from './importance.ts';
import { UnreadableTrees } from './read-ensemble.ts';

type ExplainGate = Extract<GateConfig, { type: 'explain' }>;

/** What both models go by, found in the same way; or why nothing can be said. */
export interface ComparedImportance {
  challenger: Importance;
  champion: Importance | null;
  withoutChampion: string | null;
  /** What to know of how it was found. */
  note: string | null;
}

/** @returns a stable word where nothing can be found. */
export async function compareImportance(
  gate: ExplainGate,
  live: LiveEvidence,
): Promise<ComparedImportance | 'external_model' | 'not_given' | 'no_features'> {
  const { challenger, champion, model } = live;
  if (gate.method === 'given' || !challenger.scorer) return compareGiven(gate, live);
  const features = Object.keys(model.columns.features).filter((name) => live.holdout.table.columns.has(name));
  if (features.length < Object.keys(model.columns.features).length) return 'no_features';
  const whole = rowsBatch(live.holdout, model, 0, live.holdout.table.rows);
  const order = Int32Array.from({ length: Math.min(gate.rows, whole.rows) }, (_, i) =>
    Math.floor((i * whole.rows) / Math.min(gate.rows, whole.rows)),
  );
  const questionOf = ({ scorer }: LiveModel): ImportanceQuestion => ({
    ...{ model, features, repeats: gate.repeats, seed: live.evidence.seed, signal: live.signal },
    batch: thin(whole, gate.rows),
    rows: { ...live.evidence, labels: Float64Array.from(order, (row) => live.evidence.labels[row]!) },
    predict: (batch) => scorer!.predict(batch),
  });
  const runnable = champion?.scorer ? [challenger, champion] : [challenger];
  const withoutChampion = champion ? (champion.scorer ? null : 'champion_not_scored') : 'no_champion';
  let note: string | null = null;
  if (gate.method !== 'permutation') {
    try {
      const trees = await Promise.all(runnable.map((each) => readTreesOf(each, model)));
      const [own, former] = await inTurn(runnable, (each, i) => importanceByTrees(questionOf(each), trees[i]!));
      return { challenger: own!, champion: former ?? null, withoutChampion, note };
    } catch (error) {
      if (!(error instanceof UnreadableTrees) && !(error instanceof RangeError)) throw error;
      note = `The trees are not read: ${error.message}.`;
    }
  }
  const find =
    gate.method === 'shap'
      ? importanceByKernel
      : (question: ImportanceQuestion) => importanceByPermutation(question, gate.metric ?? metricOf(live));
  const [own, former] = await inTurn(runnable, (each) => find(questionOf(each)));
  return { challenger: own!, champion: former ?? null, withoutChampion, note };
}

/** One after the other: they compute on one thread. */
async function inTurn<T, R>(items: readonly T[], work: (item: T, i: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const [i, item] of items.entries()) results.push(await work(item, i));
  return results;
}

async function readTreesOf({ path, format }: LiveModel, model: ModelConfig): Promise<ReadTrees> {
  if (format !== 'onnx') throw new UnreadableTrees('it is no ONNX file');
  return treesOf(readModel(await readFile(path)), model);
}

/** The metric that says most of the task, as far as both models give what it needs. */
function metricOf({ evidence: { task, challenger, champion } }: LiveEvidence): string {
  if (task === 'regression') return 'rmse';
  if (task === 'binary') return challenger.scores && (!champion || champion.scores) ? 'roc_auc' : 'accuracy';
  return challenger.ofClasses && (!champion || champion.ofClasses) ? 'log_loss' : 'accuracy';
}

/** What the trainer says, beside what was found or said of the champion when it was new. */
async function compareGiven(
  gate: ExplainGate,
  live: LiveEvidence,
): Promise<ComparedImportance | 'external_model' | 'not_given'> {
  const given = await readGiven(live.given);
  if (!given) return gate.method === 'given' ? 'not_given' : 'external_model';
  const features = Object.keys(given.importance);
  const challenger: Importance = {
    ...{ method: 'given', unit: given.method, features, rows: 0 },
    repeats: features.map((name) => Float64Array.of(given.importance[name]!)),
    effects: features.map((name) =>
      given.effect[name] === undefined ? null : { value: given.effect[name], lower: null, upper: null },
    ),
  };
  const champion = live.champion ? formerOf(live.championGates) : null;
  const withoutChampion = live.champion ? (champion ? null : 'champion_not_explained') : 'no_champion';
  return { challenger, champion, withoutChampion, note: null };
}

async function readGiven(path: string): Promise<GivenExplanation | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return GivenExplanation.parse(JSON.parse(text));
  } catch (error) {
    throw new LeewayError(
      'broken_model',
      `explanations.json: expected {"importance": {"FEATURE": 0.4, ...}, "effect": {"FEATURE": 1.2, ...}}; ${(error as Error).message}`,
      { cause: error },
    );
  }
}

function formerOf(gates: readonly GateResult[]): Importance | null {
  const found = explanationOfGates(gates, { model: '', version: '', run: '' });
  if (!found) return null;
  return {
    ...{ method: 'given', unit: found.unit, rows: found.rows },
    features: found.features.map(({ feature }) => feature),
    repeats: found.features.map(({ importance }) => Float64Array.of(importance)),
    effects: found.features.map(() => null),
  };
}
