// Drift of two Parquet files: `leeway check` as a whole process beside Evidently's DataDriftPreset, in one run.
//
//   node bench/check.mjs [--rows 1000000] [--columns 20] [--quick] [--exact] [--skip-evidently] [--json]
//
// Build first (npx tsc -b packages/server). The files are made by the engine in a temporary folder. Evidently is installed
// once into .cache/bench/venv; without Python, or without a network the first time, its half is left out and said so.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string' },
    columns: { type: 'string' },
    quick: { type: 'boolean', default: false },
    exact: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'skip-evidently': { type: 'boolean', default: false },
  },
});
const rows = Number(flags.rows ?? (flags.quick ? 200_000 : 1_000_000));
const columns = Number(flags.columns ?? (flags.quick ? 10 : 20));
const say = (text) => process.stderr.write(`${text}\n`);

// Evidently 0.7 does not import under pandas 3.
const REQUIREMENTS = ['evidently==0.7.23', 'pandas<3'];

const folder = await mkdtemp(join(tmpdir(), 'leeway-bench-'));
try {
  const [reference, current] = [join(folder, 'reference.parquet'), join(folder, 'current.parquet')];
  say(`making 2 files of ${rows} rows and ${columns} numeric columns`);
  await makeFiles(reference, current);
  const bytes = (await stat(reference)).size + (await stat(current)).size;
  const main = join(root, 'packages/server/dist/cli/main.js');
  const check = [
    main,
    'check',
    '--reference',
    reference,
    '--current',
    current,
    '--json',
    ...(flags.exact ? ['--exact'] : []),
  ];
  await run(process.execPath, check); // so that both find the files in the page cache
  const leeway = await run(process.execPath, check);
  const result = JSON.parse(leeway.stdout);
  const answer = {
    bench: 'check',
    rows,
    columns,
    file_mb: round(bytes / 1e6),
    cpus: cpus().length,
    node: process.version,
    leeway: { wall_s: leeway.wall, cpu_s: leeway.cpu, rss_mb: leeway.rss, drifted: result.drift.drifted },
    evidently: null,
    ratio: null,
  };
  const python = flags['skip-evidently'] ? null : pythonWithEvidently();
  if (python) {
    say('running Evidently');
    const run2 = await run(python, [join(root, 'bench/evidently-check.py'), reference, current]);
    const told = JSON.parse(run2.stdout.trim().split('\n').at(-1));
    answer.evidently = {
      version: told.version,
      wall_s: run2.wall,
      cpu_s: run2.cpu,
      rss_mb: run2.rss,
      import_s: round(told.import_s),
      drifted: told.drifted,
    };
    answer.ratio = {
      faster: round(run2.wall / leeway.wall),
      cpu: round(run2.cpu / leeway.cpu),
      memory_share: round(leeway.rss / run2.rss, 3),
    };
  }
  report(answer);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Normal, skewed and rounded columns; every fifth has moved. Made by the engine, for its speed only. */
async function makeFiles(reference, current) {
  const require = createRequire(join(root, 'packages/server/package.json'));
  const { createChdbConnection } = require('chdb/connection');
  const { createClient } = require('@clickhouse/client');
  const client = createClient({ connection: createChdbConnection({ path: join(folder, 'engine') }) });
  for (const [path, moved] of [
    [reference, 0],
    [current, 0.2],
  ]) {
    const values = Array.from({ length: columns }, (_, i) => {
      const normal = `randNormal(${i % 5 === 0 ? moved : 0}, 1, ${i})`;
      const value = i % 3 === 0 ? normal : i % 3 === 1 ? `exp(${normal})` : `round(${normal}, 3)`;
      return `${value} AS f${i}`;
    });
    await client.command({
      query: `INSERT INTO FUNCTION file('${path}', Parquet) SELECT ${values.join(', ')} FROM numbers(${rows})
        SETTINGS output_format_parquet_compression_method = 'snappy'`,
    });
  }
  await client.close();
}

/** A process from start to end: seconds on the clock, seconds of CPU, peak megabytes. */
async function run(command, args) {
  const log = join(folder, 'time.txt');
  const timed = existsSync('/usr/bin/time');
  const started = performance.now();
  const child = timed
    ? spawn('/usr/bin/time', ['-f', '%e %U %S %M', '-o', log, command, ...args])
    : spawn(command, args);
  let stdout = '';
  let stderr = '';
  let peak = 0;
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const poll = setInterval(async () => {
    // Without GNU time, Linux still knows the peak of a running process.
    const status = timed ? '' : await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
  }, 20);
  const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  clearInterval(poll);
  const wall = (performance.now() - started) / 1000;
  // 1 says that drift was found.
  if (code !== 0 && code !== 1) throw new Error(`${command} ${args[0]} ended with ${code}: ${stderr.slice(-2000)}`);
  if (!timed) return { stdout, wall: round(wall), cpu: null, rss: peak ? round(peak / 1024) : null };
  const [, user, system, kilobytes] = (await readFile(log, 'utf8')).trim().split('\n').at(-1).split(' ').map(Number);
  return { stdout, wall: round(wall), cpu: round(user + system), rss: round(kilobytes / 1024) };
}

function pythonWithEvidently() {
  const venv = join(root, '.cache/bench/venv');
  const python = join(venv, 'bin/python');
  const works = () => spawnSync(python, ['-W', 'ignore', '-c', 'import evidently, evidently.presets']).status === 0;
  if (works()) return python;
  if (spawnSync('python3', ['--version']).status !== 0) {
    say('There is no python3 here, so Evidently is not measured.');
    return null;
  }
  say(`installing ${REQUIREMENTS.join(', ')} into ${venv}`);
  mkdirSync(dirname(venv), { recursive: true });
  spawnSync('python3', ['-m', 'venv', venv]);
  const pip = spawnSync(python, ['-m', 'pip', 'install', '-q', ...REQUIREMENTS], { encoding: 'utf8' });
  if (works()) return python;
  say(
    `Evidently could not be installed, so it is not measured: ${(pip.stderr ?? String(pip.error)).trim().split('\n').at(-1)}`,
  );
  return null;
}

function report(answer) {
  if (flags.json) return process.stdout.write(`${JSON.stringify(answer)}\n`);
  const line = (name, { wall_s, cpu_s, rss_mb, drifted }) =>
    `${name.padEnd(20)} ${String(wall_s).padStart(8)} s ${String(cpu_s ?? '?').padStart(8)} s CPU ${String(rss_mb ?? '?').padStart(7)} MB   ${drifted} drifted`;
  const lines = [
    `${rows} x ${rows} rows, ${columns} columns, ${answer.file_mb} MB of Parquet, ${answer.cpus} CPUs, node ${answer.node}`,
    line('leeway check', answer.leeway),
  ];
  if (answer.evidently) {
    lines.push(line(`evidently ${answer.evidently.version}`, answer.evidently));
    lines.push(
      `${answer.ratio.faster} times as fast, ${answer.ratio.cpu} times less CPU, ${(answer.ratio.memory_share * 100).toFixed(0)} % of the memory`,
    );
  } else lines.push('Evidently was not measured.');
  process.stdout.write(`${lines.join('\n')}\n`);
}

function round(x, digits = 2) {
  return Number(x.toFixed(digits));
}
