import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config, type ModelConfig, type Run } from '@leeway/contract';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Audit } from '../audit/audit.ts';
import { registerCards } from '../cards/index.ts';
import type { Context } from '../context.ts';
import { Events } from '../events/events.ts';
import { loadOnnx } from '../gateway/runtime.ts';
import { Jobs } from '../jobs/jobs.ts';
import { tableOf } from '../learner/testdata/table.ts';
import { TrainParams, type TrainSchema, train } from '../learner/train.ts';
import { ManualClock } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import { createLogger } from '../platform/log.ts';
import { markOf, stillRuns } from '../platform/process-group.ts';
import { listVersions } from '../registry/versions.ts';
import { type OpenStore, openStore } from '../store/open.ts';
import { labelsTable, predictionsTable, syncModelTables } from '../warehouse/model-tables.ts';
import { instant, Warehouse } from '../warehouse/warehouse.ts';
import { evaluationOf } from './evaluations.ts';
import { type Retraining, type RetrainingOptions, registerRetraining } from './index.ts';
import { programPath } from './program.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-03-10T00:30:00Z');
const ROWS = 3_000;
const DAYS = 35;

const FEATURES = {
  distance: { type: 'numeric' },
  carrier: { type: 'categorical' },
  late: { type: 'boolean' },
} as const;
const SCHEMA: TrainSchema = { task: 'binary', positive: 'yes', label: 'label', features: FEATURES };
const dir = mkdtempSync(join(tmpdir(), 'leeway-retraining-'));

interface Row {
  id: string;
  time: number;
  distance: number | null;
  carrier: string | null;
  late: boolean;
  label: string;
}

/** Rows whose label follows from their features, with chance. */
function makeRows(): Row[] {
  let state = 3;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: ROWS }, (_, i) => {
    const distance = random() * 10;
    const carrier = ['AA', 'DL', 'WN'][Math.floor(random() * 3)]!;
    const late = random() < 0.3;
    const logit = distance - 5 + (carrier === 'AA' ? 1.5 : 0) + (late ? 1 : -0.5);
    const label = random() < 1 / (1 + Math.exp(-logit)) ? 'yes' : 'no';
    const missing = random();
    return {
      id: `p${i}`,
      time: NOW - DAYS * DAY + Math.floor((i * DAYS * DAY) / ROWS),
      distance: missing < 0.02 ? null : distance,
      carrier: missing > 0.98 ? null : carrier,
      late,
      label,
    };
  });
}

/** A model learnt from the rows; `labelOf` may spoil what it learns. */
function onnxOf(rows: Row[], name: string, labelOf: (row: Row, i: number) => string): string {
  const table = tableOf({ distance: 'numeric', carrier: 'categorical', late: 'boolean', label: 'categorical' }, [
    ...rows.map((row, i) => [row.distance, row.carrier, row.late, labelOf(row, i)]),
  ]);
  const path = join(dir, `${name}.onnx`);
  writeFileSync(path, train(table, SCHEMA, TrainParams.parse({})).onnx);
  return path;
}

const rows = makeRows();
const good = onnxOf(rows, 'good', (row) => row.label);
const poor = onnxOf(rows, 'poor', (_, i) => (i % 2 === 0 ? 'yes' : 'no'));

/** A trainer in one line of JavaScript. */
const node = (script: string) => ({
  type: 'command',
  command: [process.execPath, '-e', `const fs = require('fs'); const e = process.env; ${script}`],
});
const leaves = (path: string) => node(`fs.copyFileSync(${JSON.stringify(path)}, e.LEEWAY_OUTPUT + '/model.onnx')`);

/** What passes serves, the first version too. */
const AUTO = { mode: 'auto', first: 'auto' };

const GATES = [
  { type: 'compare', metric: 'log_loss' },
  { type: 'threshold', metric: 'roc_auc', above: 0.7 },
];

/** Every model has a table of its own, so that a test has the runs of its model to itself. */
let models: ModelConfig[] = [];
function declare(name: string, retrain: Record<string, unknown> | undefined): ModelConfig {
  const columns = { features: FEATURES, positive: 'yes', score: 'score', label: 'delayed' };
  const document = { apiVersion: 'leeway/v1', models: [{ name, task: 'binary', columns, retrain }] };
  const model = Config.parse(document).models[0]!;
  models = [...models.filter((other) => other.name !== name), model];
  return model;
}

let store: OpenStore;
let warehouse: Warehouse;
let clock: ManualClock;
let ctx: Context;
let retraining: Retraining;

/** As after a start of the server on the same stores. */
function boot(options: RetrainingOptions = {}): void {
  const log = createLogger('silent');
  ctx = {
    ...{ clock, newId, log, store, warehouse, dataDir: dir },
    jobs: new Jobs({ store, clock, log }),
    events: new Events(clock),
    audit: new Audit(clock),
    publicUrl: () => 'http://127.0.0.1:7373',
    config: () => ({ ...Config.parse({ apiVersion: 'leeway/v1' }), channels: [], models }),
  };
  retraining = registerRetraining(ctx, options);
  const none = async () => null;
  registerCards(ctx, { runOf: none, datasetOf: none, evaluationOf: none, explanationOf: none });
}

