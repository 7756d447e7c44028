import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { LeewayError } from '@leeway/contract';
import { hashFile } from '../storage/hash-file.ts';
import { keepFile } from '../storage/keep-file.ts';
import type { FileStorage } from '../storage/storage.ts';
import { readDirectory } from './directory-object.ts';
import { type DvcOut, dvcKey, readDvcFile, readDvcLock } from './dvc-file.ts';

/** What a repository says of a path: by its .dvc file, or by a dvc.lock in its folder or one above. */
export async function findDvcOut(repo: string, path: string): Promise<DvcOut> {
  const wanted = normalize(path.replace(/\.dvc$/, ''));
  const file = join(repo, `${wanted}.dvc`);
  const own = await readFile(file, 'utf8').catch(() => null);
  if (own !== null) {
    const [out] = reading(file, () => readDvcFile(own));
    if (out) return usable(out, file);
  }
  for (let folder = dirname(wanted); ; folder = dirname(folder)) {
    const lock = join(repo, folder, 'dvc.lock');
    const text = await readFile(lock, 'utf8').catch(() => null);
    const outs = text === null ? [] : reading(lock, () => readDvcLock(text));
    const found = outs.find((out) => normalize(join(folder, out.path)) === wanted);
    if (found) return usable(found, lock);
    if (folder === '.' || folder === '/') break;
  }
  throw new LeewayError('dvc_unusable', `${repo} has neither ${wanted}.dvc nor a dvc.lock that names ${wanted}`);
}

function reading<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new LeewayError('dvc_unusable', `${file}: ${(error as Error).message}`, { cause: error });
  }
}

function usable(out: DvcOut, file: string): DvcOut & { md5: string } {
  if (out.md5 !== undefined) return { ...out, md5: out.md5 };
  throw new LeewayError('dvc_unusable', `${file} has no md5 of ${out.path}; expected one that DVC keeps by hash`);
}

/**
 * Brings what DVC keeps: a file to `target`, a directory to the paths in it. Every file is checked by its MD5. Says how many
 * there are.
 */
export async function pullDvc(remote: FileStorage, out: DvcOut, target: string): Promise<{ files: number }> {
  const { md5 = '' } = out;
  if (!md5.endsWith('.dir')) {
    await bring(remote, out, md5, target);
    return { files: 1 };
  }
  const path = await remote.get(dvcKey(md5, out));
  const text = await readFile(path, 'utf8');
  if (`${createHash('md5').update(text).digest('hex')}.dir` !== md5) throw changed(remote, md5);
  const files = reading(dvcKey(md5, out), () => readDirectory(text));
  for (const { md5: of, relpath } of files) await bring(remote, out, of, join(target, relpath));
  return { files: files.length };
}

async function bring(remote: FileStorage, out: DvcOut, md5: string, target: string): Promise<void> {
  const path = await remote.get(dvcKey(md5, out));
  if ((await hashFile(path, 'md5')) !== md5 && !(out.hash !== 'md5' && (await unixHash(path)) === md5)) {
    throw changed(remote, md5);
  }
  await keepFile(path, target);
}

/** DVC 2 hashed text as if its lines ended as those of Unix do. */
async function unixHash(path: string): Promise<string> {
  const bytes = await readFile(path);
  const kept = bytes.filter((byte, i) => !(byte === 13 && bytes[i + 1] === 10));
  return createHash('md5').update(kept).digest('hex');
}

const changed = (remote: FileStorage, md5: string): LeewayError =>
  new LeewayError('dvc_unusable', `${remote.name} has another content under ${md5}`);
