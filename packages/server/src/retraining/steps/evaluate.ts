import type { DatasetInfo, ModelConfig } from '@leeway/contract';
import { storeEvaluatedClasses, storeEvaluatedScores } from '../../estimation/store.ts';
import { trainingReference } from '../../monitoring/decide/reference-rows.ts';
import { storeProfiles } from '../../monitoring/reference.ts';
import { moveAliasInTx } from '../../registry/aliases.ts';
import { storeArtifact } from '../../registry/artifacts.ts';
import { CHALLENGER } from '../../registry/decide/alias-name.ts';
import { championOf, registerVersion } from '../../registry/versions.ts';
import { decode } from '../../store/json.ts';
import type { StoreReader, StoreTx } from '../../store/open.ts';
import { classScores } from '../../warehouse/model-tables.ts';
import { type RetrainingContext, SYSTEM } from '../context.ts';
import { heldOutRows } from '../datasets/dataset-files.ts';
import { decideOutcome } from '../decide/decide-outcome.ts';
import type { EvaluationResult } from '../evaluation.ts';
import { keepEvaluation } from '../evaluations.ts';
import type { Metrics } from '../gates/gate.ts';
import { readHoldout } from '../holdout.ts';
import { withModels } from '../models-at-work.ts';
import { gateColumns, proveChallenger } from '../prove-challenger.ts';
import { resolveCandidate, trainingEnvironment } from '../resolve-candidate.ts';
import { runFolder } from '../run-folder.ts';
import { changeRun, type RunRow } from '../runs.ts';
import { promoteChallenger, supersede } from '../verbs/decide-run.ts';
import { retrainingOf } from './prepare.ts';
import { defineStep } from './step.ts';

/** Scores what the trainer left and the champion on the held-out rows, judges, registers and decides. */
export function registerEvaluate(ctx: RetrainingContext): void {
  defineStep(ctx, 'retrain-evaluate', ['evaluating'], async (run, job) => {
    const { model, retrain } = retrainingOf(ctx, run.model);
    const files = runFolder(ctx, run.id);
    const dataset = decode<DatasetInfo>(run.dataset as string);
    const { training, output } = { training: job.payload.training!, output: job.payload.output! };
    const candidate = await resolveCandidate(ctx, { run, training, output, retrain, signal: job.signal });
    const artifact = { ...(await storeArtifact(ctx, candidate.path)), format: candidate.format };
    const champion = await championOf(ctx.store.db, model.name);
    const holdout = await readHoldout(await heldOutRows(ctx, dataset.hash), model, gateColumns(retrain.gates, model));
    const version = await nextVersion(ctx.store.db, model.name);
    const { said, result, evaluation } = await withModels(
      ctx,
      { model, dataset, holdout, candidate, artifact, version, champion },
      (models) =>
        proveChallenger(ctx, {
          ...models,
          ...{ run: run.id, model, retrain, dataset, holdout, dir: files.dir, signal: job.signal },
          ...{ output: files.output(job.payload.output!), championRun: champion?.run ?? null },
        }),
    );
    job.signal.throwIfAborted();

    // Before the version is known to anybody: a reference that is read without this profile would stay without it.
    await storeProfile(ctx, model, version, dataset, result);
    const at = Date.parse(dataset.holdoutStart);
    await storeEvaluatedScores(ctx.warehouse, model, version, at, said.labels, said.challenger);
    await storeEvaluatedClasses(ctx.warehouse, model, version, at, said);
    const { state, decision } = decideOutcome(retrain.approval, evaluation.gates, { first: champion === null });
    return async (tx) => {
      const changed = await changeRun(ctx, tx, run, state, {
        champion: champion?.version ?? null,
        challenger: version,
        gates: evaluation.gates,
        decision,
      });
      if (!changed) return;
      await keepEvaluation(tx, evaluation);
      if ((await championOf(tx, model.name))?.version !== champion?.version) {
        throw new Error('another version was promoted during the evaluation; it is done again');
      }
      const registered = await registerVersion(tx, {
        model: model.name,
        createdAt: ctx.clock.now(),
        createdBy: SYSTEM,
        run: run.id,
        parent: champion?.version ?? null,
        dataset,
        metrics: valuesOf(result.metrics.challenger),
        params: decode(run.params),
        ...(await trainingEnvironment(files.output(output))),
        artifact,
      });
      if (registered !== version) throw new Error(`${version} was registered meanwhile; the evaluation is done again`);
      await announce(ctx, tx, run, version, artifact.hash);
      if (state === 'promoted') await promoteChallenger(ctx, tx, changed, SYSTEM, decision);
      else if (state === 'awaiting_approval') await supersede(ctx, tx, changed);
    };
  });
}

const valuesOf = (metrics: Metrics): Record<string, number | null> =>
  Object.fromEntries(Object.entries(metrics).map(([id, { value }]) => [id, value]));

async function nextVersion(db: StoreReader, model: string): Promise<string> {
  const last = await db
    .selectFrom('versions')
    .select((e) => e.fn.max('number').as('number'))
    .where('model', '=', model)
    .executeTakeFirst();
  return `v${Number(last?.number ?? 0) + 1}`;
}

/** Keeps the profile of the challenger's scores as part of its reference, so that they can be watched from its first day. */
async function storeProfile(
  ctx: RetrainingContext,
  model: ModelConfig,
  version: string,
  { holdoutStart }: DatasetInfo,
  { profile: { of, summary }, classProfiles }: EvaluationResult,
): Promise<void> {
  if (summary.count === 0) return;
  const { score, prediction } = model.columns;
  // Watched is the score where the model declares one, and its prediction otherwise; another column would be of no use.
  const column = score ?? prediction;
  if ((of === 'score') !== (score !== undefined)) return;
  const at = Date.parse(holdoutStart);
  const where = { reference: trainingReference(version), version: '', from: at, to: at };
  const ofClasses = classScores(model).flatMap(([name, column]) => {
    const summary = classProfiles.get(name);
    return summary ? [{ slice: '', column, summary }] : [];
  });
  await storeProfiles(ctx, model, where, [{ slice: '', column, summary }, ...ofClasses]);
}

async function announce(
  ctx: RetrainingContext,
  tx: StoreTx,
  run: RunRow,
  version: string,
  artifact: string,
): Promise<void> {
  const { model } = run;
  await moveAliasInTx(ctx, tx, { model, alias: CHALLENGER, version, actor: SYSTEM, reason: `run ${run.id}` });
  await ctx.audit.append(tx, SYSTEM, 'version.register', model, { version, run: run.id, artifact });
  await ctx.events.emit(tx, 'version.registered', model, { version, run: run.id });
}