async function seed(model: ModelConfig, given = rows): Promise<void> {
  await syncModelTables(warehouse, model);
  await warehouse.insert(
    predictionsTable(model).replaceAll('`', ''),
    given.map((row, i) => ({
      ...{ id: row.id, time: instant(row.time), received: instant(row.time), weight: 1 },
      ...{ role: i % 2 === 0 ? 'live' : 'history', f_distance: row.distance, f_carrier: row.carrier, f_late: row.late },
    })),
  );
  await warehouse.insert(
    labelsTable(model).replaceAll('`', ''),
    given.map((row) => ({
      id: row.id,
      label: row.label,
      received: instant(Math.min(NOW, row.time + DAY)),
      source: '',
    })),
  );
}

async function setUp(name: string, retrain: Record<string, unknown>): Promise<ModelConfig> {
  const model = declare(name, { approval: AUTO, gates: GATES, ...retrain });
  await seed(model);
  return model;
}

let asked = 0;
const byHand = (model: string, key = `hand/${++asked}`) =>
  retraining.startRun({ model, trigger: 'hand', reason: 'test', key, actor: 'ann' });

/** A run by hand to its end. */
async function runOf(model: string): Promise<Run> {
  const { id } = await byHand(model);
  await ctx.jobs.drain();
  return retraining.getRun(id);
}

const audit = async (subject: string) =>
  (await ctx.audit.list(store.db, 1_000)).filter((entry) => entry.subject === subject).reverse();

beforeAll(async () => {
  store = await openStore(join(dir, 'store.db'));
  warehouse = await Warehouse.open(join(dir, 'warehouse'));
  clock = new ManualClock(NOW);
});

afterAll(async () => {
  await warehouse?.close();
  await store?.close();
  rmSync(dir, { recursive: true, force: true });
});

beforeAll(() => boot());
afterEach(async () => {
  await ctx.jobs.stop();
  models = [];
  boot();
});

