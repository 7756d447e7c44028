import { type DatasetInfo, LeewayError, type ModelConfig, type VersionInfo } from '@leeway/contract';
import { storeEvaluatedClasses, storeEvaluatedScores } from '../../estimation/store.ts';
import type { Prediction } from '../../gateway/runtime.ts';
import { trainingReference } from '../../monitoring/decide/reference-rows.ts';
import { storeProfiles } from '../../monitoring/reference.ts';
import { artifactPath, storeArtifact } from '../../registry/artifacts.ts';
import { championOf, registerVersion } from '../../registry/versions.ts';
import { decode } from '../../store/json.ts';
import type { StoreReader, StoreTx } from '../../store/open.ts';
import { classScores } from '../../warehouse/model-tables.ts';
import { type Candidate, findCandidate } from '../candidate.ts';
import { type RetrainingContext, SYSTEM } from '../context.ts';
import { decideOutcome } from '../decide/decide-outcome.ts';
import type { EvaluationInput, EvaluationResult, Said } from '../evaluation.ts';
import { type Holdout, readHoldout, readPredictions, scoreHoldout } from '../holdout.ts';
import { runEvaluation } from '../run-evaluation.ts';
import { runFolder } from '../run-folder.ts';
import { changeRun, type RunRow } from '../runs.ts';
import { CHALLENGER, promoteChallenger, supersede } from '../verbs/decide-run.ts';
import { retrainingOf } from './prepare.ts';
import { defineStep } from './step.ts';

/** Scores what the trainer left and the champion on the held-out rows, judges, registers and decides. */
export function registerEvaluate(ctx: RetrainingContext): void {
  defineStep(ctx, 'retrain-evaluate', ['evaluating'], async (run, job) => {
    const { model, retrain } = retrainingOf(ctx, run.model);
    const files = runFolder(ctx, run.id);
    const dataset = decode<DatasetInfo>(run.dataset as string);
    const candidate = await findCandidate(files.output(job.payload.output!));
    const artifact = { ...(await storeArtifact(ctx, candidate.path)), format: candidate.format };
    const champion = await championOf(ctx.store.db, model.name);
    const holdout = await readHoldout(files.holdout, model);
    const said = await sayings(ctx, model, holdout, candidate, artifactPath(ctx, artifact.hash), champion);
    const result = await runEvaluation(
      { ...said, gates: retrain.gates, minimumRows: retrain.minimumHoldoutRows, seed: seedOf(dataset.hash) },
      job.signal,
    );
    job.signal.throwIfAborted();

    // Before the version is known to anybody: a reference that is read without this profile would stay without it.
    const version = await nextVersion(ctx.store.db, model.name);
    await storeProfile(ctx, model, version, dataset, result);
    const at = Date.parse(dataset.holdoutStart);
    await storeEvaluatedScores(ctx.warehouse, model, version, at, said.labels, said.challenger);
    await storeEvaluatedClasses(ctx.warehouse, model, version, at, said);
    const { state, decision } = decideOutcome(retrain.approval, result.gates);
    return async (tx) => {
      const changed = await changeRun(ctx, tx, run, state, {
        champion: champion?.version ?? null,
        challenger: version,
        gates: result.gates,
        decision,
      });
      if (!changed) return;
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
        metrics: result.metrics,
        params: retrain.params,
        artifact,
      });
      if (registered !== version) throw new Error(`${version} was registered meanwhile; the evaluation is done again`);
      await announce(ctx, tx, run, version, artifact.hash);
      if (state === 'promoted') await promoteChallenger(ctx, tx, changed, SYSTEM, decision);
      else if (state === 'awaiting_approval') await supersede(ctx, tx, changed);
    };
  });
}

/** What both models say of the held-out rows, as numbers. */
async function sayings(
  ctx: RetrainingContext,
  model: ModelConfig,
  holdout: Holdout,
  candidate: Candidate,
  path: string,
  champion: VersionInfo | null,
): Promise<Omit<EvaluationInput, 'gates' | 'minimumRows' | 'seed'>> {
  const coding = new Coding(model, holdout);
  const challenger = await orBroken(async () =>
    coding.encode(
      candidate.predictions
        ? await readPredictions(candidate.predictions, model, holdout)
        : await scoreWith(ctx, model, holdout, path),
    ),
  );
  const ofChampion =
    champion && (await scoreChampion(ctx, model, holdout, champion, (scores) => coding.encode(scores)));
  return {
    task: model.task,
    labels: coding.labels,
    classes: coding.classes,
    days: holdout.days,
    challenger,
    champion: ofChampion,
    withoutChampion: ofChampion ? null : champion ? 'champion_not_scored' : 'no_champion',
  };
}

