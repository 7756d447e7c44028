import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LeewayError, type NewVersionRequest, type VersionInfo } from '@leeway/contract';
import type { Context } from '../context.ts';
import { lockInTx } from '../store/lock.ts';
import { storeArtifact } from './artifacts.ts';
import { cardWantedInTx } from './card-wanted.ts';
import { ARTIFACTS_LOCK } from './gc/touch.ts';
import { changedInTx } from './mlflow/wanted.ts';
import { registerVersion, versionOf } from './versions.ts';

/** Loads a version that is not one yet. @throws LeewayError `broken_model`. */
export type CheckArtifact = (given: Pick<VersionInfo, 'model' | 'version' | 'artifact'>) => Promise<void>;

/**
 * Keeps an artifact that is sent in, whole or not at all, whatever its size: it goes through a file, not through memory.
 * @throws LeewayError `body_too_large`, `artifact_mismatch` when it has not the hash that it was said to have.
 */
export async function receiveArtifact(
  ctx: Context,
  body: AsyncIterable<Buffer>,
  expected?: string,
): Promise<{ hash: string; bytes: number }> {
  const most = ctx.config().registry.maxArtifactBytes;
  const folder = join(ctx.dataDir, 'uploads');
  await mkdir(folder, { recursive: true });
  const path = join(folder, ctx.newId('upload'));
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    await pipeline(
      body,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          if (bytes > most) throw new LeewayError('body_too_large', `it has more than ${most} bytes`);
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(path, { flags: 'wx' }),
    );
    const found = hash.digest('hex');
    if (bytes === 0) throw new LeewayError('artifact_mismatch', 'nothing came: the body is empty');
    if (expected !== undefined && expected.toLowerCase() !== found) {
      throw new LeewayError('artifact_mismatch', `the SHA-256 of what came is ${found}, expected ${expected}`);
    }
    return await storeArtifact(ctx, path);
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * Registers a version that was made elsewhere. An ONNX file is loaded first. The same key twice gives the same version.
 * @throws LeewayError `unknown_artifact`, `artifact_deleted`, `artifact_mismatch` when it does not load.
 */
export async function registerFromOutside(
  ctx: Context,
  checkArtifact: CheckArtifact,
  given: NewVersionRequest & { model: string; actor: string },
): Promise<{ version: VersionInfo; created: boolean }> {
  const { model, actor, artifact: hash, format, key, parent, ...record } = given;
  const { db } = ctx.store;
  const present = key === undefined ? undefined : await byKey(ctx, model, key);
  if (present !== undefined) return { version: await versionOf(db, model, present), created: false };
  if (parent !== undefined) await versionOf(db, model, parent);
  const artifact = { hash, bytes: await bytesOf(ctx, hash), format, deletedAt: null };
  await checkArtifact({ model, version: 'the new version', artifact }).catch((error: unknown) => {
    if (!(error instanceof LeewayError) || error.code !== 'broken_model') throw error;
    throw new LeewayError('artifact_mismatch', `expected an ONNX model for ${model}: ${error.detail}`, {
      cause: error,
    });
  });
  const registered = await db.transaction().execute(async (tx) => {
    await lockInTx(tx, `versions/${model}`);
    const before = key === undefined ? undefined : await byKey({ store: { db: tx } }, model, key);
    if (before !== undefined) return { version: before, created: false };
    await lockInTx(tx, ARTIFACTS_LOCK);
    const row = await tx.selectFrom('artifacts').select('deletedAt').where('hash', '=', hash).executeTakeFirst();
    if (row?.deletedAt !== null) throw new LeewayError('artifact_deleted', hash);
    const version = await registerVersion(tx, {
      ...record,
      model,
      createdAt: ctx.clock.now(),
      createdBy: actor,
      run: null,
      parent: parent ?? null,
      dataset: null,
      artifact,
      key,
    });
    await ctx.audit.append(tx, actor, 'version.register', model, { version, artifact: hash, format });
    await ctx.events.emit(tx, 'version.registered', model, { version, run: null });
    await changedInTx(ctx, tx, model);
    await cardWantedInTx(ctx, tx, { model, version, occasion: 'it was registered' });
    return { version, created: true };
  });
  return { version: await versionOf(db, model, registered.version), created: registered.created };
}

async function byKey(
  ctx: { store: Pick<Context['store'], 'db'> },
  model: string,
  key: string,
): Promise<string | undefined> {
  const row = await ctx.store.db
    .selectFrom('versions')
    .select('version')
    .where('model', '=', model)
    .where('registerKey', '=', key)
    .executeTakeFirst();
  return row?.version;
}

async function bytesOf(ctx: Context, hash: string): Promise<number> {
  const row = await ctx.store.db
    .selectFrom('artifacts')
    .select(['bytes', 'deletedAt'])
    .where('hash', '=', hash)
    .executeTakeFirst();
  if (!row) throw new LeewayError('unknown_artifact', hash);
  if (row.deletedAt !== null) throw new LeewayError('artifact_deleted', hash);
  return row.bytes;
}
