import { readdir, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { LeewayError } from '@leeway/contract';
import { keepFile, PARTIAL } from './keep-file.ts';
import { checkKey, type FileStorage } from './storage.ts';

/** Files in a folder, by their keys. */
export function localStorage(root: string): FileStorage {
  const pathOf = (key: string) => join(root, checkKey(key));
  return {
    name: root,
    async put(key, path) {
      const target = pathOf(key);
      const [given, present] = await Promise.all([stat(path), stat(target).catch(() => null)]);
      if (present?.size !== given.size) await keepFile(path, target);
    },
    async get(key) {
      const path = pathOf(key);
      const present = await stat(path).catch(() => null);
      if (present?.isFile()) return path;
      throw new LeewayError('not_found', `${root} has no file ${key}`);
    },
    async has(key) {
      return (await stat(pathOf(key)).catch(() => null)) !== null;
    },
    async delete(key) {
      await rm(pathOf(key), { force: true });
    },
    async list(prefix) {
      // Only the folder that the prefix names is walked: the root may hold much else.
      const folder = join(root, prefix.slice(0, prefix.lastIndexOf('/') + 1));
      const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
      return entries
        .filter((entry) => entry.isFile() && !entry.name.endsWith(PARTIAL))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .filter((key) => key.startsWith(prefix))
        .sort();
    },
  };
}