async function scoreWith(
  ctx: RetrainingContext,
  model: ModelConfig,
  holdout: Holdout,
  path: string,
): Promise<Prediction> {
  const scorer = await ctx.loadScorer(path, model);
  try {
    return await scoreHoldout(scorer, model, holdout);
  } finally {
    await scorer.close();
  }
}

async function orBroken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const detail = error instanceof LeewayError ? error.detail : (error as Error).message;
    throw new LeewayError('broken_model', detail, { cause: error });
  }
}

/** What the champion says; null where it cannot be run here, so that nothing is compared and nothing passes. */
async function scoreChampion(
  ctx: RetrainingContext,
  model: ModelConfig,
  holdout: Holdout,
  champion: VersionInfo,
  encode: (scores: Prediction) => Said,
): Promise<Said | null> {
  if (champion.artifact.format !== 'onnx') return null;
  try {
    return encode(await scoreWith(ctx, model, holdout, artifactPath(ctx, champion.artifact.hash)));
  } catch (error) {
    ctx.log.warn({ err: error, model: model.name, version: champion.version }, 'the champion could not be scored');
    return null;
  }
}

/** Turns labels and predictions into numbers: of a binary model 1 for positive, of others the position of the class. */
class Coding {
  readonly labels: Float64Array;
  readonly classes: string[];
  readonly #task: ModelConfig['task'];
  readonly #codes: Map<string, number>;

  constructor({ task, columns: { positive } }: ModelConfig, { label }: Holdout) {
    this.#task = task;
    const names = label.kind === 'numeric' ? [] : label.categories.toSorted();
    // A binary model has the code 0 for whatever its other class is called: the first other name that comes.
    this.classes = task === 'binary' ? ['', positive] : names;
    this.#codes = new Map(this.classes.map((name, code) => [name, code]));
    this.labels =
      label.kind === 'numeric'
        ? label.values
        : Float64Array.from(label.codes, (code) => this.#code(label.categories[code] ?? ''));
  }

  /** @throws Error when a prediction is no class of the model, or no number. */
  encode({ prediction, score, scores: ofClasses }: Prediction): Said {
    const predicted =
      prediction instanceof Float64Array ? prediction : Float64Array.from(prediction, (said) => this.#code(said));
    for (const [name, values] of [
      ['prediction', predicted],
      ['score', score],
      ...Array.from(ofClasses ?? [], ([name, values]) => [`probability of ${name}`, values] as const),
    ] as const) {
      const bad = values?.findIndex((value) => !Number.isFinite(value)) ?? -1;
      if (bad >= 0) throw new Error(`the ${name} of held-out row ${bad} is ${values![bad]}, expected a finite number`);
    }
    return { predicted, scores: this.#task === 'binary' ? score : null, ofClasses };
  }

  #code(name: string): number {
    const known = this.#codes.get(name);
    if (known !== undefined) return known;
    if (this.#task !== 'binary') return this.#add(name, this.classes.length);
    if (this.classes[0] === '') return this.#add(name, 0);
    throw new Error(`it says "${name}", but the classes are "${this.classes[0]}" and "${this.classes[1]}"`);
  }

  #add(name: string, code: number): number {
    this.classes[code] = name;
    this.#codes.set(name, code);
    return code;
  }
}

/** 32 bits of the dataset's hash: the same rows are always drawn alike. */
const seedOf = (hash: string): number => Number.parseInt(hash.slice(0, 8), 16);

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
  const since = ctx.clock.now();
  await tx
    .insertInto('aliases')
    .values({ model, alias: CHALLENGER, version, since })
    .onConflict((c) => c.columns(['model', 'alias']).doUpdateSet({ version, since }))
    .execute();
  await ctx.audit.append(tx, SYSTEM, 'version.register', model, { version, run: run.id, artifact });
  await ctx.events.emit(tx, 'version.registered', model, { version, run: run.id });
}
