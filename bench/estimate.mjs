// Performance of unlabelled rows, estimated from the scores (CBPE) beside NannyML's (--peers), in one run over the same files:
// from two Parquet files to the estimates, without the start of the process; memory is that of the whole process.
//
//   node bench/estimate.mjs [--rows 1000000] [--quick] [--peers]
//
// Build first. The files are made by the engine in a temporary folder.
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureProcess, median, peer, quick, report, result } from './lib.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: quick ? '200000' : '1000000' },
    quick: { type: 'boolean' },
    peers: { type: 'boolean' },
    work: { type: 'string', multiple: true },
  },
});
const rows = Number(flags.rows);
const RUNS = quick ? 1 : 3;

if (flags.work) {
  console.log(JSON.stringify(await work(...flags.work)));
  process.exit();
}

const folder = await mkdtemp(join(tmpdir(), 'leeway-bench-'));
try {
  const files = [join(folder, 'reference.parquet'), join(folder, 'current.parquet')];
  await makeFiles(...files);
  const self = fileURLToPath(import.meta.url);
  const runs = [];
  for (let i = 0; i < RUNS; i++) {
    const { stdout, rss } = await measureProcess(process.execPath, [self, '--work', files[0], '--work', files[1]]);
    runs.push({ ...JSON.parse(stdout), rss });
  }
  const python = peer('nannyml');
  const script = join(root, 'bench/nannyml-estimate.py');
  const other = python ? await measureProcess(python, ['-W', 'ignore', script, ...files]) : null;
  const theirs = other && JSON.parse(other.stdout);
  const gap =
    theirs && Math.max(...Object.entries(theirs.values).map(([id, value]) => Math.abs(value - runs[0].values[id])));
  result(`estimated performance, ${rows.toLocaleString('en')} x 2 rows`, {
    ours: median(runs.map(({ seconds }) => seconds)),
    bare: theirs?.seconds ?? null,
    against: "NannyML's CBPE",
    unit: 's',
    want: 20,
    higherIsBetter: false,
    memoryMb: [Math.max(...runs.map(({ rss }) => rss)), other?.rss ?? null],
    note: gap === null ? '' : `the largest difference of AUC, accuracy and F1 is ${gap.toExponential(0)}`,
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
report();

/** What the server and `leeway check` do, once. */
async function work(reference, current) {
  const { Warehouse } = await import('../packages/server/dist/warehouse/warehouse.js');
  const { countScores } = await import('../packages/server/dist/estimation/score-counts.js');
  const { estimateBinary, expectLabels, fitCalibration } = await import('../packages/stats/dist/index.js');
  const scratch = await mkdtemp(join(tmpdir(), 'leeway-bench-'));
  const warehouse = await Warehouse.scratch(scratch);
  await warehouse.query('SELECT 1');
  const began = performance.now();
  const rows = (path) =>
    `(SELECT score, toString(prediction) AS prediction, toString(label) AS label FROM file('${path}', Parquet))`;
  const calibration = fitCalibration((await countScores(warehouse, rows(reference), { positive: '1' }, true)).counts);
  const { counts } = await countScores(warehouse, rows(current), { positive: '1' }, false);
  const { metrics } = estimateBinary(expectLabels(counts, calibration), calibration);
  const seconds = (performance.now() - began) / 1000;
  await warehouse.close();
  await rm(scratch, { recursive: true, force: true });
  return { seconds, values: Object.fromEntries(['roc_auc', 'accuracy', 'f1'].map((id) => [id, metrics[id].value])) };
}

/** Scores that say too much, what they predict, and labels; the current rows have higher scores. */
async function makeFiles(reference, current) {
  const require = createRequire(join(root, 'packages/server/package.json'));
  const { createChdbConnection } = require('chdb/connection');
  const { createClient } = require('@clickhouse/client');
  const client = createClient({ connection: createChdbConnection({ path: join(folder, 'engine') }) });
  for (const [i, [path, shift]] of [
    [reference, 0],
    [current, 0.5],
  ].entries()) {
    await client.command({
      query: `INSERT INTO FUNCTION file('${path}', Parquet)
        SELECT 1 / (1 + exp(-2 * z)) AS score, toInt8(score >= 0.5) AS prediction,
          toInt8(randUniform(0, 1, ${i}) < 1 / (1 + exp(-z))) AS label
        FROM (SELECT randNormal(${shift} - 0.5, 1.2, ${i}) AS z FROM numbers(${rows}))
        SETTINGS output_format_parquet_compression_method = 'snappy'`,
    });
  }
  await client.close();
}
