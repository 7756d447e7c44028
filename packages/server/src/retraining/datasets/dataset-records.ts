import {
  type Dataset,
  type DatasetFile,
  type DatasetFinding,
  type DatasetPart,
  type DatasetQuery,
  type FittedPreprocessing,
  LeewayError,
  type PreprocessingConfig,
} from '@leeway/contract';
import type { Selectable } from 'kysely';
import { iso } from '../../platform/clock.ts';
import { decode, decodeOrNull, encode } from '../../store/json.ts';
import type { StoreReader, StoreTx } from '../../store/open.ts';
import type { Schema } from '../../store/schema.ts';
import type { Before, TrainSummaries } from './check-dataset.ts';

type Row = Selectable<Schema['datasets']>;

/** Writes a record. One that is there already stays as it is: the hash says that the rows are the same. */
export async function recordDataset(tx: StoreTx, dataset: Dataset, summaries: TrainSummaries): Promise<void> {
  const { hash, model, createdAt, configRevision, query, preprocessing, fitted, train, holdout } = dataset;
  const kept = { files: encode<unknown[]>(dataset.files), droppedAt: null };
  await tx
    .insertInto('datasets')
    .values({
      ...{ hash, model, createdAt: Date.parse(createdAt), configRevision, ...kept },
      query: encode<unknown>(query),
      preprocessing: preprocessing && encode<unknown>(preprocessing),
      fitted: fitted && encode<unknown>(fitted),
      train: encode<unknown>(train),
      holdout: encode<unknown>(holdout),
      oldRows: dataset.oldRows,
      findings: encode<unknown[]>(dataset.findings),
      summaries: encode<Record<string, unknown>>(summaries),
    })
    // Made again after its files had gone, it has files again.
    .onConflict((c) => c.column('hash').doUpdateSet(kept))
    .execute();
}

const BEGINNING = /^[0-9a-f]{8,63}$/;

/** A dataset by its hash, or by eight digits or more with which only one begins. @throws LeewayError `unknown_dataset`. */
export async function datasetOf(db: StoreReader, hash: string): Promise<Dataset> {
  const found = await findDataset(db, hash);
  if (found) return found;
  const rows = BEGINNING.test(hash)
    ? await db.selectFrom('datasets').selectAll().where('hash', 'like', `${hash}%`).limit(2).execute()
    : [];
  if (rows.length === 1) return fromRow(rows[0]!);
  throw new LeewayError('unknown_dataset', `"${hash}"${rows.length > 1 ? ' is how several begin' : ''}`);
}

export async function findDataset(db: StoreReader, hash: string): Promise<Dataset | null> {
  const row = await db.selectFrom('datasets').selectAll().where('hash', '=', hash).executeTakeFirst();
  return row ? fromRow(row) : null;
}

const MOST_LISTED = 200;

/** Records, newest first. */
export async function listDatasets(db: StoreReader, filter: { model?: string | undefined } = {}): Promise<Dataset[]> {
  const rows = await db
    .selectFrom('datasets')
    .selectAll()
    .$if(filter.model !== undefined, (query) => query.where('model', '=', filter.model!))
    .orderBy('createdAt', 'desc')
    .orderBy('hash')
    .limit(MOST_LISTED)
    .execute();
  return rows.map(fromRow);
}

/** What a dataset was found to be; null where there is no record of it. */
export async function foundBefore(db: StoreReader, hash: string): Promise<Before | null> {
  const row = await db
    .selectFrom('datasets')
    .select(['summaries', 'findings'])
    .where('hash', '=', hash)
    .executeTakeFirst();
  if (!row) return null;
  return {
    summaries: decode<TrainSummaries>(row.summaries as string),
    findings: decode<DatasetFinding[]>(row.findings as string),
  };
}

function fromRow(row: Row): Dataset {
  const [train, holdout] = [decode<DatasetPart>(row.train as string), decode<DatasetPart>(row.holdout as string)];
  const predictions = train.predictions + holdout.predictions;
  return {
    hash: row.hash,
    model: row.model,
    createdAt: iso(row.createdAt),
    configRevision: row.configRevision,
    query: decode<DatasetQuery>(row.query as string),
    preprocessing: decodeOrNull<PreprocessingConfig>(row.preprocessing as string | null),
    fitted: decodeOrNull<FittedPreprocessing>(row.fitted as string | null),
    ...{ train, holdout, oldRows: row.oldRows },
    labelledShare: predictions === 0 ? null : (train.labelled + holdout.labelled) / predictions,
    files: decode<DatasetFile[]>(row.files as string),
    available: row.droppedAt === null,
    findings: decode<DatasetFinding[]>(row.findings as string),
  };
}
