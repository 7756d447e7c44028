// Drift of two Parquet files: `leeway check` as a whole process, beside Evidently's DataDriftPreset and NannyML's univariate
// calculator (--peers), in one run over the same files.
//
//   node bench/check.mjs [--rows 1000000] [--columns 50] [--categories 10] [--quick] [--exact] [--peers]
//
// Build first. The files are made by the engine in a temporary folder.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureProcess, median, peer, quick, report, result } from './lib.mjs';
import { makeFiles } from './make-files.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: quick ? '200000' : '1000000' },
    columns: { type: 'string', default: quick ? '10' : '50' },
    categories: { type: 'string', default: quick ? '2' : '10' },
    exact: { type: 'boolean', default: false },
    quick: { type: 'boolean' },
    peers: { type: 'boolean' },
  },
});
const rows = Number(flags.rows);
const columns = Number(flags.columns);
const categories = Number(flags.categories);
const RUNS = quick ? 1 : 3;

const folder = await mkdtemp(join(tmpdir(), 'leeway-bench-'));
try {
  const files = [join(folder, 'reference.parquet'), join(folder, 'current.parquet')];
  console.error(`making 2 files of ${rows} rows, ${columns} numeric and ${categories} categorical columns`);
  const [reference, current] = files.map((path, i) => ({ path, moved: 0.2 * i }));
  await makeFiles(folder, [reference, current], { rows, columns, categories });
  const main = join(root, 'packages/server/dist/cli/main.js');
  const args = [main, 'check', '--reference', files[0], '--current', files[1], '--json'];
  if (flags.exact) args.push('--exact');
  const check = () => measureProcess(process.execPath, args, { allowed: [0, 1] }); // 1 says that drift was found
  await check(); // so that everybody finds the files in the page cache
  const runs = [];
  for (let i = 0; i < RUNS; i++) runs.push(await check());
  const ours = median(runs.map(({ wall }) => wall));
  const memory = Math.max(...runs.map(({ rss }) => rss));
  const size = `${rows.toLocaleString('en')} x 2 rows, ${columns} + ${categories} columns`;
  for (const { name, label, script, want } of [
    { name: 'evidently', label: "Evidently's drift preset", script: 'evidently-check.py', want: 20 },
    { name: 'nannyml', label: "NannyML's univariate drift", script: 'nannyml-check.py', want: 20 },
  ]) {
    const python = peer(name);
    const theirs = python
      ? await measureProcess(python, ['-W', 'ignore', join(root, 'bench', script), ...files])
      : null;
    result(`leeway check, ${size}${flags.exact ? ', exact' : ''}`, {
      ours,
      bare: theirs?.wall ?? null,
      against: label,
      unit: 's',
      want,
      higherIsBetter: false,
      memoryMb: [memory, theirs?.rss ?? null],
    });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
report();
