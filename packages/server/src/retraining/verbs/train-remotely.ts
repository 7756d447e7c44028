import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatasetInfo, durationMs, LeewayError, type ModelConfig, type TrainingInfo } from '@leeway/contract';
import { modelOf } from '../../context.ts';
import { iso } from '../../platform/clock.ts';
import { receiveFile } from '../../platform/receive-file.ts';
import { fetchArtifact } from '../../registry/artifacts.ts';
import { championOf } from '../../registry/versions.ts';
import { hashFile } from '../../storage/hash-file.ts';
import { decode, encode } from '../../store/json.ts';
import { withLines } from '../advance.ts';
import type { RetrainingContext } from '../context.ts';
import { bringTrainingFiles } from '../datasets/dataset-files.ts';
import { datasetOf } from '../datasets/dataset-records.ts';
import { changeExecution, type ExecutionRow, executionRow } from '../executions.ts';
import { asPrepared } from '../preprocessing/prepared-model.ts';
import type { NamedCandidate } from '../resolve-candidate.ts';
import { runFolder } from '../run-folder.ts';
import { type RunRow, runRow } from '../runs.ts';
import { schemaOf } from '../ticket.ts';

/** What the trainer of a training may read and say, by the token that it was given. */

interface Open {
  row: ExecutionRow;
  run: RunRow;
  model: ModelConfig;
}

/** @throws LeewayError `training_over` where nothing is read or taken any more. */
async function openTraining(ctx: RetrainingContext, key: string): Promise<Open> {
  const row = await executionRow(ctx.store.db, key);
  const run = await runRow(ctx.store.db, row.run);
  if (row.endedAt !== null) throw new LeewayError('training_over', `training ${key} is ${row.state}`);
  if (run.state !== 'training') throw new LeewayError('training_over', `its run ${run.id} is ${run.state}`);
  return { row, run, model: modelOf(ctx, run.model) };
}

export const TRAINING_FILES = ['train.parquet', 'holdout.parquet', 'schema.json', 'champion'] as const;
export type TrainingFile = (typeof TRAINING_FILES)[number];

/** Where a file lies that a trainer may read. @throws LeewayError `not_found`. */
export async function trainingFile(ctx: RetrainingContext, key: string, name: TrainingFile): Promise<string> {
  const { run, model } = await openTraining(ctx, key);
  return pathOf(ctx, run, model, name);
}

async function pathOf(ctx: RetrainingContext, run: RunRow, model: ModelConfig, name: TrainingFile): Promise<string> {
  const files = runFolder(ctx, run.id);
  if (name === 'train.parquet') return files.train;
  if (name === 'holdout.parquet') return files.holdout;
  if (name === 'schema.json') return files.schema;
  const champion = model.retrain?.warmStart ? await championOf(ctx.store.db, model.name) : null;
  if (!champion) throw new LeewayError('not_found', `${model.name} has no champion to start from`);
  return fetchArtifact(ctx, champion.artifact.hash);
}

/** All that a trainer must know. */
export async function describeTraining(ctx: RetrainingContext, key: string): Promise<TrainingInfo> {
  const { row, run, model } = await openTraining(ctx, key);
  const record = await datasetOf(ctx.store.db, decode<DatasetInfo>(run.dataset as string).hash);
  // Another replica may have made the files.
  await bringTrainingFiles(ctx, run.id, record);
  const { task, positive, label, features } = schemaOf(asPrepared(model, record.fitted));
  const address = (name: string) => `${ctx.publicUrl()}/api/v1/trainings/${key}/files/${name}`;
  const file = async (name: TrainingFile) => {
    const path = await pathOf(ctx, run, model, name);
    return { url: address(name), sha256: await hashFile(path), bytes: (await stat(path)).size };
  };
  const dataset = decode<DatasetInfo>(run.dataset as string);
  const champion = model.retrain?.warmStart ? await championOf(ctx.store.db, model.name) : null;
  return {
    run: run.id,
    training: key,
    model: model.name,
    task,
    reason: run.reason,
    trial: row.trial,
    params: decode(row.params),
    label,
    positive: task === 'binary' ? positive : null,
    features,
    data: {
      train: { ...(await file('train.parquet')), rows: dataset.trainRows },
      holdout: { ...(await file('holdout.parquet')), rows: dataset.holdoutRows },
      schema: await file('schema.json'),
    },
    champion: champion && {
      version: champion.version,
      format: champion.artifact.format,
      url: address('champion'),
      sha256: champion.artifact.hash,
      bytes: champion.artifact.bytes,
    },
    deadline: iso(row.createdAt + durationMs(model.retrain?.executor.timeout ?? '1h')),
  };
}

