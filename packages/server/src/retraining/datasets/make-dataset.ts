import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Dataset,
  type DatasetFile,
  type DatasetInfo,
  type DatasetPart,
  type DatasetQuery,
  durationMs,
  type FittedPreprocessing,
  LeewayError,
  type ModelConfig,
  type PreprocessingConfig,
  type RetrainConfig,
} from '@leeway/contract';
import { lastRevision } from '../../config/revisions.ts';
import { iso } from '../../platform/clock.ts';
import { championOf } from '../../registry/versions.ts';
import { featureColumn, recordedColumns } from '../../warehouse/model-tables.ts';
import type { RetrainingContext } from '../context.ts';
import { fitPreprocessing } from '../preprocessing/fit-preprocessing.ts';
import { applySql, type Expressions, rawExpressions } from '../preprocessing/preprocessing-sql.ts';
import { lastChange } from './change-point.ts';
import { checkDataset, type TrainSummaries } from './check-dataset.ts';
import { HOLDOUT_FILE, hasFiles, LABELS_FILE, storeDatasetFile, TRAIN_FILE } from './dataset-files.ts';
import { findDataset, foundBefore } from './dataset-records.ts';
import { exportPart, labelledTimes, measurePart, regimeSql, type Stage, weightSql, withStage } from './dataset-rows.ts';
import { decideWindow, reachMs, trainingWindow } from './decide-window.ts';

export interface MadeDataset {
  info: DatasetInfo;
  dataset: Dataset;
  /** Of a dataset that is new on record. */
  summaries: TrainSummaries | null;
}

/** Names of columns that datasets have besides the model's. */
const OWN_COLUMNS = ['id', 'time', 'label', 'weight', 'regime'];

/** Makes the dataset of a run, checks it and keeps its files. Rows that were a dataset before are not written again. */
export async function makeDataset(
  ctx: RetrainingContext,
  model: ModelConfig,
  { data }: RetrainConfig,
  run: string,
): Promise<MadeDataset> {
  const query = await decideQuery(ctx, model, data);
  return withStage(ctx.warehouse, query, run, async (stage) => {
    const train = await measurePart(ctx.warehouse, query, 'train', stage.train);
    const holdout = await measurePart(ctx.warehouse, query, 'holdout', stage.holdout);
    if (train.rows < data.minimumRows) {
      throw new LeewayError(
        'too_few_rows',
        `${train.rows} labelled rows of ${model.name} from ${query.train.from} to ${query.train.to}, ` +
          `retrain.data.minimumRows is ${data.minimumRows}`,
      );
    }
    const preprocessing = data.preprocessing ?? null;
    const hash = hashOf(query, preprocessing, { train, holdout });
    const info: DatasetInfo = {
      ...{ hash, start: query.train.from, holdoutStart: query.recent.from, end: query.recent.to },
      ...{ trainRows: train.rows, holdoutRows: holdout.rows },
    };
    const known = await findDataset(ctx.store.db, hash);
    if (known && (await hasFiles(ctx, known))) return { info, dataset: known, summaries: null };
    const champion = await championOf(ctx.store.db, model.name);
    const before = champion?.dataset ? await foundBefore(ctx.store.db, champion.dataset.hash) : null;
    const { findings, summaries } = await checkDataset(ctx.warehouse, model, query, stage, before);
    const fitted = known?.fitted ?? (preprocessing && (await fit(ctx, query, stage, preprocessing)));
    const files = await writeFiles(ctx, query, stage, fitted, run);
    const predictions = train.predictions + holdout.predictions;
    const dataset: Dataset = {
      ...{ hash, model: model.name, createdAt: iso(ctx.clock.now()), query, preprocessing, fitted, train, holdout },
      configRevision: (await lastRevision(ctx.store.db))?.id ?? null,
      oldRows: await countOld(ctx, query, stage),
      labelledShare: predictions === 0 ? null : (train.labelled + holdout.labelled) / predictions,
      ...{ files, available: true, findings },
    };
    return { info, dataset, summaries };
  });
}

