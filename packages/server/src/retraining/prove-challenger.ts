import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetInfo, GateConfig, GateResult, ModelConfig, RetrainConfig, RunEvaluation } from '@leeway/contract';
import type { MetricEstimate } from '@leeway/stats';
import { iso } from '../platform/clock.ts';
import type { RetrainingContext } from './context.ts';
import { datasetOf } from './datasets/dataset-records.ts';
import { overallVerdict, uniqueNames, withoutGates } from './decide/judge-gates.ts';
import type { EvaluationResult } from './evaluation.ts';
import { evaluationOf } from './evaluations.ts';
import type { Evidence, Gate } from './gates/gate.ts';
import { gateResult } from './gates/gate-result.ts';
import { gateOf } from './gates/index.ts';
import type { Holdout } from './holdout.ts';
import type { ModelsAtWork } from './models-at-work.ts';
import { runEvaluation } from './run-evaluation.ts';

interface Given extends ModelsAtWork {
  run: string;
  model: ModelConfig;
  retrain: RetrainConfig;
  dataset: DatasetInfo;
  holdout: Holdout;
  /** Folder of the run. */
  dir: string;
  /** What the trainer left. */
  output: string;
  /** The run that made the champion. */
  championRun: string | null;
  signal: AbortSignal;
}

/** Judges every gate: by numbers in a thread, then what needs the models themselves, the warehouse or the world. */
export async function proveChallenger(
  ctx: RetrainingContext,
  given: Given,
): Promise<{ said: Evidence; result: EvaluationResult; evaluation: RunEvaluation }> {
  const { model, retrain, dataset, holdout, signal } = given;
  const said: Evidence = {
    ...given.said,
    task: model.task,
    times: holdout.times,
    old: holdout.old,
    columns: holdout.columns,
    slices: model.columns.slices,
    minimumRows: retrain.minimumHoldoutRows,
    seed: seedOf(dataset.hash),
  };
  const result = await runEvaluation({ ...said, gates: retrain.gates }, signal);
  signal.throwIfAborted();
  let evaluation = describe(given, said, result, {
    evaluatedAt: iso(ctx.clock.now()),
    labelledShare: (await datasetOf(ctx.store.db, dataset.hash)).labelledShare,
  });
  const gates = result.gates.slice();
  for (const [i, config] of retrain.gates.entries()) {
    const gate = gateOf(config.type);
    if (gate.phase !== 'live') continue;
    evaluation = withGates(evaluation, gates, said);
    gates[i] = await judgeLive(ctx, gate, config, { ...given, said, evaluation, i });
    signal.throwIfAborted();
  }
  return { said, result, evaluation: withGates(evaluation, gates, said) };
}

async function judgeLive(
  ctx: RetrainingContext,
  gate: Extract<Gate, { phase: 'live' }>,
  config: GateConfig,
  given: Omit<Given, 'said'> & { said: Evidence; evaluation: RunEvaluation; i: number },
): Promise<GateResult> {
  const { model, holdout, challenger, champion, evaluation, said: evidence, signal } = given;
  // Made anew: a try before this one may have been cut short.
  const dir = join(given.dir, 'gates', String(given.i));
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  const live = {
    ...{ model, holdout, challenger, champion, evaluation, evidence, dir, signal },
    given: join(given.output, 'explanations.json'),
    championGates: await gatesOf(ctx, given.championRun),
  };
  try {
    return await gate.judge(config as never, {
      ...live,
      ...{ outbound: ctx.outbound, warehouse: ctx.warehouse, now: ctx.clock.now() },
    });
  } catch (error) {
    signal.throwIfAborted();
    // One gate that breaks says nothing of the others.
    ctx.log.warn({ err: error, model: model.name, gate: config.type }, 'a gate could not be judged');
    const statement = `it could not be judged: ${(error as Error).message}`.slice(0, 500);
    return gateResult(config, { verdict: 'inconclusive', reason: 'gate_failed', statement });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** What was found of a version when it was new; nothing where it was not judged here. */
async function gatesOf(ctx: RetrainingContext, run: string | null): Promise<readonly GateResult[]> {
  if (run === null) return [];
  const { db } = ctx.store;
  return evaluationOf(db, run).then(
    ({ evaluation }) => evaluation.gates,
    () => [],
  );
}

/** The results that there are; where no gate is declared, the one that says so. */
function withGates(evaluation: RunEvaluation, found: readonly (GateResult | null)[], said: Evidence): RunEvaluation {
  const known = found.filter((gate) => gate !== null);
  const gates = uniqueNames(found.length === 0 ? [withoutGates(said)] : known);
  return { ...evaluation, gates, verdict: overallVerdict(gates) };
}

function describe(
  { run, model, dataset, challenger, champion, said }: Given,
  evidence: Evidence,
  { usedRows, metrics, calibration }: EvaluationResult,
  known: Pick<RunEvaluation, 'evaluatedAt' | 'labelledShare'>,
): RunEvaluation {
  const rows = evidence.labels.length;
  const oldRows = evidence.old?.reduce((sum, is) => sum + is, 0) ?? 0;
  return {
    schema: 'leeway/evaluation/v1',
    ...{
      run,
      model: model.name,
      task: model.task,
      challenger: challenger.version,
      champion: champion?.version ?? null,
    },
    ...{ withoutChampion: said.withoutChampion, ...known, rows, usedRows },
    regimes: evidence.old
      ? [
          { regime: 'recent', rows: rows - oldRows },
          { regime: 'old', rows: oldRows },
        ]
      : [{ regime: 'recent', rows }],
    ...{ from: dataset.holdoutStart, to: dataset.end },
    ...{ verdict: 'inconclusive', gates: [] },
    metrics: Object.entries(metrics.challenger).map(([metric, own]) => ({
      metric,
      challenger: estimate(own),
      champion: metrics.champion?.[metric] ? estimate(metrics.champion[metric]) : null,
    })),
    calibration,
    notes: notesOf(known.labelledShare, rows, usedRows),
  };
}

const estimate = ({ value, lower, upper, n, reason }: MetricEstimate) => ({
  value,
  lower,
  upper,
  n,
  reason: reason ?? null,
});

/** Share of labels below which the rows that have one may be others than those that will. */
const MATURE = 0.95;

function notesOf(labelledShare: number | null, rows: number, usedRows: number): string[] {
  const notes: string[] = [];
  if (labelledShare !== null && labelledShare < MATURE) {
    notes.push(
      `Labels are known of ${(100 * labelledShare).toFixed(1)} % of the predictions; both versions are scored on the same rows, but those whose labels come late are not among them.`,
    );
  }
  if (usedRows < rows) notes.push(`The tests were done on ${usedRows} of ${rows} rows, taken evenly over time.`);
  return notes;
}

/** Columns of the held-out rows that the gates need beside the features. */
export function gateColumns(gates: readonly GateConfig[], model: ModelConfig): string[] {
  const columns = gates.flatMap((config) => {
    const gate = gateOf(config.type);
    return gate.phase === 'numbers' ? (gate.columns?.(config as never, model) ?? []) : [];
  });
  return [...new Set(columns)];
}

/** 32 bits of the dataset's hash: the same rows are always drawn alike. */
const seedOf = (hash: string): number => Number.parseInt(hash.slice(0, 8), 16);