export interface Progress {
  progress?: number | undefined;
  message?: string | undefined;
  metrics?: Record<string, number | null> | undefined;
  lines?: string[] | undefined;
}

/** Takes down how far a training is. */
export async function noteProgress(ctx: RetrainingContext, key: string, given: Progress): Promise<void> {
  const { row, model } = await openTraining(ctx, key);
  const { progress, message, metrics, lines = [] } = given;
  await changeExecution(ctx, row, model.name, {
    ...(progress === undefined ? {} : { progress }),
    ...(message === undefined ? {} : { message }),
    ...(metrics ? { metrics: encode({ ...decode<object>(row.metrics), ...metrics }) } : {}),
    ...(lines.length > 0 ? { log: withLines(row.log, lines, []) } : {}),
  });
}

/** A relative path of plain names: nothing that could lead out of the folder. */
const OUTPUT_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*){0,7}$/;

/** Keeps a file that a trainer leaves. */
export async function storeOutput(
  ctx: RetrainingContext,
  key: string,
  name: string,
  stream: AsyncIterable<Buffer>,
  sha256: string | undefined,
): Promise<{ name: string; bytes: number; sha256: string }> {
  if (!OUTPUT_NAME.test(name) || name.length > 200) {
    throw new LeewayError(
      'invalid_request',
      `the file name "${name}"; expected letters, digits, ".", "_" and "-", in at most 8 parts`,
    );
  }
  const { row, run } = await openTraining(ctx, key);
  const path = join(runFolder(ctx, run.id).output(row.output), name);
  const mostBytes = ctx.config().server.maxArtifactBytes;
  return { name, ...(await receiveFile(stream, path, { mostBytes, sha256 })) };
}

export interface Completion {
  state: 'succeeded' | 'failed';
  metrics?: Record<string, number | null> | undefined;
  message?: string | undefined;
  candidate?: NamedCandidate | undefined;
  logUrl?: string | undefined;
}

/**
 * How a training ended, in the trainer's own words. The first word counts: the same again is taken for it.
 * @throws LeewayError `training_over` when another came before, or its time was up.
 */
export async function completeTraining(ctx: RetrainingContext, key: string, given: Completion): Promise<void> {
  const { state, metrics = {}, message, candidate, logUrl } = given;
  await ctx.store.db.transaction().execute(async (tx) => {
    const row = await executionRow(tx, key);
    if (row.endedAt !== null) {
      if (row.state === state && row.native === 'reported') return;
      throw new LeewayError('training_over', `training ${key} is ${row.state} already`);
    }
    const run = await runRow(tx, row.run);
    if (run.state !== 'training') throw new LeewayError('training_over', `its run ${run.id} is ${run.state}`);
    await tx
      .updateTable('executions')
      .set({
        state,
        native: 'reported',
        endedAt: ctx.clock.now(),
        metrics: encode({ ...decode<object>(row.metrics), ...metrics }),
        progress: state === 'succeeded' ? 1 : row.progress,
        ...(message === undefined ? {} : { message }),
        ...(state === 'failed' ? { reason: message ?? 'the trainer says that it failed' } : {}),
        ...(candidate ? { candidate: encode(candidate) } : {}),
        ...(logUrl ? { url: logUrl } : {}),
      })
      .where('id', '=', key)
      .where('endedAt', 'is', null)
      .execute();
    await ctx.events.emit(tx, 'run.changed', run.model, { run: run.id, training: key, state });
    await ctx.jobs.hasten(tx, 'retrain-train', run.id);
  });
}