/** Decides which rows these are, from the configuration and what is known now. */
async function decideQuery(
  ctx: RetrainingContext,
  model: ModelConfig,
  data: RetrainConfig['data'],
): Promise<DatasetQuery> {
  const recorded = recordedColumns(model);
  const taken = [...recorded.keys()].filter((name) => OWN_COLUMNS.includes(name));
  if (taken.length > 0) {
    throw new LeewayError(
      'config_invalid',
      `${model.name} has features named ${taken.join(', ')}; datasets have columns of their own of that name`,
    );
  }
  const now = ctx.clock.now();
  const { task } = model;
  const wanted = { model: model.name, task, where: data.where };
  const reach = reachMs(data);
  const before = data.maturity === undefined ? now : now - durationMs(data.maturity);
  // Twice as far as the window goes: labels may be late.
  const times = { from: reach === null ? 0 : Math.max(0, now - 2 * reach), to: before + 1, asOf: now };
  const labelled = await labelledTimes(ctx.warehouse, wanted, times);
  if (labelled === null) {
    const since = reach === null ? '' : ` since ${iso(times.from)}`;
    throw new LeewayError('too_few_rows', `${model.name} has no labelled row${since}`);
  }
  const end = labelled.newest + 1;
  const change =
    trainingWindow(data).kind === 'since_change'
      ? await lastChange(ctx, model, { from: Math.max(0, end - (reach ?? end)), to: end })
      : null;
  const window = decideWindow(data, { ...labelled, change });
  const stretch = ({ from, to }: { from: number; to: number }) => ({ from: iso(from), to: iso(to) });
  const { features } = model.columns;
  return {
    ...wanted,
    asOf: iso(now),
    window: window.words,
    change: window.change === null ? null : iso(window.change),
    train: stretch(window.train),
    recent: stretch(window.recent),
    old: window.old && stretch(window.old),
    sample: data.sample ?? null,
    stratify: data.stratify
      ? {
          by: data.stratify.by,
          perStratum: data.stratify.perStratum ?? null,
          share: data.stratify.share ?? null,
        }
      : null,
    halfLifeMs: data.weights ? durationMs(data.weights.halfLife) : null,
    columns: Array.from(recorded, ([name, type]) => ({ name, type, feature: Object.hasOwn(features, name) })),
  };
}

/** Tells a dataset from every other: by its rows, their columns and what is done to them, not by who writes them when. */
function hashOf(
  { model, task, columns, halfLifeMs, recent }: DatasetQuery,
  preprocessing: PreprocessingConfig | null,
  { train, holdout }: { train: DatasetPart; holdout: DatasetPart },
): string {
  const parts = [train, holdout].map(({ rows, rowsHash }) => [rows, rowsHash]);
  const weights = halfLifeMs === null ? null : [halfLifeMs, recent.to];
  // Where the recent part begins is a column of the held-out rows.
  const told = { model, task, columns, parts, regimes: recent.from, weights, preprocessing };
  return createHash('sha256').update(JSON.stringify(told)).digest('hex');
}

const featuresOf = ({ columns }: DatasetQuery) =>
  new Map(columns.filter(({ feature }) => feature).map(({ name, type }) => [name, type]));

const fit = (ctx: RetrainingContext, query: DatasetQuery, { train }: Stage, config: PreprocessingConfig) =>
  fitPreprocessing(ctx.warehouse, train, featuresOf(query), rawExpressions(featuresOf(query)), config);

/** Writes and keeps the files of a dataset. */
export async function writeFiles(
  ctx: RetrainingContext,
  query: DatasetQuery,
  stage: Stage,
  fitted: FittedPreprocessing | null,
  name: string,
): Promise<DatasetFile[]> {
  const recorded = query.columns.map(({ name: column }): [string, string] => [column, featureColumn(column)]);
  const own: [string, string][] = [
    ['id', 'id'],
    ['time', 'time'],
  ];
  const features = fitted ? [...prepared(query, fitted)] : recorded.filter(([,], i) => query.columns[i]!.feature);
  const end = Date.parse(query.recent.to);
  const weight: [string, string][] = query.halfLifeMs === null ? [] : [['weight', weightSql(query.halfLifeMs, end)]];
  const label: [string, string] = ['label', 'label'];
  const wanted: [file: string, part: keyof Stage, columns: (readonly [string, string])[]][] = [
    [TRAIN_FILE, 'train', [...own, ...features, label, ...weight]],
    [HOLDOUT_FILE, 'holdout', [...own, ...features]],
    [LABELS_FILE, 'holdout', [...own, ['regime', regimeSql(query)], ...recorded, label]],
  ];
  const folder = join(ctx.dataDir, 'datasets', `.making-${name}`);
  await rm(folder, { recursive: true, force: true });
  try {
    const files: DatasetFile[] = [];
    for (const [file, part, columns] of wanted) {
      const path = join(folder, file);
      await exportPart(ctx.warehouse, stage[part], columns, path);
      files.push(await storeDatasetFile(ctx, file, path));
    }
    return files;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function prepared(query: DatasetQuery, fitted: FittedPreprocessing): Expressions {
  let columns = rawExpressions(featuresOf(query));
  for (const step of fitted.steps) columns = applySql(columns, step);
  return columns;
}

async function countOld({ warehouse }: RetrainingContext, query: DatasetQuery, { holdout }: Stage): Promise<number> {
  if (!query.old) return 0;
  const [row] = await warehouse.query<{ n: number }>(
    `SELECT countIf(${regimeSql(query)} = 'old') AS n FROM ${holdout.sql} AS part`,
    holdout.params,
    'dataset/old',
  );
  return row?.n ?? 0;
}