describe('a run', () => {
  it('trains the first version, which serves by itself; the same again is no better, a better one is', async () => {
    const model = await setUp('flights', { executor: leaves(poor), gates: [GATES[0]] });
    const first = await runOf(model.name);
    expect(first).toMatchObject({
      ...{ state: 'promoted', champion: null, challenger: 'v1', error: null },
      gates: [{ type: 'compare', metric: 'log_loss', verdict: 'inconclusive', reason: 'no_champion' }],
      dataset: { holdoutRows: expect.any(Number), start: expect.stringMatching(/^2026-02-10T00:1/) },
    });
    const { trainRows, holdoutRows } = first.dataset!;
    expect([trainRows + holdoutRows, holdoutRows]).toEqual([(28 * ROWS) / DAYS, (7 * ROWS) / DAYS]);
    expect((await audit(first.id)).map((entry) => [entry.action, entry.actor])).toEqual([
      ['run.queued', 'ann'],
      ['run.preparing', 'leeway'],
      ['run.training', 'leeway'],
      ['run.evaluating', 'leeway'],
      ['run.promoted', 'leeway'],
    ]);

    const [v1] = await listVersions(store.db, model.name);
    expect(v1).toMatchObject({
      ...{ version: 'v1', aliases: ['champion'], run: first.id, parent: null, dataset: first.dataset },
      ...{ metrics: { log_loss: expect.any(Number), roc_auc: expect.any(Number) }, artifact: { format: 'onnx' } },
    });
    const profiles = await warehouse.query<{ summary: string }>(
      `SELECT summary FROM profiles WHERE model = 'flights' AND reference = 'training:v1' AND column = 'score'
         AND bucket_start = bucket_end AND bucket_start = {at:DateTime64(3, 'UTC')}`,
      { at: instant(Date.parse(first.dataset!.holdoutStart)) },
    );
    expect(JSON.parse(profiles[0]!.summary)).toMatchObject({ kind: 'numeric', count: holdoutRows });

    const same = await runOf(model.name);
    expect(same).toMatchObject({
      ...{ state: 'rejected', champion: 'v1', challenger: 'v2', dataset: first.dataset },
      gates: [{ verdict: 'inconclusive', reason: 'interval_holds_margin', difference: 0, n: holdoutRows }],
      decision: 'rejected, inconclusive: compare log_loss (interval_holds_margin)',
    });

    declare(model.name, { approval: AUTO, gates: GATES, executor: leaves(good) });
    const better = await runOf(model.name);
    expect(better).toMatchObject({ state: 'promoted', champion: 'v1', challenger: 'v3' });
    expect(better.gates.map((gate) => gate.verdict)).toEqual(['pass', 'pass']);
    expect(better.gates[0]!.upper).toBeLessThan(0);
    const { hash, evaluation } = await evaluationOf(store.db, better.id);
    expect(evaluation).toMatchObject({
      ...{ run: better.id, champion: 'v1', challenger: 'v3', verdict: 'pass', gates: better.gates },
      ...{ rows: holdoutRows, usedRows: holdoutRows, labelledShare: expect.any(Number), withoutChampion: null },
    });
    expect(hash).toBe(createHash('sha256').update(JSON.stringify(evaluation)).digest('hex'));

    declare(model.name, { approval: AUTO, gates: GATES, executor: leaves(poor) });
    const worse = await runOf(model.name);
    expect(worse).toMatchObject({ state: 'rejected', champion: 'v3', challenger: 'v4' });
    expect(worse.gates.map((gate) => gate.verdict)).toEqual(['fail', 'fail']);
    const versions = await listVersions(store.db, model.name);
    expect(versions.map((v) => [v.version, v.aliases, v.parent])).toEqual([
      ['v4', ['challenger'], 'v3'],
      ['v3', ['champion'], 'v1'],
      ['v2', [], 'v1'],
      ['v1', [], null],
    ]);
    // The data of the last three runs stay.
    expect([first, same, better, worse].map((run) => existsSync(join(dir, 'runs', run.id, 'train.parquet')))).toEqual([
      ...[false, true, true, true],
    ]);
    expect(await ctx.audit.firstBroken(store.db)).toBeNull();
  });

  it('runs both versions for the gates that ask for it, and a program of somebody', async () => {
    const answer = JSON.stringify({ verdict: 'pass', reason: 'all well', value: 1 });
    const gates = [
      { type: 'signature' },
      { type: 'size', ratio: 100 },
      { type: 'latency', calls: 20, ratio: 1000 },
      { type: 'replay', window: '365d', below: 100 },
      { type: 'command', name: 'own', command: [process.execPath, '-e', `console.log('${answer}')`] },
    ];
    const model = await setUp('judged', { executor: leaves(poor), gates });
    const first = await runOf(model.name);
    expect(first.gates.map(({ reason }) => reason)).toEqual([
      ...['takes_the_features', 'no_champion', 'no_champion', 'no_champion', 'custom'],
    ]);
    expect(first.state).toBe('promoted');
    declare(model.name, { approval: AUTO, gates, executor: leaves(good) });
    const second = await runOf(model.name);
    expect(second.gates.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['signature', 'pass'],
      ['size bytes', 'pass'],
      ['latency latency_p95_ms', 'pass'],
      ['replay psi', 'pass'],
      ['own', 'pass'],
    ]);
    expect(second.gates[3]!.n).toBeGreaterThan(200);
    expect(second.gates[2]!.challenger).toBeGreaterThan(0);
  });

  it('gives the trainer what the contract says, and nothing of the server', async () => {
    vi.stubEnv('SLACK_TOKEN', 'xoxb-of-the-server');
    const script = `fs.writeFileSync('env.json', JSON.stringify(e)); console.log('key ' + e.API_KEY); console.error('Bearer abcdefghijkl');`;
    const { command } = node(`${script} fs.copyFileSync('${good}', e.LEEWAY_OUTPUT + '/model.onnx')`);
    const params = { C: 0.5 };
    const executor = { type: 'command', command, env: { API_KEY: 'hush-hush', MODE: 'fast' } };
    const model = await setUp('contract', { params, executor });
    const run = await runOf(model.name);
    vi.unstubAllEnvs();
    expect(run.state).toBe('promoted');
    const folder = join(dir, 'runs', run.id);
    const env = JSON.parse(readFileSync(join(folder, 'env.json'), 'utf8'));
    expect(env).toMatchObject({
      ...{ LEEWAY_RUN_ID: run.id, LEEWAY_MODEL: 'contract', LEEWAY_REASON: 'test', LEEWAY_CHAMPION: '' },
      ...{ LEEWAY_URL: 'http://127.0.0.1:7373', LEEWAY_PARAMS: '{"C":0.5}', MODE: 'fast' },
    });
    expect(env.SLACK_TOKEN).toBeUndefined();
    expect(JSON.parse(readFileSync(env.LEEWAY_SCHEMA, 'utf8'))).toEqual(SCHEMA);
    for (const [path, count] of [
      [env.LEEWAY_TRAIN_DATA, run.dataset!.trainRows],
      [env.LEEWAY_HOLDOUT_DATA, run.dataset!.holdoutRows],
    ]) {
      const { schema, num_rows } = await parquetMetadataAsync(await asyncBufferFromFile(path));
      // The labels of the held-out rows are not for the trainer.
      const label = path === env.LEEWAY_TRAIN_DATA ? ['label'] : [];
      expect(schema.slice(1).map((column) => column.name)).toEqual([
        ...['id', 'time', 'distance', 'carrier', 'late'],
        ...label,
      ]);
      expect(Number(num_rows)).toBe(count);
    }
    expect(run.log.split('\n').sort()).toEqual(['Bearer [secret]', 'key [secret]']);
    const [version] = await listVersions(store.db, model.name);
    expect(version!.params).toEqual(params);
  });

  it('shows nothing without held-out rows', async () => {
    const model = await setUp('unheld', { executor: leaves(good), data: { holdout: '0s' } });
    const run = await runOf(model.name);
    expect(run).toMatchObject({ state: 'rejected', challenger: 'v1', dataset: { holdoutRows: 0 } });
    expect(run.gates.map((gate) => [gate.verdict, gate.reason])).toEqual([
      ['inconclusive', 'too_few_rows'],
      ['inconclusive', 'too_few_rows'],
    ]);
  });

  it.each([
    ['multiclass', 'log_loss', (row: Row) => row.carrier ?? 'AA', { accuracy: 1, roc_auc_ovr: 1, log_loss: 0 }],
    ['regression', 'rmse', (row: Row) => String(2 * (row.distance ?? 5) + 1), { r2: 1 }],
  ] as const)('%s: learns what can be learnt, and is no worse than itself', async (task, metric, labelOf, expected) => {
    const labelled = rows.filter((row) => row.carrier && row.distance).map((row) => ({ ...row, label: labelOf(row) }));
    const kinds = { distance: 'numeric', carrier: 'categorical', late: 'boolean' } as const;
    const table = tableOf({ ...kinds, label: task === 'regression' ? 'numeric' : 'categorical' }, [
      ...labelled.map((row) => [row.distance, row.carrier, row.late, row.label]),
    ]);
    const path = join(dir, `${task}.onnx`);
    writeFileSync(path, train(table, { ...SCHEMA, task }, TrainParams.parse({ C: 1000 })).onnx);
    const gates = [{ type: 'compare', metric, form: 'non_inferiority', margin: 0.01 }];
    const base = declare(task, { approval: AUTO, gates, executor: leaves(path) });
    const { score: _, ...others } = base.columns;
    const scores = { AA: 'p_AA', DL: 'p_DL', WN: 'p_WN' };
    const columns = { ...others, ...(task === 'multiclass' ? { scores } : {}) };
    const model = { ...base, task, columns };
    models = [model];
    await seed(model, labelled);
    expect(await runOf(task)).toMatchObject({ state: 'promoted', gates: [{ reason: 'no_champion' }] });
    expect(await runOf(task)).toMatchObject({ state: 'promoted', champion: 'v1', gates: [{ verdict: 'pass' }] });
    const [version] = await listVersions(store.db, task);
    for (const [id, value] of Object.entries(expected)) expect(version!.metrics[id]).toBeCloseTo(value, 2);
    const profiles = await warehouse.query(
      `SELECT reference FROM profiles WHERE model = {task:String} AND column = 'prediction' ORDER BY reference`,
      { task },
    );
    expect(profiles).toEqual([{ reference: 'training:v1' }, { reference: 'training:v2' }]);
    const ofClasses = await warehouse.query<{ column: string }>(
      `SELECT DISTINCT column FROM profiles WHERE model = {task:String} AND (startsWith(column, 'p_') OR column = 'class_scores') ORDER BY column`,
      { task },
    );
    const expectedColumns = task === 'multiclass' ? ['class_scores', 'p_AA', 'p_DL', 'p_WN'] : [];
    expect(ofClasses.map(({ column }) => column)).toEqual(expectedColumns);
  });

  it.runIf(existsSync(programPath('learner/main')))('learns by the built-in trainer', async () => {
    const model = await setUp('builtin', { executor: { type: 'builtin' } });
    const run = await runOf(model.name);
    expect(run).toMatchObject({ state: 'promoted', error: null });
    expect(run.log).toContain('wrote model.onnx');
    const [version] = await listVersions(store.db, model.name);
    expect(version!.metrics['roc_auc']).toBeGreaterThan(0.85);
  });

  it('takes the word of a trainer whose model cannot be run here', async () => {
    const executor = node(`
      fs.writeFileSync(e.LEEWAY_OUTPUT + '/model.pkl', 'pickle');
      fs.copyFileSync('${dir}/predictions.parquet', e.LEEWAY_OUTPUT + '/holdout_predictions.parquet')`);
    const model = await setUp('external', { executor });
    const window = { from: instant(NOW - 8 * DAY), to: instant(NOW) };
    await warehouse.exportParquet(
      join(dir, 'predictions.parquet'),
      `SELECT id, if(f_distance > 5, 'yes', 'no') AS prediction, ifNull(f_distance, 5) / 10.5 AS score
       FROM predictions_external WHERE time >= {from:DateTime64(3, 'UTC')} AND time < {to:DateTime64(3, 'UTC')} ORDER BY rand()`,
      window,
    );
    expect(await runOf(model.name)).toMatchObject({ state: 'promoted', challenger: 'v1' });
    const [version] = await listVersions(store.db, model.name);
    expect(version).toMatchObject({ artifact: { format: 'external' } });
    expect(version!.metrics['roc_auc']).toBeGreaterThan(0.8);

    // Against a champion that cannot be run, nothing can be shown.
    declare(model.name, { approval: AUTO, gates: GATES, executor: leaves(good) });
    const next = await runOf(model.name);
    expect(next).toMatchObject({ state: 'rejected', gates: [{ reason: 'champion_not_scored' }, { verdict: 'pass' }] });
  });
});

