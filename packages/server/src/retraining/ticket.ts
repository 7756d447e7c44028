import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelConfig, RetrainConfig } from '@leeway/contract';
import { fetchArtifact } from '../registry/artifacts.ts';
import { championOf } from '../registry/versions.ts';
import type { RetrainingContext } from './context.ts';
import type { ExecutionRow } from './executions.ts';
import type { Executor, Ticket } from './executors/executor.ts';
import { runFolder } from './run-folder.ts';
import type { RunRow } from './runs.ts';
import { trainingToken } from './training-token.ts';

/** What a trainer is told of the columns of its data. */
export function schemaOf({ task, columns }: ModelConfig) {
  const features = Object.fromEntries(Object.entries(columns.features).map(([name, { type }]) => [name, { type }]));
  return { task, positive: columns.positive, label: 'label', features };
}

export const writeSchema = (ctx: RetrainingContext, run: string, model: ModelConfig): Promise<void> =>
  writeFile(runFolder(ctx, run).schema, JSON.stringify(schemaOf(model)));

/** The training contract of one training. Files are named to those alone who can see them. */
export async function ticketOf(
  ctx: RetrainingContext,
  given: {
    run: RunRow;
    row: ExecutionRow;
    model: ModelConfig;
    executor: Executor;
    retrain: RetrainConfig;
    deadline: number;
  },
): Promise<Ticket> {
  const { run, row, model, executor, retrain, deadline } = given;
  const files = runFolder(ctx, run.id);
  const champion = retrain.warmStart ? await championOf(ctx.store.db, model.name) : null;
  const path = (file: string) => (executor.remote ? '' : file);
  return {
    key: row.id,
    run: run.id,
    model: model.name,
    trial: row.trial,
    reason: run.reason,
    env: {
      LEEWAY_RUN_ID: run.id,
      LEEWAY_TRAINING: row.id,
      LEEWAY_MODEL: model.name,
      LEEWAY_REASON: run.reason,
      LEEWAY_TRIAL: String(row.trial),
      LEEWAY_TRAIN_DATA: path(files.train),
      LEEWAY_HOLDOUT_DATA: path(files.holdout),
      LEEWAY_SCHEMA: path(files.schema),
      LEEWAY_CHAMPION: champion && !executor.remote ? await fetchArtifact(ctx, champion.artifact.hash) : '',
      LEEWAY_CHAMPION_VERSION: champion?.version ?? '',
      LEEWAY_PARAMS: row.params,
      LEEWAY_OUTPUT: path(files.output(row.output)),
      LEEWAY_URL: ctx.publicUrl(),
    },
    token: await trainingToken(ctx, row.id, deadline),
    dir: join(files.dir, `training-${row.trial}`),
    attempt: row.attempts,
    createdAt: row.createdAt,
    deadline,
  };
}
