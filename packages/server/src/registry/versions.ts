import type { DatasetInfo, VersionInfo } from '@leeway/contract';
import { LeewayError } from '@leeway/contract';
import { iso, isoOrNull } from '../platform/clock.ts';
import { decode, decodeOrNull, encode } from '../store/json.ts';
import { lockInTx } from '../store/lock.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';

/** The alias of the version that serves. */
export const CHAMPION = 'champion';

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
    .onConflict((c) => c.column('hash').doNothing())
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
    .select('artifacts.bytes')
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
    artifact: { hash: row.artifactHash, bytes: row.bytes, format: row.format },
    served: servings
      .filter((serving) => serving.version === row.version)
      .map((serving) => ({ from: iso(serving.startedAt), to: isoOrNull(serving.endedAt) })),
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