describe('a trainer that goes wrong', () => {
  const copy = (name: string) => `fs.copyFileSync('${good}', e.LEEWAY_OUTPUT + '/${name}');`;
  it.each<[intent: string, executor: Record<string, unknown>, code: string, detail: RegExp]>([
    [
      'fails',
      node(`console.log('no such column'); process.exit(3)`),
      'trainer_failed',
      /exit status 3.*\nno such column$/,
    ],
    ['is killed', node(`process.kill(process.pid, 'SIGKILL')`), 'trainer_failed', /ended by SIGKILL; it wrote nothing/],
    [
      'is not there',
      { type: 'command', command: ['no-such-program'] },
      'trainer_failed',
      /"no-such-program" could not be started/,
    ],
    [
      'hangs',
      { ...node(`console.log('hm'); setInterval(() => {}, 9e3)`), timeout: '1s' },
      'trainer_timeout',
      /after 1s.*\nhm$/,
    ],
    ['leaves nothing', node(``), 'no_candidate', /it is empty/],
    [
      'leaves numbers only',
      node(`fs.writeFileSync(e.LEEWAY_OUTPUT + '/metrics.json', '{}')`),
      'no_candidate',
      /metrics\.json/,
    ],
    ['leaves two', node(`${copy('a.onnx')} ${copy('b.onnx')}`), 'ambiguous_candidate', /a\.onnx, b\.onnx/],
    ['leaves a broken file', node(`fs.writeFileSync(e.LEEWAY_OUTPUT + '/model.onnx', 'x')`), 'broken_model', /onnx/],
    ['is of no known type', { type: 'magic' }, 'config_invalid', /"magic"; there are builtin, command/],
    ['lacks its command', { type: 'command' }, 'config_invalid', /command/],
    [
      'has a text for a command',
      { type: 'command', command: 'echo out of luck; exit 4' },
      'trainer_failed',
      /exit status 4.*\nout of luck/,
    ],
  ])('%s', async (_, executor, code, detail) => {
    const model = await setUp('trouble', { executor });
    const run = await runOf(model.name);
    expect(run).toMatchObject({
      state: 'failed',
      challenger: null,
      error: { code, detail: expect.stringMatching(detail) },
    });
    expect((await audit(run.id)).at(-1)).toMatchObject({ action: 'run.failed', detail: { error: { code } } });
    expect(await store.db.selectFrom('jobs').selectAll().execute()).toEqual([]);
    expect(await listVersions(store.db, model.name)).toEqual([]);
  });

  it('has too few rows', async () => {
    const model = await setUp('few', { executor: leaves(good), data: { minimumRows: 100_000 } });
    expect(await runOf(model.name)).toMatchObject({ state: 'failed', error: { code: 'too_few_rows' } });
    const empty = declare('empty', { executor: leaves(good) });
    await syncModelTables(warehouse, empty);
    expect(await runOf(empty.name)).toMatchObject({ state: 'failed', error: { code: 'too_few_rows' } });
  });

  it('leaves no process of its group behind', async () => {
    const child = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 9e3)'], { stdio: 'inherit' }).pid`;
    const executor = node(`fs.writeFileSync('child.pid', String(${child})); setTimeout(() => process.exit(3), 50)`);
    const model = await setUp('children', { executor });
    const run = await runOf(model.name);
    expect(run.error!.code).toBe('trainer_failed');
    const pid = Number(readFileSync(join(dir, 'runs', run.id, 'child.pid'), 'utf8'));
    await vi.waitFor(() => expect(stillRuns(markOf(pid))).toBe(false));
  });
});

