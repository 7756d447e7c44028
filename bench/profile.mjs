// Profiles of one Parquet file: `leeway profile` as a whole process, beside whylogs (--peers), over the same file.
//
//   node bench/profile.mjs [--quick] [--peers]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureProcess, median, peer, quick, report, result } from './lib.mjs';
import { makeFiles } from './make-files.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const rows = quick ? 200_000 : 1_000_000;
const columns = quick ? 8 : 16;
const categories = quick ? 2 : 4;

const folder = await mkdtemp(join(tmpdir(), 'leeway-bench-'));
try {
  const file = join(folder, 'rows.parquet');
  await makeFiles(folder, [{ path: file, moved: 0 }], { rows, columns, categories });
  const args = [join(root, 'packages/server/dist/cli/main.js'), 'profile', file, '--json'];
  await measureProcess(process.execPath, args); // so that both find the file in the page cache
  const runs = [];
  for (let i = 0; i < (quick ? 1 : 3); i++) runs.push(await measureProcess(process.execPath, args));
  const python = peer('whylogs');
  const theirs = python
    ? await measureProcess(python, ['-W', 'ignore', join(root, 'bench/whylogs-profile.py'), file])
    : null;
  result(`leeway profile, ${rows.toLocaleString('en')} rows, ${columns} + ${categories} columns`, {
    ours: rows / median(runs.map(({ wall }) => wall)),
    bare: theirs ? rows / theirs.wall : null,
    against: 'whylogs',
    unit: 'rows/s',
    want: 1,
    memoryMb: [Math.max(...runs.map(({ rss }) => rss)), theirs?.rss ?? null],
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
report();
