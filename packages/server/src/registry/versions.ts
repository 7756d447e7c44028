import {
  type DatasetInfo,
  LeewayError,
  type Serving,
  type Stage,
  type VersionInfo,
  type VersionLink,
} from '@leeway/contract';
import { iso, isoOrNull } from '../platform/clock.ts';
import { decode, decodeOrNull, encode } from '../store/json.ts';
import { lockInTx } from '../store/lock.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';

export interface NewVersion {
  model: string;
  createdAt: number;
  createdBy: string;
  run: string | null;
  parent: string | null;
  dataset: DatasetInfo | null;
  metrics: Record<string, number | null>;
  params: Record<string, unknown>;
  artifact: { hash: string; bytes: number; format: string };
  description?: string;
  tags?: Record<string, string>;
  codeCommit?: string | undefined;
  /** Where its data are, in the words of whoever registers it. */
  datasetReference?: string | undefined;
  environment?: Record<string, string>;
  /** The same key twice gives one version. */
  key?: string | undefined;
}

/** Registers an artifact as the next version of its model and returns its name: v1, v2, ... */
export async function registerVersion(tx: StoreTx, given: NewVersion): Promise<string> {
  await lockInTx(tx, `versions/${given.model}`);
  const last = await tx
    .selectFrom('versions')
    .select((e) => e.fn.max('number').as('number'))
    .where('model', '=', given.model)
    .executeTakeFirst();
  const number = Number(last?.number ?? 0) + 1;
  const version = `v${number}`;
  await tx
    .insertInto('artifacts')
    .values({ hash: given.artifact.hash, bytes: given.artifact.bytes, createdAt: given.createdAt })
    // One that was to go, or is gone, is there again.
    .onConflict((c) => c.column('hash').doUpdateSet({ markedAt: null, deletedAt: null }))
    .execute();
  await tx
    .insertInto('versions')
    .values({
      model: given.model,
      version,
      number,
      createdAt: given.createdAt,
      createdBy: given.createdBy,
      run: given.run,
      parent: given.parent,
      dataset: given.dataset && encode(given.dataset),
      metrics: encode(given.metrics),
      params: encode(given.params),
      artifactHash: given.artifact.hash,
      format: given.artifact.format,
      description: given.description ?? null,
      tags: given.tags ? encode(given.tags) : null,
      codeCommit: given.codeCommit ?? null,
      datasetReference: given.datasetReference ?? null,
      environment: given.environment ? encode(given.environment) : null,
      registerKey: given.key ?? null,
    })
    .execute();
  return version;
}

/** The versions of a model, newest first. */
export async function listVersions(db: StoreReader, model: string): Promise<VersionInfo[]> {
  const rows = await db
    .selectFrom('versions')
    .innerJoin('artifacts', 'artifacts.hash', 'versions.artifactHash')
    .selectAll('versions')
    .select(['artifacts.bytes', 'artifacts.deletedAt'])
    .where('model', '=', model)
    .orderBy('number', 'desc')
    .execute();
  const aliases = await db.selectFrom('aliases').selectAll().where('model', '=', model).execute();
  const servings = await db
    .selectFrom('servings')
    .selectAll()
    .where('model', '=', model)
    .orderBy('startedAt')
    .execute();
  const stages = await db
    .selectFrom('stageNotes')
    .select(['version', 'stage'])
    .where('model', '=', model)
    .orderBy('id')
    .execute();
  const links = await db.selectFrom('versionLinks').selectAll().where('model', '=', model).orderBy('at').execute();
  const stageOf = new Map(stages.map(({ version, stage }) => [version, stage as Stage]));
  return rows.map((row) => ({
    model,
    version: row.version,
    aliases: aliases.filter((alias) => alias.version === row.version).map((alias) => alias.alias),
    createdAt: iso(row.createdAt),
    createdBy: row.createdBy,
    run: row.run,
    parent: row.parent,
    dataset: decodeOrNull<DatasetInfo>(row.dataset),
    metrics: decode(row.metrics),
    params: decode(row.params),
    artifact: { hash: row.artifactHash, bytes: row.bytes, format: row.format, deletedAt: isoOrNull(row.deletedAt) },
    served: servings
      .filter((serving) => serving.version === row.version)
      .map((serving) => ({
        from: iso(serving.startedAt),
        to: isoOrNull(serving.endedAt),
        endedBy: serving.endedBy as Serving['endedBy'],
      })),
    description: row.description ?? '',
    tags: row.tags === null ? {} : decode(row.tags),
    stage: stageOf.get(row.version) ?? 'none',
    codeCommit: row.codeCommit,
    datasetReference: row.datasetReference,
    environment: row.environment === null ? {} : decode(row.environment),
    links: links
      .filter((link) => link.version === row.version)
      .map(({ kind, reference, url, at }) => ({ kind: kind as VersionLink['kind'], reference, url, at: iso(at) })),
  }));
}

/** One version. @throws LeewayError `unknown_version`, naming those that there are. */
export async function versionOf(db: StoreReader, model: string, version: string): Promise<VersionInfo> {
  const versions = await listVersions(db, model);
  const found = versions.find((candidate) => candidate.version === version);
  if (found) return found;
  const known = versions.map((candidate) => candidate.version).join(', ') || 'none';
  throw new LeewayError('unknown_version', `"${version}" of ${model}; there are: ${known}`);
}

/** The version that serves, or that served at a time of the past; null where none did. */
export async function championOf(db: StoreReader, model: string, at?: number): Promise<VersionInfo | null> {
  const served = await db
    .selectFrom('servings')
    .select('version')
    .where('model', '=', model)
    .$if(at === undefined, (query) => query.where('endedAt', 'is', null))
    // Before the first serving, the first version is the nearest thing to a reference.
    .$if(at !== undefined, (query) => query.where((e) => e.or([e('endedAt', 'is', null), e('endedAt', '>', at!)])))
    .orderBy('startedAt')
    .limit(1)
    .executeTakeFirst();
  return served ? versionOf(db, model, served.version) : null;
}