/** When the next queued job falls due. */
async function nextDueAt(): Promise<number | null> {
  const row = await store.db
    .selectFrom('jobs')
    .select((e) => e.fn.min('runAt').as('at'))
    .where('state', '=', 'queued')
    .executeTakeFirst();
  return row?.at === null || row?.at === undefined ? null : Number(row.at);
}

describe('occasions', () => {
  const alert = (model: string, id: string, rule = 'drop', labels: Record<string, string> = {}) => ({
    ...{ id, model, rule, summary: 'log loss rose', labels },
  });
  const fire = (given: ReturnType<typeof alert>) =>
    store.db.transaction().execute((tx) => retraining.onAlertFiring(tx, given));

  async function openAlert(model: string, id: string, metric: string): Promise<void> {
    const cause = {
      summary: '',
      kind: 'data_quality',
      columns: [{ column: 'distance' }],
      slices: [{ slice: 'carrier=AA' }],
    };
    await store.db
      .insertInto('alerts')
      .values({
        ...{ id, model, rule: 'range', instance: '', state: 'firing', noData: 0, severity: 'critical', labels: '{}' },
        ...{
          metric,
          column: 'distance',
          slice: '',
          version: 'v1',
          value: 1,
          threshold: 0,
          windowStart: NOW,
          windowEnd: NOW,
        },
        ...{ summary: '', cause: JSON.stringify(cause), runbook: null, activeAt: NOW, firedAt: NOW, resolvedAt: null },
        ...{ acknowledgedBy: null, acknowledgedAt: null, evidence: '{}', certainty: 'confirmed', flapping: 0 },
      } as never)
      .execute();
  }

  it('the same key starts once, another is told to wait', async () => {
    const model = await setUp('once', { executor: leaves(good) });
    const [first, second] = await Promise.all([byHand(model.name, 'k'), byHand(model.name, 'k')]);
    expect(second.id).toBe(first.id);
    await expect(byHand(model.name)).rejects.toMatchObject({ code: 'run_in_progress' });
    await ctx.jobs.drain();
    expect((await byHand(model.name, 'k')).state).toBe('promoted');
    expect(await retraining.listRuns({ model: model.name })).toHaveLength(1);
  });

  it('an alert of its rule starts a run, once; cooldown holds the next back and is on record', async () => {
    const triggers = [{ on: 'alert', rule: 'drop' }];
    const model = await setUp('alerted', { executor: leaves(good), triggers });
    await fire(alert(model.name, 'al_a', 'other'));
    await fire(alert(model.name, 'al_n', 'drop', { condition: 'no_data' }));
    expect(await retraining.listRuns({ model: model.name })).toEqual([]);
    await fire(alert(model.name, 'al_b'));
    await fire(alert(model.name, 'al_b'));
    const runs = await retraining.listRuns({ model: model.name });
    expect(runs).toMatchObject([{ trigger: 'alert:drop', reason: 'log loss rose', alert: 'al_b', state: 'queued' }]);
    await ctx.jobs.drain();
    await fire(alert(model.name, 'al_c'));
    expect(await retraining.listRuns({ model: model.name })).toHaveLength(1);
    expect((await audit(model.name)).at(-1)).toMatchObject({
      action: 'run.refused',
      detail: { code: 'cooldown', alert: 'al_c', until: NOW + DAY },
    });
    const told = await ctx.events.after(store.db, (await ctx.events.lastId(store.db)) - 1);
    expect(told[0]).toMatchObject({ name: 'run.changed', data: { state: 'refused', code: 'cooldown' } });
    // A person need not wait.
    expect((await byHand(model.name)).state).toBe('queued');
    await ctx.jobs.drain();
  });

  it('a broken feed vetoes, and says which', async () => {
    const model = await setUp('broken', { executor: leaves(good) });
    await openAlert(model.name, 'al_q', 'quality.range_share');
    const run = await byHand(model.name);
    expect(run).toMatchObject({
      ...{ state: 'vetoed', endedAt: expect.any(String) },
      error: {
        code: 'quality_veto',
        detail: 'alert al_q of rule range is firing: quality.range_share, column distance, slice carrier=AA',
      },
    });
    await ctx.jobs.drain();
    expect((await retraining.getRun(run.id)).state).toBe('vetoed');
    await store.db.updateTable('alerts').set({ state: 'resolved' }).where('id', '=', 'al_q').execute();
    expect((await runOf(model.name)).state).toBe('promoted');
  });

  it('a feed that breaks before the data are read vetoes too; other alerts do not', async () => {
    const model = await setUp('breaking', { executor: leaves(good) });
    await openAlert(model.name, 'al_p', 'log_loss');
    const run = await byHand(model.name);
    expect(run.state).toBe('queued');
    await openAlert(model.name, 'al_r', 'quality.missing_share');
    await ctx.jobs.drain();
    expect(await retraining.getRun(run.id)).toMatchObject({ state: 'vetoed', error: { code: 'quality_veto' } });
  });

  it('the clock starts runs', async () => {
    const triggers = [{ on: 'schedule', cron: '0 3 * * *' }];
    const model = await setUp('nightly', { executor: leaves(good), triggers, cooldown: '1h', backoff: '1h' });
    await store.db.transaction().execute((tx) => retraining.schedule(tx));
    await retraining.schedule(store.db);
    await ctx.jobs.drain();
    expect(await retraining.listRuns({ model: model.name })).toEqual([]);
    const at = Date.parse('2026-03-10T03:00:00Z');
    expect(await nextDueAt()).toBe(at);
    clock.set(at);
    await ctx.jobs.drain();
    const runs = await retraining.listRuns({ model: model.name });
    expect(runs).toMatchObject([{ trigger: 'schedule', state: 'promoted', reason: 'schedule 0 3 * * *' }]);
    expect(await nextDueAt()).toBe(at + DAY);
    models = [];
    clock.set(at + DAY);
    await ctx.jobs.drain();
    expect(await nextDueAt()).toBeNull();
  });

  it('an alert that keeps firing asks again when backoff and cooldown are over, quietly and once a window', async () => {
    const triggers = [{ on: 'alert', rule: 'range' }];
    const model = await setUp('lasting', {
      executor: leaves(poor),
      triggers,
      gates: GATES,
      cooldown: '1h',
      backoff: '2d',
    });
    const again = (windowEnd: number) =>
      store.db.transaction().execute((tx) => retraining.onWindowJudged(tx, model.name, windowEnd));
    await openAlert(model.name, 'al_l', 'log_loss');
    await fire(alert(model.name, 'al_l', 'range'));
    await ctx.jobs.drain();
    const states = async () => (await retraining.listRuns({ model: model.name })).map((run) => run.state);
    expect(await states()).toEqual(['rejected']);
    const refusals = (await audit(model.name)).length;
    await again(NOW);
    expect(await states()).toEqual(['rejected']);
    expect((await audit(model.name)).length).toBe(refusals);
    clock.set(clock.now() + 2 * DAY);
    await again(NOW);
    await again(NOW);
    expect(await states()).toEqual(['queued', 'rejected']);
    await ctx.jobs.drain();
    await store.db.updateTable('alerts').set({ state: 'resolved' }).where('id', '=', 'al_l').execute();
    clock.advance(2 * DAY);
    await again(NOW);
    expect(await states()).toEqual(['rejected', 'rejected']);
  });
});

