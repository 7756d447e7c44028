import { durationMs, type GarbageReport } from '@leeway/contract';
import type { Context } from '../../context.ts';
import { lockInTx } from '../../store/lock.ts';
import type { StoreReader, StoreTx } from '../../store/open.ts';
import { deleteArtifact, listArtifacts } from '../artifacts.ts';
import { neededArtifacts } from './decide-garbage.ts';
import { readHolders } from './read-holders.ts';
import { ARTIFACTS_LOCK } from './touch.ts';

const DAY = 86_400_000;
/** From the mark to the deletion: much longer than anything takes from storing an artifact to registering it. */
const GRACE = DAY;

/**
 * Marks what nothing needs, and deletes what was marked a day before and is still not needed. Killed at any point, the next
 * collection goes on: a file that is gone and whose row does not say so is deleted again.
 */
export async function collectGarbage(
  ctx: Context,
  { dryRun, actor }: { dryRun: boolean; actor: string },
): Promise<GarbageReport> {
  const now = ctx.clock.now();
  if (!dryRun) await adoptOrphans(ctx, now);
  const found = await ctx.store.db.transaction().execute((tx) => mark(ctx, tx, now, dryRun));
  const due = found.garbage.filter(({ markedAt }) => markedAt !== null && markedAt <= now - GRACE);
  const deleted: typeof due = [];
  for (const artifact of due) {
    if (dryRun || (await sweep(ctx, artifact.hash, now, actor))) deleted.push(artifact);
  }
  const entry = ({ hash, bytes, versions }: Garbage) => ({ hash, bytes, versions });
  return {
    dryRun,
    kept: found.kept,
    marked: found.garbage.filter((artifact) => !due.includes(artifact)).map(entry),
    deleted: deleted.map(entry),
    bytes: deleted.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

interface Garbage {
  hash: string;
  bytes: number;
  markedAt: number | null;
  /** Versions whose artifact it is, as MODEL VERSION. */
  versions: string[];
}

/** A process that dies between putting a file and writing it down leaves a file that no row knows. */
async function adoptOrphans(ctx: Context, now: number): Promise<void> {
  const { db } = ctx.store;
  const known = new Set((await db.selectFrom('artifacts').select('hash').execute()).map(({ hash }) => hash));
  for (const hash of await listArtifacts(ctx)) {
    if (known.has(hash)) continue;
    await db
      .insertInto('artifacts')
      .values({ hash, bytes: 0, createdAt: now, markedAt: now })
      .onConflict((c) => c.column('hash').doNothing())
      .execute();
  }
}

async function mark(
  ctx: Context,
  tx: StoreTx,
  now: number,
  dryRun: boolean,
): Promise<{ kept: number; garbage: Garbage[] }> {
  await lockInTx(tx, ARTIFACTS_LOCK);
  const needed = await needs(ctx, tx, now);
  const rows = await tx.selectFrom('artifacts').selectAll().where('deletedAt', 'is', null).orderBy('hash').execute();
  const versions = await versionsByArtifact(tx);
  const garbage: Garbage[] = [];
  for (const { hash, bytes, markedAt } of rows) {
    if (needed.has(hash)) {
      if (markedAt !== null && !dryRun) await setMark(tx, hash, null);
      continue;
    }
    if (markedAt === null && !dryRun) await setMark(tx, hash, now);
    garbage.push({ hash, bytes, markedAt, versions: versions.get(hash) ?? [] });
  }
  return { kept: rows.length - garbage.length, garbage };
}

/** Deletes one file, if it still may: looked at again under the lock under which others say that they need it. */
function sweep(ctx: Context, hash: string, now: number, actor: string): Promise<boolean> {
  return ctx.store.db.transaction().execute(async (tx) => {
    await lockInTx(tx, ARTIFACTS_LOCK);
    const row = await tx.selectFrom('artifacts').selectAll().where('hash', '=', hash).executeTakeFirst();
    if (!row || row.deletedAt !== null || row.markedAt === null || row.markedAt > now - GRACE) return false;
    if ((await needs(ctx, tx, now)).has(hash)) return false;
    await deleteArtifact(ctx, hash);
    await tx.updateTable('artifacts').set({ deletedAt: now }).where('hash', '=', hash).execute();
    const versions = (await versionsByArtifact(tx)).get(hash) ?? [];
    await ctx.audit.append(tx, actor, 'artifact.delete', hash, { bytes: row.bytes, versions });
    return true;
  });
}

const setMark = (tx: StoreTx, hash: string, markedAt: number | null) =>
  tx.updateTable('artifacts').set({ markedAt }).where('hash', '=', hash).execute();

async function needs(ctx: Context, tx: StoreTx, now: number): Promise<Set<string>> {
  const { keep, after } = ctx.config().registry;
  return neededArtifacts(await readHolders(ctx, tx), { keep, afterMs: durationMs(after) }, now);
}

async function versionsByArtifact(db: StoreReader): Promise<Map<string, string[]>> {
  const rows = await db
    .selectFrom('versions')
    .select(['model', 'version', 'artifactHash'])
    .orderBy('model')
    .orderBy('number')
    .execute();
  const found = new Map<string, string[]>();
  for (const { model, version, artifactHash } of rows) {
    found.set(artifactHash, [...(found.get(artifactHash) ?? []), `${model} ${version}`]);
  }
  return found;
}
