import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Zip, ZipPassThrough } from 'fflate';

/** The first day that a zip file can name: the same files make the same bytes, whenever they were written. */
const MTIME = new Date(1980, 0, 1);

/** Makes one file of a folder: a zip, not compressed, read and written piece by piece. Returns its path. */
export async function packFolder(folder: string, path: string): Promise<string> {
  const out = createWriteStream(path);
  const finished = once(out, 'finish');
  finished.catch(() => {});
  const zip = new Zip((error, chunk, last) => {
    if (error) out.destroy(error);
    else if (last) out.end(chunk);
    else out.write(chunk);
  });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  for (const name of files) {
    const file = new ZipPassThrough(`${basename(folder)}/${name}`);
    file.mtime = MTIME;
    zip.add(file);
    for await (const chunk of createReadStream(join(folder, name))) {
      file.push(chunk as Uint8Array);
      if (out.writableNeedDrain) await once(out, 'drain');
    }
    file.push(new Uint8Array(), true);
  }
  zip.end();
  await finished;
  return path;
}