describe('a person decides', () => {
  it('approves what passed; what did not takes force', async () => {
    const model = await setUp('asked', { executor: leaves(poor), approval: 'approve', gates: [GATES[0]] });
    const first = await runOf(model.name);
    expect(first).toMatchObject({ state: 'awaiting_approval', challenger: 'v1' });
    const versions = () => listVersions(store.db, model.name);
    expect((await versions())[0]!.aliases).toEqual(['challenger']);
    const approved = await retraining.approveRun({ id: first.id, actor: 'bob', reason: 'fine' });
    expect(approved).toMatchObject({ state: 'promoted', decision: 'approved by bob: fine' });
    expect((await versions())[0]).toMatchObject({ aliases: ['champion'], served: [{ to: null }] });
    await expect(retraining.rejectRun({ id: first.id, actor: 'bob', reason: '' })).rejects.toMatchObject({
      code: 'wrong_state',
    });

    const waits = await runOf(model.name);
    expect(waits).toMatchObject({ state: 'awaiting_approval', gates: [{ verdict: 'inconclusive' }] });
    const next = await runOf(model.name);
    expect(await retraining.getRun(waits.id)).toMatchObject({
      ...{ state: 'rejected', decision: `superseded by run ${next.id}` },
    });
    const ask = { id: next.id, actor: 'bob', reason: '' };
    await expect(retraining.approveRun(ask)).rejects.toMatchObject({ code: 'approval_required' });
    await expect(retraining.approveRun({ ...ask, force: true })).rejects.toMatchObject({ code: 'approval_required' });
    expect(await retraining.approveRun({ ...ask, reason: 'asked for', force: true })).toMatchObject({
      state: 'promoted',
    });
    expect((await audit(next.id)).at(-1)).toMatchObject({ actor: 'bob', action: 'run.promoted' });
    expect((await versions()).map((version) => version.aliases)).toEqual([['champion'], [], []]);
  });

  it('suggests, and is refused', async () => {
    const model = await setUp('suggested', { executor: leaves(good), approval: 'suggest' });
    const run = await runOf(model.name);
    expect(run).toMatchObject({
      state: 'awaiting_approval',
      decision: expect.stringMatching(/a person decides, pass/),
    });
    const refused = await retraining.rejectRun({ id: run.id, actor: 'bob', reason: 'not now' });
    expect(refused).toMatchObject({ state: 'rejected', decision: 'rejected by bob: not now' });
  });

  it('cancels a trainer that runs', async () => {
    const model = await setUp('cancelled', { executor: node(`setInterval(() => {}, 9e3)`) });
    const { id } = await byHand(model.name);
    const drained = ctx.jobs.drain();
    const mark = join(dir, 'runs', id, 'training-0', 'program.json');
    await vi.waitFor(() => expect(existsSync(mark)).toBe(true), { timeout: 10_000 });
    const trainer = JSON.parse(readFileSync(mark, 'utf8'));
    await retraining.cancelRun({ id, actor: 'bob', reason: 'enough' });
    await drained;
    expect(stillRuns(trainer)).toBe(false);
    expect(await retraining.getRun(id)).toMatchObject({
      ...{ state: 'cancelled', decision: 'cancelled by bob: enough' },
      executions: [{ state: 'cancelled', native: 'ended by SIGTERM' }],
    });
    await expect(retraining.cancelRun({ id, actor: 'bob', reason: '' })).rejects.toMatchObject({ code: 'wrong_state' });
  });
});

