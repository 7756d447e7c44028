import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { LeewayError } from '@leeway/contract';
import { hashFile } from '../storage/hash-file.ts';
import type { FileStorage } from '../storage/storage.ts';
import { directoryName, directoryText } from './directory-object.ts';
import { dvcKey, readDvcFile, writeDvcFile } from './dvc-file.ts';

export interface Pushed {
  /** Path of the .dvc file in the repository. */
  file: string;
  md5: string;
}

/**
 * Gives files to a remote and writes the .dvc file beside which `dvc pull` brings them: for a directory by the names in it, for a
 * single file by its path alone. The .dvc file comes last, so that what it names is there. Twice is once.
 */
export async function pushDvc(
  remote: FileStorage,
  repo: string,
  path: string,
  given: string | ReadonlyMap<string, string>,
  about: { desc: string; meta: Record<string, unknown> },
): Promise<Pushed> {
  const put = async (file: string): Promise<{ md5: string; size: number }> => {
    const md5 = await hashFile(file, 'md5');
    await remote.put(dvcKey(md5), file);
    return { md5, size: (await stat(file)).size };
  };
  const name = basename(path);
  if (typeof given === 'string') {
    const { md5, size } = await put(given);
    return finish(repo, path, md5, writeDvcFile({ path: name, md5, size }, about));
  }
  const files: { md5: string; relpath: string }[] = [];
  let bytes = 0;
  for (const [relpath, file] of given) {
    const { md5, size } = await put(file);
    files.push({ md5, relpath });
    bytes += size;
  }
  const text = directoryText(files);
  const md5 = directoryName(text);
  await putText(remote, dvcKey(md5), text);
  const out = { path: name, md5, size: bytes, nfiles: files.length };
  return finish(repo, path, md5, writeDvcFile(out, about));
}

async function putText(remote: FileStorage, key: string, text: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'leeway-dvc-'));
  try {
    await writeFile(join(folder, 'object'), text);
    await remote.put(key, join(folder, 'object'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function finish(repo: string, path: string, md5: string, text: string): Promise<Pushed> {
  const file = join(repo, `${path}.dvc`);
  const before = await readFile(file, 'utf8').catch(() => null);
  if (before !== null && !ofOurs(before)) {
    throw new LeewayError(
      'dvc_unusable',
      `${file} is not one that Leeway has written; choose another retrain.data.dvc.path`,
    );
  }
  await mkdir(dirname(file), { recursive: true });
  if (before !== text) {
    await writeFile(`${file}.partial`, text);
    await rename(`${file}.partial`, file);
  }
  await ignore(repo, path);
  return { file, md5 };
}

/** Whether a .dvc file is ours to write over: its `meta` says so. */
function ofOurs(text: string): boolean {
  try {
    return readDvcFile(text).length === 1 && /^ {2}leeway:/m.test(text);
  } catch {
    return false;
  }
}

/** What DVC keeps, Git does not. */
async function ignore(repo: string, path: string): Promise<void> {
  const file = join(repo, dirname(path), '.gitignore');
  const before = await readFile(file, 'utf8').catch(() => '');
  const line = `/${basename(path)}`;
  if (before.split(/\r?\n/).includes(line)) return;
  await writeFile(file, `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${line}\n`);
}
