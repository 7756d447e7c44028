// npm run test:real [NAME ...]: replays real data sets through the code that users run, under a clock turned by hand, and checks
// what comes of it. The data are not in the repository: LEEWAY_REAL_DATA names their folder, else ../shared/data beside it.
// At the end stands what retraining was worth, as a table; --write-table writes it to docs/reference/retraining-results.md.
// Each example says how its data are played and what has to come of it in examples/*/replay.mjs. What the command line has to
// find in files of which it is known what they hold is asked in scripts/real/*.mjs.
import { fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { capture, install, ROOT, say, step } from './lib.mjs';
import { outcomeOf, pageOf, rowsOf, tableOf, windowsOf } from './retraining-table.mjs';

/**
 * @typedef {object} Replay How an example is played.
 * @property {string} data Folder of the data set.
 * @property {string} model The model of leeway.yaml that is looked at.
 * @property {string} start Date at which the clock begins.
 * @property {string} live First day that is predicted.
 * @property {string} end Day after the last that is looked at.
 * @property {Scenario[]} scenarios Ways of playing it, one process each.
 * @property {(stage: object) => Promise<void>} play Plays the data.
 * @property {(stage: object) => Promise<void>} judge Looks at what came of it, and checks it.
 * @property {{ data: string, metric: string, monitor: string, against: string }} [table] Error for the table of retraining.
 * @property {(rows: object[], check: Function) => void} [across] Checks what came of its scenarios side by side.
 * @property {(rows: object[]) => string} [reading] What the rows of the table say, in a few sentences.
 *
 * @typedef {object} Question What the command line has to find in a data set.
 * @property {string} data Folder of the data set.
 * @property {string} title
 * @property {(stage: object) => Promise<void>} ask Runs commands and checks their answers.
 *
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} title
 * @property {boolean} [python] Whether it needs Python with scikit-learn.
 * @property {{ trainer: string, way: string }} [row] What it is called in the table.
 * @property {(stage: object) => Promise<void>} [judge] Instead of that of the replay.
 * @property {(model: object, tools: { python: string, folder: string }) => void} [configure] Changes the model of leeway.yaml.
 */

const SELF = fileURLToPath(import.meta.url);
const EXAMPLES = ['bike-sharing', 'weather', 'census', 'elec2', 'occupancy'];
const QUESTIONS = join(ROOT, 'scripts/real');
const CACHE = join(ROOT, '.cache', 'real');
const PAGE = join(ROOT, 'docs/reference/retraining-results.md');
const TIMEOUT_MS = 1_200_000;

if (process.send && process.argv[2] === '--replay') await replay(JSON.parse(process.argv[3]));
else if (process.send && process.argv[2] === '--ask') await ask(JSON.parse(process.argv[3]));
else await main(process.argv.slice(2));

async function main(args) {
  const writes = args.includes('--write-table');
  const names = args.filter((arg) => arg !== '--write-table');
  const replays = await Promise.all(EXAMPLES.map(async (name) => ({ example: name, ...(await load(name)) })));
  const questions = await Promise.all(
    readdirSync(QUESTIONS)
      .sort()
      .map(async (file) => {
        const { data, title } = await loadQuestion(file);
        return { data, scenario: { name: file.replace('.mjs', ''), title }, question: file };
      }),
  );
  const scenarios = [
    ...questions,
    ...replays.flatMap((found) => found.scenarios.map((scenario) => ({ ...found, scenario }))),
  ];
  const wanted = scenarios.filter(({ scenario }) => names.length === 0 || names.includes(scenario.name));
  if (wanted.length === 0) {
    say(`there is no ${names.join(', ')}; there are ${scenarios.map(({ scenario }) => scenario.name).join(', ')}`);
    process.exit(2);
  }

  const data = resolve(ROOT, process.env.LEEWAY_REAL_DATA || '../shared/data');
  if (!existsSync(data)) {
    console.log(`skipped: there are no data in ${data}; LEEWAY_REAL_DATA names the folder that has them`);
    console.log(`0 passed, 0 failed, ${wanted.length} skipped`);
    return;
  }

  const began = Date.now();
  await install();
  await step('building the server', process.execPath, [
    join(ROOT, 'node_modules/typescript/bin/tsc'),
    '-b',
    'packages/server',
  ]);
  const count = { passed: 0, failed: 0, skipped: 0 };
  const skip = (name, why) => {
    count.skipped += 1;
    console.log(`\n${name}: skipped, ${why}`);
  };

  const tasks = [];
  for (const { example, question, data: set, scenario } of wanted) {
    const folder = join(data, set);
    if (!existsSync(folder)) {
      skip(scenario.name, `${folder} is not there`);
      continue;
    }
    const python = scenario.python ? await findPython() : null;
    if (python?.missing) skip(scenario.name, python.missing);
    else
      tasks.push({
        title: scenario.title,
        task: question
          ? { question, folder }
          : { example, scenario: scenario.name, folder, python: python?.path ?? null },
      });
  }

  const atOnce = Math.min(2, availableParallelism());
  const next = tasks[Symbol.iterator]();
  const outcomes = [];
  const tell = ({ ok, text, got }) => {
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${text}${got === undefined || got === '' ? '' : ` (${got})`}`);
    count[ok ? 'passed' : 'failed'] += 1;
  };
  const worker = async () => {
    for (const { title, task } of next) {
      const { report, checks, outcome, seconds, megabytes } = await inProcess(task);
      if (outcome) outcomes.push(outcome);
      console.log(`\n== ${title} (${seconds.toFixed(0)} s, ${megabytes} MB at most)\n`);
      if (report) console.log(`${report}\n`);
      checks.forEach(tell);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (outcomes.length > 0) sumUp(replays, outcomes, { tell, writes });
  say(`${((Date.now() - began) / 1000).toFixed(0)} s in all`);
  console.log(
    `\n${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`,
  );
  process.exitCode = count.failed > 0 ? 1 : 0;
}

/** Prints what retraining was worth, and checks ways of retraining against each other where all were played. */
function sumUp(replays, outcomes, { tell, writes }) {
  const rows = rowsOf(outcomes);
  if (rows.length > 0) console.log(`\n== What retraining was worth\n\n${tableOf(rows)}\n`);
  const readings = [];
  let complete = true;
  for (const { scenarios, table, across, reading } of replays) {
    if (!table) continue;
    const wanted = scenarios.filter((scenario) => scenario.row);
    const mine = outcomes.filter(({ data }) => data === table.data);
    if (mine.length < wanted.length) {
      complete = false;
      continue;
    }
    const order = (row) => wanted.findIndex((scenario) => scenario.title === row.title);
    const sorted = rows.filter(({ data }) => data === table.data).sort((a, b) => order(a) - order(b));
    across?.(sorted, (text, ok, got) =>
      tell({ text: `${table.data}: ${text}`, ok, got: typeof got === 'number' ? Number(got.toPrecision(4)) : got }),
    );
    if (reading) readings.push({ title: table.data, text: reading(sorted), rows: sorted });
  }
  if (!writes) return;
  if (!complete) return say(`${PAGE} was not written: not every scenario was played`);
  writeFileSync(
    PAGE,
    pageOf(
      readings.flatMap((one) => one.rows),
      readings,
    ),
  );
  say(`wrote ${PAGE}`);
}

async function load(example) {
  return (await import(pathToFileURL(join(ROOT, 'examples', example, 'replay.mjs')).href)).default;
}

/** The embedded engine has one data directory per process, so every replay has a process of its own. */
function inProcess(task) {
  return new Promise((done) => {
    const began = Date.now();
    const seconds = () => (Date.now() - began) / 1000;
    const dataDir = mkdtempSync(join(tmpdir(), 'leeway-real-'));
    const child = fork(SELF, [task.question ? '--ask' : '--replay', JSON.stringify({ ...task, dataDir })], {
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    let result;
    child.on('message', (message) => (result = message));
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      rmSync(dataDir, { recursive: true, force: true });
      const why = signal ? `ended by ${signal} after ${seconds().toFixed(0)} s` : `exit status ${code}`;
      const broken = {
        report: '',
        megabytes: 0,
        checks: [{ ok: false, text: 'the replay came to its end', got: why }],
      };
      done({ ...(result ?? broken), seconds: seconds() });
    });
  });
}

/** Python with what examples/sklearn/requirements.txt lists, made once in .cache/real; or why it is missing. */
async function findPython() {
  const requirements = join(ROOT, 'examples/sklearn/requirements.txt');
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const [venv, mark] = [join(CACHE, 'venv'), join(CACHE, 'venv.sha256')];
  const path = join(venv, 'bin', 'python');
  if (existsSync(path) && existsSync(mark) && readFileSync(mark, 'utf8') === hash) return { path };
  mkdirSync(CACHE, { recursive: true });
  say('• installing scikit-learn ...');
  for (const [command, args] of [
    ['python3', ['-m', 'venv', venv]],
    [path, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]],
  ]) {
    const { code, output } = await capture(command, args, { timeout: 180_000 });
    if (code !== 0)
      return { missing: `scikit-learn cannot be had: ${output.trim().split('\n').at(-1) || `${command} failed`}` };
  }
  writeFileSync(mark, hash);
  return { path };
}

/** A module of the built server. */
function server(path) {
  return import(pathToFileURL(join(ROOT, 'packages/server/dist', path)).href);
}

/** In the child: plays one scenario on a whole Leeway and tells the parent what came of it. */
async function replay({ example, scenario: name, folder: dataFolder, python, dataDir }) {
  const [{ App }, { Api }, { createToken }, { readConfig }, { ManualClock }, { createLogger }, io, { readTable }] =
    await Promise.all(
      [
        'app/app.js',
        'cli/api.js',
        'access/tokens.js',
        'config/load.js',
        'platform/clock.js',
        'platform/log.js',
        'cli/io.js',
        'learner/read-table.js',
      ].map(server),
    );
  const folder = join(ROOT, 'examples', example);
  const played = await load(example);
  const scenario = played.scenarios.find((candidate) => candidate.name === name);
  const config = await readConfig(join(folder, 'leeway.yaml'));
  scenario.configure?.(
    config.document.models.find((model) => model.name === played.model),
    { python, folder },
  );

  const clock = new ManualClock(played.start);
  const app = await App.open({
    config,
    dataDir,
    clock,
    host: '127.0.0.1',
    port: 0,
    log: createLogger('warn'),
    write: () => {},
  });
  const checks = [];
  const notes = [];
  let report = '';
  let outcome;
  try {
    const url = await app.start({ work: false });
    const api = await Api.connect({
      url,
      token: await createToken(app.ctx, 'test', { name: 'replay', role: 'admin' }),
    });
    const read = (query) =>
      api
        .get(`/models/${played.model}/measurements`, { from: played.start, to: played.end, ...query })
        .then((answer) => answer.measurements);

    await played.play({
      folder: dataFolder,
      readCsv,
      readParquet: (path, kinds) => readRows(readTable, path, kinds),
      api,
      clock,
      settle: app.settle,
      scenario,
      train: (reason) => train(api, app, played.model, reason),
      step: progress(name),
    });
    process.stderr.write('\n');

    const [{ alerts }, { runs }, { versions }, { windows }] = await Promise.all([
      api.get('/alerts', { model: played.model }),
      api.get('/runs', { model: played.model }),
      api.get(`/models/${played.model}/versions`),
      api.get(`/models/${played.model}/windows`, { from: played.start, to: played.end }),
    ]);
    const found = {
      alerts: alerts.filter((alert) => alert.firedAt !== null).reverse(),
      runs: runs.toReversed(),
      versions: versions.toReversed(),
      windows,
    };
    report = render(io, found);
    if (scenario.row) {
      const { metric, monitor, data, against } = played.table;
      const [served, frozen] = await Promise.all([
        read({ metric, monitor, version: '' }),
        read({ metric, monitor, version: 'v1' }),
      ]);
      const windows = windowsOf(served, frozen, new Date(played.live).toISOString());
      outcome = { ...scenario.row, title: scenario.title, data, against, windows, ...outcomeOf(found.runs) };
    }
    await (scenario.judge ?? played.judge)({
      found,
      outcome,
      boosting: scenario.python === true,
      measurements: read,
      compare: (metric, from = played.start) => compare(read, metric, from),
      backtest: (request) => api.post(`/models/${played.model}/backtest`, request),
      note: (text) => notes.push(text),
      check: (text, ok, got) => checks.push({ text, ok, got: typeof got === 'number' ? io.number(got) : got }),
    });
  } catch (error) {
    checks.push({ text: 'the replay came to its end', ok: false, got: error.stack ?? String(error) });
  } finally {
    await app.close();
  }
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  const text = [report, ...notes.map((line) => `- ${line}`)].filter((part) => part !== '').join('\n');
  process.send({ report: text, checks, outcome, megabytes }, () => process.disconnect());
}

async function loadQuestion(file) {
  return (await import(pathToFileURL(join(QUESTIONS, file)).href)).default;
}

/** In the child: asks the command line about one data set, and tells the parent what it answered. */
async function ask({ question, folder, dataDir }) {
  const { ask: run } = await loadQuestion(question);
  const checks = [];
  const notes = [];
  try {
    await run({
      folder,
      /** A place for a file of its own. */
      path: (name) => join(dataDir, name),
      readCsv,
      readParquet: async (path, kinds) => readRows((await server('learner/read-table.js')).readTable, path, kinds),
      /** Writes rows to a file of that name and tells its path. */
      writeCsv(name, rows) {
        const columns = Object.keys(rows[0]);
        const lines = rows.map((row) => columns.map((column) => row[column] ?? '').join(','));
        writeFileSync(join(dataDir, name), `${[columns.join(','), ...lines].join('\n')}\n`);
        return join(dataDir, name);
      },
      leeway,
      note: (text) => notes.push(text),
      check: (text, ok, got) =>
        checks.push({
          text,
          ok,
          got: typeof got === 'number' && !Number.isInteger(got) ? String(Number(got.toPrecision(4))) : got,
        }),
    });
  } catch (error) {
    checks.push({ text: 'every command answered', ok: false, got: error.stack ?? String(error) });
  }
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  process.send({ report: notes.map((line) => `- ${line}`).join('\n'), checks, megabytes }, () => process.disconnect());
}

/** Runs a command of the built program with --json: `{status, lines}`, the documents it printed. Mistakes are thrown. */
function leeway(...args) {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(ROOT, 'packages/server/dist/cli/main.js'), ...args, '--json']);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', fail);
    child.on('close', (status) => {
      if (status > 1) return fail(new Error(`leeway ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`));
      // One document over several lines, or a document a line.
      const lines = stdout.startsWith('{\n')
        ? [JSON.parse(stdout)]
        : stdout
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line));
      return done({ status, lines, document: lines[0] });
    });
  });
}

/** Trains the first version, which has to serve before anything can be predicted. */
async function train(api, app, model, reason) {
  const { id } = await api.post(`/models/${model}/retrain`, { reason });
  await app.settle();
  const run = await api.get(`/runs/${id}`);
  if (run.state !== 'promoted') throw new Error(`the first run is ${run.state}: ${run.error?.detail ?? run.decision}`);
}

function progress(name) {
  let told = 0;
  return (text, share) => {
    if (Date.now() - told < (process.stderr.isTTY ? 200 : 10_000)) return;
    told = Date.now();
    process.stderr.write(
      `${process.stderr.isTTY ? '\r' : ''}• ${name} ${text} ${Math.min(100, Math.round(100 * share))} %${process.stderr.isTTY ? '' : '\n'}`,
    );
  };
}

/** A metric of what served and of v1 in the shadow, over the windows that have both, each with the weight of its rows. */
async function compare(read, metric, from) {
  const [served, frozen] = await Promise.all([
    read({ metric, from, version: '' }),
    read({ metric, from, version: 'v1' }),
  ]);
  const theirs = new Map(frozen.filter((m) => m.value !== null).map((m) => [`${m.monitor} ${m.windowStart}`, m]));
  const pairs = served.filter((m) => m.value !== null && theirs.has(`${m.monitor} ${m.windowStart}`));
  const rows = pairs.reduce((sum, m) => sum + m.n, 0);
  const mean = (value) => pairs.reduce((sum, m) => sum + value(m) * m.n, 0) / rows;
  return {
    from:
      pairs
        .map((m) => m.windowStart)
        .sort()[0]
        ?.slice(0, 10) ?? 'never',
    windows: pairs.length,
    served: mean((m) => m.value),
    frozen: mean((m) => theirs.get(`${m.monitor} ${m.windowStart}`).value),
  };
}

function render({ table, number }, { alerts, runs, versions, windows }) {
  const date = (at) => at?.slice(0, 10) ?? '';
  const short = (text, length) => (text.length > length ? `${text.slice(0, length - 3)}...` : text);
  const states = new Map();
  for (const { monitor, state } of windows)
    states.set(`${monitor}, ${state}`, (states.get(`${monitor}, ${state}`) ?? 0) + 1);
  const parts = [`Windows: ${[...states].map(([what, n]) => `${n} ${what}`).join('; ') || 'none'}`];
  parts.push('', `Alerts: ${alerts.length || 'none'}`);
  if (alerts.length > 0) {
    parts.push(
      table(alerts, [
        { title: 'FIRED', value: (a) => date(a.firedAt) },
        { title: 'OVER', value: (a) => date(a.resolvedAt) },
        { title: 'RULE', value: (a) => [a.rule, a.column].filter(Boolean).join(' ') },
        { title: 'WHY', value: (a) => short(a.cause?.summary ?? a.summary, 110) },
      ]),
    );
  }
  if (runs.length > 0) {
    parts.push(
      '',
      `Runs: ${runs.length}`,
      table(runs, [
        { title: 'DAY', value: (r) => date(r.createdAt) },
        { title: 'TRIGGER', value: (r) => r.trigger },
        { title: 'STATE', value: (r) => r.state },
        { title: 'VERSION', value: (r) => (r.challenger ? `${r.champion ?? '-'} > ${r.challenger}` : '') },
        {
          title: 'GATES',
          value: (r) =>
            r.gates.map((g) => `${g.metric} ${number(g.champion)} > ${number(g.challenger)} ${g.verdict}`).join(', ') ||
            short(r.error?.detail ?? r.decision ?? '', 90),
        },
      ]),
    );
  }
  const served = versions.flatMap(({ version, served }) =>
    served.map(({ from, to }) => `${version} ${date(from)} to ${date(to) || 'the end'}`),
  );
  if (served.length > 0) parts.push('', `Served: ${served.join(', ')}`);
  return `${parts.join('\n')}\n`;
}

/** Rows of a CSV file without quotes, gzip or not, as texts by column name. */
function readCsv(path) {
  const bytes = readFileSync(path);
  const [head, ...lines] = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim().split(/\r?\n/);
  const names = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, i) => [name, cells[i]]));
  });
}

/** Rows of a Parquet file, with the columns asked for. */
async function readRows(readTable, path, kinds) {
  const table = await readTable(path, new Map(Object.entries(kinds)));
  const columns = Object.keys(kinds).map((name) => {
    const column = table.columns.get(name);
    return column.kind === 'categorical'
      ? (row) => column.categories[column.codes[row]] ?? null
      : (row) => column.values[row];
  });
  const names = Object.keys(kinds);
  return Array.from({ length: table.rows }, (_, row) =>
    Object.fromEntries(names.map((name, i) => [name, columns[i](row)])),
  );
}