describe('somebody is faster', () => {
  it('cancelled while it is evaluated: nothing is registered', async () => {
    const model = await setUp('late-cancel', { executor: leaves(good) });
    boot({
      loadScorer: async (path, given) => {
        await retraining.cancelRun({ id, actor: 'bob', reason: 'enough' });
        return loadOnnx(path, given);
      },
    });
    const { id } = await byHand(model.name);
    await ctx.jobs.drain();
    expect((await retraining.getRun(id)).state).toBe('cancelled');
    expect(await listVersions(store.db, model.name)).toEqual([]);
    expect((await audit(id)).at(-1)).toMatchObject({ action: 'run.cancelled', actor: 'bob' });
  });

  it('another version is promoted while it is evaluated: it is compared with that one', async () => {
    const model = await setUp('overtaken', { executor: leaves(poor), gates: [GATES[0]] });
    await runOf(model.name);
    declare(model.name, { approval: 'approve', gates: GATES, executor: leaves(good) });
    const waits = await runOf(model.name);
    let loads = 0;
    boot({
      loadScorer: async (path, given) => {
        if (++loads === 1) await retraining.approveRun({ id: waits.id, actor: 'bob', reason: 'now' });
        return loadOnnx(path, given);
      },
    });
    const { id } = await byHand(model.name);
    await ctx.jobs.drain();
    expect((await retraining.getRun(id)).state).toBe('evaluating');
    clock.advance(5_000); // the job waits before it tries again
    await ctx.jobs.drain();
    expect(await retraining.getRun(id)).toMatchObject({
      champion: 'v2',
      challenger: 'v3',
      gates: [{ difference: 0 }, {}],
    });
  });
});

describe('a search for parameters', () => {
  const space = { C: { values: [1, 2, 3, 4] } };
  const objective = { metric: 'accuracy', goal: 'maximize' };
  const trainer = (script: string) =>
    node(
      `const { C } = JSON.parse(e.LEEWAY_PARAMS); fs.appendFileSync('begun', C + ' '); ${script}; ` +
        `fs.copyFileSync(${JSON.stringify(good)}, e.LEEWAY_OUTPUT + '/model.onnx')`,
    );
  const reports = (value: string) =>
    `fs.writeFileSync(e.LEEWAY_OUTPUT + '/metrics.json', JSON.stringify({ accuracy: ${value} }))`;

  it('trains with each, and goes on with the best', async () => {
    const model = await setUp('searched', {
      ...{ params: { rounds: 5, C: 0 }, executor: trainer(reports('C === 3 ? 0.9 : C / 10')) },
      tuning: { search: 'grid', space, objective, parallel: 2 },
    });
    const run = await runOf(model.name);
    expect(run).toMatchObject({ state: 'promoted', params: { rounds: 5, C: 3 } });
    expect(
      run.executions.map(({ trial, state, params, metrics }) => [trial, state, params['C'], metrics['accuracy']]),
    ).toEqual([
      [0, 'succeeded', 1, 0.1],
      [1, 'succeeded', 2, 0.2],
      [2, 'succeeded', 3, 0.9],
      [3, 'succeeded', 4, 0.4],
    ]);
    expect(
      readFileSync(join(dir, 'runs', run.id, 'begun'), 'utf8')
        .trim()
        .split(' ')
        .sort(),
    ).toEqual(['1', '2', '3', '4']);
    const outputs = [0, 1, 2, 3].map((trial) => existsSync(join(dir, 'runs', run.id, `output-${trial}`)));
    expect(outputs).toEqual([false, false, true, false]);
  });

  it('goes on without the trials that fail', async () => {
    const model = await setUp('partly', {
      executor: trainer(`if (C > 1) process.exit(3); ${reports('0.5')}`),
      tuning: { search: 'grid', space, objective },
    });
    const run = await runOf(model.name);
    expect(run).toMatchObject({ state: 'promoted', params: { C: 1 } });
    expect(run.executions.map(({ state, reason }) => [state, reason])).toEqual([
      ['succeeded', null],
      ...[1, 2, 3].map(() => ['failed', 'exit status 3']),
    ]);
  });

  it('fails where no trial tells how good it is', async () => {
    const model = await setUp('silent', { executor: trainer(''), tuning: { search: 'grid', space, objective } });
    const run = await runOf(model.name);
    expect(run).toMatchObject({ state: 'failed', error: { code: 'trainer_failed' } });
    expect(run.error!.detail).toMatch(/none of 4 trials reported the metric "accuracy"/);
  });
});

