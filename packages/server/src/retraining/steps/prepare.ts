import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type DatasetInfo, durationMs, LeewayError, type ModelConfig, type RetrainConfig } from '@leeway/contract';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { modelOf } from '../../context.ts';
import { iso } from '../../platform/clock.ts';
import { featureColumn, labelledRows } from '../../warehouse/model-tables.ts';
import { identifier, instant } from '../../warehouse/warehouse.ts';
import type { RetrainingContext } from '../context.ts';
import { decideVeto } from '../decide/decide-trigger.ts';
import { runFolder } from '../run-folder.ts';
import { changeRun, type RunRow } from '../runs.ts';
import { openQualityAlerts } from '../verbs/start-run.ts';
import { defineStep, enqueueStep } from './step.ts';

/** Makes the dataset of a run: the latest labelled rows, the newest of them held out. */
export function registerPrepare(ctx: RetrainingContext): void {
  defineStep(ctx, 'retrain-prepare', ['queued', 'preparing'], async (queued, job) => {
    const { model, retrain } = retrainingOf(ctx, queued.model);
    const run = await begin(ctx, queued, retrain);
    if (run?.state !== 'preparing') return undefined;
    const dataset = await exportDataset(ctx, model, retrain, run.id);
    job.signal.throwIfAborted();
    return async (tx) => {
      const changed = await changeRun(ctx, tx, run, 'training', { dataset });
      if (!changed) return;
      await enqueueStep(ctx, tx, 'retrain-train', { run: run.id, model: model.name });
    };
  });
}

export function retrainingOf(ctx: RetrainingContext, name: string): { model: ModelConfig; retrain: RetrainConfig } {
  const model = modelOf(ctx, name);
  if (model.retrain) return { model, retrain: model.retrain };
  throw new LeewayError('config_invalid', `${name} has no "retrain" section any more`);
}

/** Begins to prepare; what broke since the run was asked for vetoes it still. */
function begin(ctx: RetrainingContext, run: RunRow, retrain: RetrainConfig): Promise<RunRow | null> {
  if (run.state !== 'queued') return Promise.resolve(run);
  return ctx.store.db.transaction().execute(async (tx) => {
    const veto = decideVeto(retrain, await openQualityAlerts(tx, run.model));
    if (!veto) return changeRun(ctx, tx, run, 'preparing');
    const error = { code: veto.code, detail: veto.reason };
    return changeRun(ctx, tx, run, 'vetoed', { decision: `vetoed: ${veto.reason}`, error });
  });
}

/** Names of columns that every dataset has. */
const OWN_COLUMNS = ['id', 'time', 'label'];

async function exportDataset(
  ctx: RetrainingContext,
  model: ModelConfig,
  retrain: RetrainConfig,
  run: string,
): Promise<DatasetInfo> {
  const taken = Object.keys(model.columns.features).filter((name) => OWN_COLUMNS.includes(name));
  if (taken.length > 0) {
    throw new LeewayError(
      'config_invalid',
      `${model.name} has features named ${taken.join(', ')}; datasets have columns of their own of that name`,
    );
  }
  const files = runFolder(ctx, run);
  const window = durationMs(retrain.data.window);
  const asOf = ctx.clock.now();
  const newest = await newestLabelled(ctx, model, { from: asOf - 2 * window, to: asOf + 1, asOf });
  if (newest === null) {
    throw new LeewayError('too_few_rows', `${model.name} has no labelled row of the last ${retrain.data.window}`);
  }
  // Counted back from the newest label, so that labels which are always late leave as much to train on.
  const end = newest + 1;
  const start = end - window;
  const holdoutStart = Math.max(start, end - durationMs(retrain.data.holdout));
  const trainRows = await exportRows(ctx, model, files.train, { from: start, to: holdoutStart, asOf });
  const holdoutRows = await exportRows(ctx, model, files.holdout, { from: holdoutStart, to: end, asOf });
  if (trainRows < retrain.data.minimumRows) {
    await rm(files.dir, { recursive: true, force: true });
    throw new LeewayError(
      'too_few_rows',
      `${trainRows} labelled rows of ${model.name} from ${iso(start)} to ${iso(holdoutStart)}, ` +
        `retrain.data.minimumRows is ${retrain.data.minimumRows}`,
    );
  }
  const hash = await hashFiles([files.train, files.holdout]);
  return { hash, start: iso(start), holdoutStart: iso(holdoutStart), end: iso(end), trainRows, holdoutRows };
}

interface Span {
  from: number;
  to: number;
  asOf: number;
}

const bind = ({ from, to, asOf }: Span) => ({ from: instant(from), to: instant(to), asOf: instant(asOf) });

/** SQL of the rows that one can learn from, as `rows`. */
function learnable(model: ModelConfig): string {
  const label = model.task === 'regression' ? 'label IS NOT NULL AND isFinite(label)' : 'label IS NOT NULL';
  return `(SELECT * FROM ${labelledRows(model, "role IN ('live', 'history') AND error = ''")} WHERE ${label}) AS rows`;
}

async function newestLabelled(ctx: RetrainingContext, model: ModelConfig, span: Span): Promise<number | null> {
  const [row] = await ctx.warehouse.query<{ rows: number; newest: number }>(
    `SELECT count() AS rows, toUnixTimestamp64Milli(max(rows.time)) AS newest FROM ${learnable(model)}`,
    bind(span),
    'retrain/newest',
  );
  return row && row.rows > 0 ? Number(row.newest) : null;
}

/** Writes the rows of a time in an order that never varies, each id once, and tells how many there are. */
async function exportRows(ctx: RetrainingContext, model: ModelConfig, path: string, span: Span): Promise<number> {
  const features = Object.keys(model.columns.features).map(
    (name) => `rows.${featureColumn(name)} AS ${identifier(name)}`,
  );
  await ctx.warehouse.exportParquet(
    path,
    `SELECT ${['rows.id AS id', 'rows.time AS time', ...features, 'rows.label AS label'].join(', ')}
     FROM ${learnable(model)} ORDER BY rows.time, rows.id, rows.role, rows.version LIMIT 1 BY rows.id`,
    bind(span),
    'retrain/export',
  );
  const { num_rows } = await parquetMetadataAsync(await asyncBufferFromFile(path));
  return Number(num_rows);
}

async function hashFiles(paths: string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
