import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Context } from '../context.ts';

/** SHA-256 of a file, in hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Where the artifact of a hash lies. */
export const artifactPath = (ctx: Pick<Context, 'dataDir'>, hash: string): string =>
  join(ctx.dataDir, 'artifacts', hash.slice(0, 2), hash);

/** Keeps a file under its hash: durable when it returns, and kept once however often it comes. */
export async function storeArtifact(
  ctx: Pick<Context, 'dataDir'>,
  path: string,
): Promise<{ hash: string; bytes: number }> {
  const hash = await hashFile(path);
  const { size } = await stat(path);
  const target = artifactPath(ctx, hash);
  const present = await stat(target).catch(() => null);
  if (present?.size !== size) {
    await mkdir(dirname(target), { recursive: true });
    const partial = `${target}.${process.pid}.partial`;
    await copyFile(path, partial);
    const file = await open(partial, 'r+');
    await file.sync().finally(() => file.close());
    await rename(partial, target);
  }
  return { hash, bytes: size };
}