describe('a server that ends', () => {
  it('between steps: the next one goes on', async () => {
    const model = await setUp('killed', { executor: leaves(good) });
    const { id } = await byHand(model.name);
    const expected = ['queued', 'training', 'evaluating', 'promoted'];
    for (const state of expected) {
      const run = await retraining.getRun(id);
      expect(run.state).toBe(state);
      // Dead in the midst of the step: its lease runs out, nothing was written.
      await store.db.updateTable('jobs').set({ state: 'leased', leaseOwner: 'dead', leaseUntil: 1 }).execute();
      boot();
      await step();
    }
    expect(await listVersions(store.db, model.name)).toHaveLength(1);

    /** Runs the one job that is due, and stops before the next. */
    async function step(): Promise<void> {
      await store.db.updateTable('jobs').set({ runAt: clock.now() }).execute();
      const enqueue = vi.spyOn(ctx.jobs, 'enqueue');
      const real = ctx.jobs.constructor.prototype.enqueue;
      enqueue.mockImplementation((db, options) => real.call(ctx.jobs, db, { ...options, runAt: clock.now() + DAY }));
      await ctx.jobs.drain();
      enqueue.mockRestore();
    }
  });

  it('while the trainer runs: it goes on, and the next server finds it', async () => {
    const counted = `fs.appendFileSync('begun', 'x'); const wait = setInterval(() => { if (fs.existsSync('go')) {
      clearInterval(wait); console.log('done'); fs.copyFileSync(${JSON.stringify(good)}, e.LEEWAY_OUTPUT + '/model.onnx'); } }, 20)`;
    const model = await setUp('outlived', { executor: node(counted) });
    const { id } = await byHand(model.name);
    ctx.jobs.start(10);
    const folder = join(dir, 'runs', id);
    await vi.waitFor(() => expect(existsSync(join(folder, 'begun'))).toBe(true), { timeout: 10_000 });
    await ctx.jobs.stop();
    const trainer = JSON.parse(readFileSync(join(folder, 'training-0', 'program.json'), 'utf8'));
    expect(stillRuns(trainer)).toBe(true);
    expect((await retraining.getRun(id)).state).toBe('training');

    boot();
    // Not even the handle was written: it is found by the folder that it claimed.
    await store.db.updateTable('executions').set({ handle: null, state: 'queued' }).where('run', '=', id).execute();
    writeFileSync(join(folder, 'go'), '');
    await ctx.jobs.drain();
    expect(await retraining.getRun(id)).toMatchObject({
      ...{ state: 'promoted', log: 'done' },
      executions: [{ state: 'succeeded', native: 'exit status 0', executor: 'command', trial: 0 }],
    });
    expect(readFileSync(join(folder, 'begun'), 'utf8')).toBe('x');
  });

  it('with the trainer and all that watched it: the run fails and says so', async () => {
    const model = await setUp('lost', { executor: node(`console.log('so far'); setInterval(() => {}, 9e3)`) });
    const { id } = await byHand(model.name);
    ctx.jobs.start(10);
    const file = (name: string) => join(dir, 'runs', id, 'training-0', name);
    await vi.waitFor(() => expect(existsSync(file('program.json'))).toBe(true), { timeout: 10_000 });
    await ctx.jobs.stop();
    const mark = (name: string) => JSON.parse(readFileSync(file(name), 'utf8'));
    process.kill(mark('claim.json').pid, 'SIGKILL');
    boot();
    await ctx.jobs.drain();
    expect(await retraining.getRun(id)).toMatchObject({
      ...{ state: 'failed', error: { code: 'trainer_failed', detail: expect.stringMatching(/killed from outside/) } },
      executions: [{ state: 'failed', native: 'lost' }],
    });
    // Nobody would have known what it does.
    expect(stillRuns(mark('program.json'))).toBe(false);
  });

  it('leaves alone what has the number of its trainer now', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 9e3)'], { detached: true, stdio: 'ignore' });
    onTestFinished(() => void stranger.kill('SIGKILL'));
    const model = await setUp('reused', { executor: leaves(good) });
    const { id } = await byHand(model.name);
    const folder = join(dir, 'runs', id, 'training-0');
    mkdirSync(folder, { recursive: true });
    for (const name of ['claim.json', 'program.json']) {
      writeFileSync(join(folder, name), JSON.stringify({ ...markOf(stranger.pid!), started: 'another time' }));
    }
    await ctx.jobs.drain();
    expect((await retraining.getRun(id)).state).toBe('failed');
    expect(stillRuns(markOf(stranger.pid!))).toBe(true);
  });
});
