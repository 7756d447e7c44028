import { stat, writeFile } from 'node:fs/promises';
import { durationMs, LeewayError, type ModelConfig, type RetrainConfig } from '@leeway/contract';
import { redact } from '../../notify/secret.ts';
import type { ProgramExit } from '../../platform/run-program.ts';
import { artifactPath } from '../../registry/artifacts.ts';
import { championOf } from '../../registry/versions.ts';
import type { RetrainingContext } from '../context.ts';
import { executorOf } from '../executors/index.ts';
import { dropOldFolders, freshOutput, runFolder } from '../run-folder.ts';
import { changeRun, type RunRow } from '../runs.ts';
import { retrainingOf } from './prepare.ts';
import { defineStep, enqueueStep } from './step.ts';

const MOST_LINES = 200;
const MOST_LINE_LENGTH = 2_000;
/** Lines of the log that an error tells. */
const TOLD_LINES = 10;
/** How often the log of a trainer that runs is written down, and a run that another replica cancelled is noticed. */
const LOOK_MS = 2_000;

/** Runs the trainer. A step that is repeated begins anew in a fresh output folder. */
export function registerTrain(ctx: RetrainingContext): void {
  defineStep(ctx, 'retrain-train', ['training'], async (run, job) => {
    const { model, retrain } = retrainingOf(ctx, run.model);
    const { executor, options } = executorOf(retrain.executor);
    const files = runFolder(ctx, run.id);
    await stat(files.train); // gone with the disk of another replica, perhaps: to be tried again, there
    await dropOldFolders(ctx, ctx.store.db, model.name);
    const output = await freshOutput(files.dir);
    const env = await environment(ctx, run, model, retrain, output);
    const log = new TrainerLog(ctx, run.id, executor.secrets?.(options) ?? []);

    const stop = new AbortController();
    const stopWith = (reason: unknown) => stop.abort(reason);
    const timeout = new LeewayError('trainer_timeout', `stopped after ${retrain.executor.timeout}`);
    const timer = setTimeout(() => stopWith(timeout), durationMs(retrain.executor.timeout));
    const serverStops = () => stopWith(job.signal.reason);
    job.signal.addEventListener('abort', serverStops, { once: true });
    if (job.signal.aborted) serverStops();
    const look = () =>
      void stillTraining(ctx, run.id).then(
        (still) => still || stopWith(CANCELLED),
        () => {},
      );
    const looker = setInterval(() => {
      look();
      log.flush().catch(() => {});
    }, LOOK_MS);
    const unlisten = ctx.events.onNudge(look);

    let exit: ProgramExit;
    try {
      exit = await executor.run({ dir: files.dir, env, options, signal: stop.signal, onLog: (line) => log.add(line) });
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      exit = { exitCode: null, signal: null };
    } finally {
      clearTimeout(timer);
      clearInterval(looker);
      unlisten();
      job.signal.removeEventListener('abort', serverStops);
      await log.flush();
    }
    if (stop.signal.reason === CANCELLED) return undefined;
    if (stop.signal.reason === timeout) throw log.explain('trainer_timeout', timeout.detail);
    if (stop.signal.aborted) throw stop.signal.reason;
    if (exit.exitCode !== 0) {
      throw log.explain('trainer_failed', exit.signal ? `ended by ${exit.signal}` : `exit status ${exit.exitCode}`);
    }
    return async (tx) => {
      const changed = await changeRun(ctx, tx, run, 'evaluating', { log: log.text() });
      if (changed) await enqueueStep(ctx, tx, 'retrain-evaluate', { run: run.id, model: model.name, output });
    };
  });
}

const CANCELLED = Symbol('the run was cancelled');

async function stillTraining(ctx: RetrainingContext, id: string): Promise<boolean> {
  const row = await ctx.store.db.selectFrom('runs').select('state').where('id', '=', id).executeTakeFirst();
  return row?.state === 'training';
}

/** The environment of the training contract; without LEEWAY_TOKEN, since a local trainer answers by its files alone. */
async function environment(
  ctx: RetrainingContext,
  run: RunRow,
  model: ModelConfig,
  retrain: RetrainConfig,
  output: string,
): Promise<Record<string, string>> {
  const files = runFolder(ctx, run.id);
  const { task, columns } = model;
  const features = Object.fromEntries(Object.entries(columns.features).map(([name, { type }]) => [name, { type }]));
  await writeFile(files.schema, JSON.stringify({ task, positive: columns.positive, label: 'label', features }));
  const champion = await championOf(ctx.store.db, model.name);
  return {
    LEEWAY_RUN_ID: run.id,
    LEEWAY_MODEL: model.name,
    LEEWAY_REASON: run.reason,
    LEEWAY_TRAIN_DATA: files.train,
    LEEWAY_HOLDOUT_DATA: files.holdout,
    LEEWAY_CHAMPION: champion ? artifactPath(ctx, champion.artifact.hash) : '',
    LEEWAY_CHAMPION_VERSION: champion?.version ?? '',
    LEEWAY_PARAMS: JSON.stringify(retrain.params),
    LEEWAY_OUTPUT: files.output(output),
    LEEWAY_URL: ctx.publicUrl(),
    LEEWAY_SCHEMA: files.schema,
  };
}

/** The last lines of a trainer, without secrets. */
class TrainerLog {
  readonly #ctx: RetrainingContext;
  readonly #run: string;
  readonly #secrets: string[];
  #lines: string[] = [];
  #written = true;

  constructor(ctx: RetrainingContext, run: string, secrets: string[]) {
    this.#ctx = ctx;
    this.#run = run;
    this.#secrets = secrets;
  }

  add(line: string): void {
    this.#lines.push(redact(line.slice(0, MOST_LINE_LENGTH), this.#secrets));
    if (this.#lines.length > 2 * MOST_LINES) this.#lines = this.#lines.slice(-MOST_LINES);
    this.#written = false;
  }

  text(): string {
    return this.#lines.slice(-MOST_LINES).join('\n');
  }

  async flush(): Promise<void> {
    if (this.#written) return;
    this.#written = true;
    await this.#ctx.store.db.updateTable('runs').set({ log: this.text() }).where('id', '=', this.#run).execute();
  }

  explain(code: 'trainer_failed' | 'trainer_timeout', what: string): LeewayError {
    const last = this.#lines.slice(-TOLD_LINES).join('\n');
    return new LeewayError(code, last === '' ? `${what}; it wrote nothing` : `${what}; its last lines:\n${last}`);
  }
}
