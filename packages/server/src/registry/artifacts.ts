import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { hashFile } from '../storage/hash-file.ts';
import { storageOf, type WithStorage } from '../storage/index.ts';
import { touchArtifact } from './gc/touch.ts';

const keyOf = (hash: string): string => `artifacts/${hash.slice(0, 2)}/${hash}`;

/** Where the artifact of a hash lies on this machine, once it was stored or fetched here. */
export const artifactPath = ({ dataDir }: Pick<WithStorage, 'dataDir'>, hash: string): string =>
  join(dataDir, keyOf(hash));

/** Path of the artifact, fetched from the storage if another replica has stored it. @throws LeewayError `not_found`. */
export const fetchArtifact = (ctx: WithStorage, hash: string): Promise<string> => storageOf(ctx).get(keyOf(hash));

/** Keeps a file under its hash: durable when it returns, and kept once however often it comes. */
export async function storeArtifact(
  ctx: WithStorage & Pick<Context, 'store' | 'clock'>,
  path: string,
): Promise<{ hash: string; bytes: number }> {
  const hash = await hashFile(path);
  const { size } = await stat(path);
  // Once more if a collection of garbage has taken it away in between.
  do await storageOf(ctx).put(keyOf(hash), path);
  while (!(await touchArtifact(ctx, hash, size, () => storageOf(ctx).has(keyOf(hash)))));
  return { hash, bytes: size };
}

/** Deletes the file of an artifact, wherever it lies. Only for the collection of garbage. */
export async function deleteArtifact(ctx: WithStorage, hash: string): Promise<void> {
  await storageOf(ctx).delete(keyOf(hash));
  // What was fetched from a storage elsewhere.
  await rm(artifactPath(ctx, hash), { force: true });
}

/** Hashes of the files that there are. */
export async function listArtifacts(ctx: WithStorage): Promise<string[]> {
  const keys = await storageOf(ctx).list('artifacts/');
  return keys.map((key) => key.slice(key.lastIndexOf('/') + 1)).filter((name) => /^[0-9a-f]{64}$/.test(name));
}
