import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config, type Dataset, type ModelConfig } from '@leeway/contract';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Audit } from '../../audit/audit.ts';
import { Events } from '../../events/events.ts';
import { loadOnnx } from '../../gateway/runtime.ts';
import { Jobs } from '../../jobs/jobs.ts';
import { storeMeasurements } from '../../monitoring/measurements.ts';
import { ManualClock } from '../../platform/clock.ts';
import { newId } from '../../platform/ids.ts';
import { createLogger } from '../../platform/log.ts';
import { createOutbound } from '../../platform/outbound.ts';
import { registerVersion } from '../../registry/versions.ts';
import { localStorage } from '../../storage/local.ts';
import { type OpenStore, openStore } from '../../store/open.ts';
import { stores } from '../../testing/stores.ts';
import { labelsTable, predictionsTable, syncModelTables } from '../../warehouse/model-tables.ts';
import { instant, Warehouse } from '../../warehouse/warehouse.ts';
import type { RetrainingContext } from '../context.ts';
import {
  bringTrainingFiles,
  datasetFile,
  dropOldDatasets,
  heldOutRows,
  LABELS_FILE,
  TRAIN_FILE,
} from './dataset-files.ts';
import { datasetOf, findDataset, listDatasets, recordDataset } from './dataset-records.ts';
import { type MadeDataset, makeDataset } from './make-dataset.ts';
import { rebuildDataset, verifyDataset } from './rebuild-dataset.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-03-10T00:00:00Z');

const dir = mkdtempSync(join(tmpdir(), 'leeway-datasets-'));
let warehouse: Warehouse;
let clock: ManualClock;
let made = 0;

beforeAll(async () => {
  warehouse = await Warehouse.open(join(dir, 'warehouse'));
});
afterAll(async () => {
  await warehouse?.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Row {
  id: string;
  time: number;
  label: string | null;
  /** When the label came; a day after the row by default. */
  labelled?: number;
  received?: number;
  role?: string;
  error?: string;
  f_x?: number | null;
  f_kind?: string | null;
  f_region?: string | null;
}

/** Two rows an hour for 40 days, the older of each of class "a". */
const history = (change: (row: Row, i: number) => Partial<Row> = () => ({})): Row[] =>
  Array.from({ length: 40 * 24 * 2 }, (_, i) => {
    const row = { id: `r${i}`, time: NOW - 40 * DAY + i * (HOUR / 2), label: i % 2 === 0 ? 'a' : 'b' };
    const values = {
      f_x: ((i * 7919) % 1009) / 100,
      f_kind: ['p', 'q', 'r'][i % 3]!,
      f_region: i % 5 === 0 ? 'n' : 's',
    };
    return { ...row, ...values, ...change({ ...row, ...values }, i) };
  });

function declare(data: Record<string, unknown>, over: Record<string, unknown> = {}): ModelConfig {
  const features = { x: { type: 'numeric' }, kind: { type: 'categorical' } };
  const columns = { features, positive: 'a', slices: ['region'], ...over };
  const document = {
    apiVersion: 'leeway/v1',
    models: [
      {
        ...{ name: `m${++made}`, task: 'binary', columns, retrain: { data: { minimumRows: 1, ...data } } },
        monitors: [{ detectors: [{ type: 'adwin' }] }],
      },
    ],
  };
  return Config.parse(document).models[0]!;
}

async function insert(model: ModelConfig, rows: Row[]): Promise<void> {
  await syncModelTables(warehouse, model);
  const bare = (table: string) => table.replaceAll('`', '');
  await warehouse.insert(
    bare(predictionsTable(model)),
    rows.map(({ label: _, labelled: __, time, received = time, role = 'live', ...rest }) => {
      return { weight: 1, ...rest, role, time: instant(time), received: instant(received) };
    }),
  );
  const labels = rows.filter(({ label }) => label !== null);
  await warehouse.insert(
    bare(labelsTable(model)),
    labels.map(({ id, label, time, labelled = Math.min(NOW, time + DAY) }, seq) => {
      return { id, label, received: instant(labelled), source: '', seq };
    }),
  );
}

let store: OpenStore;
let ctx: RetrainingContext;
function boot(dataDir = mkdtempSync(join(dir, 'data-'))): void {
  const log = createLogger('silent');
  clock = new ManualClock(NOW);
  ctx = {
    ...{ clock, newId, log, store, warehouse, dataDir, loadScorer: loadOnnx },
    ...{ jobs: new Jobs({ store, clock, log }), events: new Events(clock), audit: new Audit(clock) },
    outbound: createOutbound({ allow: () => [] }),
    publicUrl: () => 'http://127.0.0.1:7373',
    config: () => Config.parse({ apiVersion: 'leeway/v1' }),
  };
}

async function make(model: ModelConfig): Promise<MadeDataset> {
  const result = await makeDataset(ctx, model, model.retrain!, `run_${++made}`);
  if (result.summaries) {
    await ctx.store.db.transaction().execute((tx) => recordDataset(tx, result.dataset, result.summaries!));
  }
  return result;
}

type Read = Record<string, unknown>;
const read = async (dataset: Dataset, name: string): Promise<Read[]> =>
  parquetReadObjects({ file: await asyncBufferFromFile(await datasetFile(ctx, dataset, name)) });
const days = (rows: Read[]) => {
  const times = rows.map(({ time }) => (Number(time) - NOW) / DAY);
  return [Math.min(...times), Math.max(...times)];
};

describe.each(stores())('datasets ($name)', ({ make: makeStore }) => {
  beforeAll(async () => {
    const empty = await makeStore();
    store = await openStore(empty.location);
    boot();
    return async () => {
      await store.close();
      await empty.remove();
    };
  });

  test('the newest rows are held out, without labels for the trainer and with them for us', async () => {
    const model = declare({ window: '20d', holdout: '5d', oldRegime: { length: '2d' }, embargo: '1d' });
    await insert(model, history());
    const { dataset, info } = await make(model);
    const train = await read(dataset, TRAIN_FILE);
    expect(Object.keys(train[0]!)).toEqual(['id', 'time', 'x', 'kind', 'label']);
    expect(days(train).map(Math.round)).toEqual([-17, -6]);
    const held = await read(dataset, 'holdout.parquet');
    expect(Object.keys(held[0]!)).toEqual(['id', 'time', 'x', 'kind']);
    const ours = await read(dataset, LABELS_FILE);
    expect(Object.keys(ours[0]!)).toEqual(['id', 'time', 'regime', 'x', 'kind', 'region', 'label']);
    expect(ours.map(({ id }) => id)).toEqual(held.map(({ id }) => id));
    const old = ours.filter(({ regime }) => regime === 'old');
    expect(days(old).map(Math.round)).toEqual([-20, -18]);
    expect(days(ours.filter(({ regime }) => regime === 'recent')).map((day) => Math.round(day) + 0)).toEqual([-5, 0]);
    expect([info.trainRows, info.holdoutRows, dataset.oldRows]).toEqual([train.length, held.length, old.length]);
    expect(info).toMatchObject({ start: dataset.query.train.from, hash: dataset.hash });
    expect(dataset).toMatchObject({ labelledShare: 1, available: true, findings: [] });
    expect(await heldOutRows(ctx, dataset.hash)).toBe(await datasetFile(ctx, dataset, LABELS_FILE));
    expect(await listDatasets(store.db, { model: model.name })).toEqual([dataset]);
    // What is gathered in between goes again.
    const left = await warehouse.query(`SELECT name FROM system.tables WHERE startsWith(name, 'dataset_')`);
    expect(left).toEqual([]);
  });

  test('each id once, only rows without an error, as labels are known', async () => {
    const model = declare({ window: '20d', holdout: '5d' });
    await insert(model, [
      ...history((_, i) => (i % 10 === 0 ? { label: null } : {})),
      { id: 'r1801', time: NOW - 2.5 * DAY, label: null, role: 'history', f_x: -1 },
      { id: 'broken', time: NOW - 10 * DAY, label: 'a', error: 'model_failed' },
    ]);
    const { dataset } = await make(model);
    const all = [...(await read(dataset, TRAIN_FILE)), ...(await read(dataset, LABELS_FILE))];
    const ids = all.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain('broken');
    expect(ids).not.toContain('r1800');
    expect(ids.filter((id) => id === 'r1801')).toHaveLength(1);
    expect(dataset.labelledShare).toBeCloseTo(0.9, 2);
  });

  test('only rows old enough for their labels: those which came early do not outnumber the others', async () => {
    const early = history((row, i) => (i % 4 === 0 ? { labelled: row.time } : { labelled: row.time + 3 * DAY }));
    const rash = declare({ window: '20d', holdout: '2d' });
    await insert(rash, early);
    expect((await make(rash)).dataset.labelledShare).toBeLessThan(0.95);
    const patient = declare({ window: '20d', holdout: '2d', maturity: '4d' });
    await insert(patient, early);
    const { dataset } = await make(patient);
    expect(dataset.labelledShare).toBe(1);
    expect(Date.parse(dataset.query.recent.to)).toBeLessThanOrEqual(NOW - 4 * DAY + 1);
  });

  test('conditions, samples, strata and weights', async () => {
    const base = { window: '20d', holdout: '5d' };
    const rows = history((_, i) => (i % 50 === 0 ? { label: 'a' } : { label: 'b' }));
    const of = async (data: object) => {
      const model = declare({ ...base, ...data });
      await insert(model, rows);
      const { dataset } = await make(model);
      return { dataset, train: await read(dataset, TRAIN_FILE), held: await read(dataset, LABELS_FILE) };
    };
    const count = (found: Read[], label: string) => found.filter((row) => row['label'] === label).length;
    const all = await of({});
    const where = await of({
      where: [
        { column: 'kind', in: ['p', 'q'] },
        { column: 'x', min: 2, max: 8 },
        { column: 'region', notIn: ['n'] },
      ],
    });
    for (const found of [...where.train, ...where.held]) {
      expect(['p', 'q']).toContain(found['kind']);
      expect(found['x']).toBeGreaterThanOrEqual(2);
      expect(found['x']).toBeLessThanOrEqual(8);
    }
    expect(where.held.every(({ region }) => region === 's')).toBe(true);
    const sampled = await of({ sample: 0.25 });
    expect(sampled.train.length / all.train.length).toBeGreaterThan(0.18);
    expect(sampled.train.length / all.train.length).toBeLessThan(0.32);
    expect(sampled.held).toHaveLength(all.held.length);
    // The same rows whoever asks.
    expect((await of({ sample: 0.25 })).train.map(({ id }) => id)).toEqual(sampled.train.map(({ id }) => id));
    const strata = await of({ stratify: { by: 'label', perStratum: 12 } });
    expect([count(strata.train, 'a'), count(strata.train, 'b')]).toEqual([12, 12]);
    expect(count(strata.held, 'b')).toBe(count(all.held, 'b'));
    const shares = await of({ stratify: { by: 'kind', share: 0.5 } });
    for (const kind of ['p', 'q', 'r']) {
      const ofKind = (found: Read[]) => found.filter((row) => row['kind'] === kind).length;
      expect(ofKind(shares.train)).toBe(Math.round(ofKind(all.train) / 2));
    }
    const weighted = await of({ weights: { halfLife: '5d' } });
    expect(Object.keys(weighted.train[0]!)).toContain('weight');
    const end = Date.parse(weighted.dataset.query.recent.to) - 1;
    for (const { time, weight } of weighted.train.filter((_, i) => i % 100 === 0)) {
      expect(weight).toBeCloseTo(2 ** ((Number(time) - end) / (5 * DAY)), 9);
    }
    expect(Object.keys(weighted.held[0]!)).not.toContain('weight');
  });

  test('the rows since the last change that a detector has dated, and some from before it', async () => {
    const window = { kind: 'since_change', least: '3d', most: '30d' };
    const model = declare({ window, holdout: '4d', oldRegime: { length: '3d' } });
    await insert(model, history());
    const at = new Date(NOW - 12 * DAY).toISOString();
    const windowStart = new Date(NOW - 12 * DAY).toISOString();
    await storeMeasurements(warehouse, [
      {
        ...{ model: model.name, monitor: 'daily', metric: 'detector.adwin', column: '', slice: '', version: '' },
        ...{ windowStart, windowEnd: new Date(NOW - 11 * DAY).toISOString(), revision: 0, value: 1, n: 48 },
        ...{ lower: null, upper: null, coverage: null, reference: null, threshold: null, status: 'ok', reason: '' },
        ...{ detail: { drifts: [{ at, index: 5, version: 'v1' }] }, computedAt: windowStart },
      },
    ]);
    const { dataset } = await make(model);
    expect(dataset.query).toMatchObject({ change: at, train: { from: at }, old: { to: at } });
    const ours = await read(dataset, LABELS_FILE);
    expect(days(ours.filter(({ regime }) => regime === 'old')).map(Math.round)).toEqual([-15, -12]);
  });

  test('the same rows are the same dataset, and are not written twice', async () => {
    const model = declare({ window: '20d' });
    await insert(model, history());
    const first = await make(model);
    clock.advance(HOUR);
    const second = await make(model);
    expect(second.dataset).toEqual(first.dataset);
    expect(second.summaries).toBeNull();
    const other = declare({ window: '20d' });
    await insert(other, history());
    const third = await make(other);
    expect(third.dataset.train.rowsHash).toBe(first.dataset.train.rowsHash);
    expect(third.dataset.hash).not.toBe(first.dataset.hash);
  });

  test('rows, labels and corrections that come later do not change a rebuild', async () => {
    const model = declare({ window: '20d', holdout: '5d', weights: { halfLife: '5d' } });
    await insert(
      model,
      history((_, i) => (i === 1500 ? { label: null } : {})),
    );
    const { dataset } = await make(model);
    const moment = clock.now() + HOUR;
    clock.advance(DAY);
    const later = { labelled: moment, received: moment };
    await insert(model, [
      { id: 'late', time: NOW - 10 * DAY, label: 'a', ...later },
      { id: 'new', time: NOW + HOUR, label: 'a', ...later },
    ]);
    await warehouse.insert(labelsTable(model).replaceAll('`', ''), [
      { id: 'r1500', label: 'a', received: instant(moment), source: '', seq: 1 },
      { id: 'r1501', label: 'a', received: instant(moment), source: '', seq: 2 },
      { id: 'r1800', label: null, received: instant(moment), source: '', seq: 3 },
    ]);
    expect(await verifyDataset(ctx, dataset.hash)).toMatchObject({ ok: true });
    for (const file of dataset.files)
      await localStorage(ctx.dataDir).delete(`datasets/${file.sha256.slice(0, 2)}/${file.sha256}`);
    expect((await verifyDataset(ctx, dataset.hash)).files.map(({ state }) => state)).toEqual(['gone', 'gone', 'gone']);
    const again = await rebuildDataset(ctx, dataset.hash);
    expect(again.files).toEqual(dataset.files);
    expect(await verifyDataset(ctx, dataset.hash)).toMatchObject({
      ok: true,
      files: [{ state: 'ok' }, { state: 'ok' }, { state: 'ok' }],
    });
    // A new dataset has them.
    expect((await make(model)).dataset.hash).not.toBe(dataset.hash);

    writeFileSync(await datasetFile(ctx, dataset, TRAIN_FILE), 'spoilt');
    const spoilt = await verifyDataset(ctx, dataset.hash);
    expect(spoilt).toMatchObject({ ok: false, files: [{ state: 'changed' }, { state: 'ok' }, { state: 'ok' }] });
  });

  test('rows that are gone from the warehouse are told, and not made up', async () => {
    const model = declare({ window: '20d', holdout: '5d' });
    await insert(model, history());
    const { dataset } = await make(model);
    await warehouse.command(`DELETE FROM ${predictionsTable(model)} WHERE id = 'r1000'`);
    expect(await verifyDataset(ctx, dataset.hash)).toMatchObject({ ok: false });
    await expect(rebuildDataset(ctx, dataset.hash)).rejects.toMatchObject({ code: 'dataset_changed' });
  });

  test('the files of old datasets go, the records stay; files are made again on demand', async () => {
    boot();
    const model = declare({ window: '20d', holdout: '5d' });
    await insert(model, history());
    const hashes: string[] = [];
    for (let i = 0; i < 5; i++) {
      await insert(model, [
        { id: `n${i}`, time: NOW - 10 * DAY, label: 'a', received: clock.now(), labelled: clock.now() },
      ]);
      hashes.push((await make(model)).dataset.hash);
      clock.advance(HOUR);
    }
    await dropOldDatasets(ctx, model.name);
    const found = await Promise.all(hashes.map((hash) => datasetOf(store.db, hash)));
    expect(found.map(({ available }) => available)).toEqual([false, false, true, true, true]);
    // What the kept ones share with the others stays.
    for (const dataset of found.slice(2)) expect((await verifyDataset(ctx, dataset.hash)).ok).toBe(true);
    await expect(datasetFile(ctx, found[0]!, TRAIN_FILE)).rejects.toMatchObject({ code: 'not_found' });
    await rebuildDataset(ctx, hashes[0]!);
    expect((await findDataset(store.db, hashes[0]!))?.available).toBe(true);
  });

  test('another replica gets the files of a run from the storage', async () => {
    const model = declare({ window: '20d', holdout: '5d' });
    await insert(model, history());
    const { dataset } = await make(model);
    const shared = localStorage(ctx.dataDir);
    boot();
    ctx = { ...ctx, storage: shared };
    await bringTrainingFiles(ctx, 'run_9', dataset.hash);
    expect(readdirSync(join(ctx.dataDir, 'runs', 'run_9')).sort()).toEqual(['holdout.parquet', 'train.parquet']);
  });

  const FINDINGS: [
    intent: string,
    features: object,
    change: (row: Row, i: number) => Partial<Row>,
    expected: object[],
  ][] = [
    [
      'a feature that tells the label alone',
      {},
      (row) => ({ f_x: row.label === 'a' ? 5 + (row.f_x ?? 0) : -5 - (row.f_x ?? 0) }),
      [{ check: 'leak', column: 'x', severity: 'warning', value: 1 }],
    ],
    [
      'a category that does',
      {},
      (row) => ({ f_kind: row.label === 'a' ? 'won' : 'lost' }),
      [{ check: 'leak', column: 'kind', severity: 'warning', value: 1 }],
    ],
    ['one class', {}, () => ({ label: 'a' }), [{ check: 'one_class', column: null, severity: 'critical' }]],
    ['a constant feature', {}, () => ({ f_x: 3 }), [{ check: 'constant', column: 'x', severity: 'warning' }]],
    [
      'what is declared is broken by many',
      { x: { type: 'numeric', max: 9 }, kind: { type: 'categorical', values: ['p', 'q'] } },
      () => ({}),
      [
        { check: 'range', column: 'x', severity: 'critical', limit: 0 },
        { check: 'values', column: 'kind', severity: 'critical' },
      ],
    ],
    [
      'what is declared is broken by few',
      { x: { type: 'numeric', required: true }, kind: { type: 'categorical', pattern: '^[pqr]$' } },
      (_, i) => (i === 1500 ? { f_x: null, f_kind: 'zz' } : {}),
      [
        { check: 'missing', column: 'x', severity: 'warning' },
        { check: 'pattern', column: 'kind', severity: 'warning' },
      ],
    ],
    [
      'held-out rows that are not like the others',
      {},
      (row) => (row.time > NOW - 5 * DAY ? { f_x: 20 + (row.f_x ?? 0) } : {}),
      [{ check: 'drift', column: 'x', severity: 'warning' }],
    ],
  ];

  test.each(FINDINGS)('finds %s', async (_, features, change, expected) => {
    const all = { x: { type: 'numeric' }, kind: { type: 'categorical' }, ...features };
    const model = declare({ window: '20d', holdout: '5d' }, { features: all });
    await insert(model, history(change));
    const { findings } = (await make(model)).dataset;
    expect(findings).toMatchObject(expected);
    expect(findings).toHaveLength(expected.length);
  });

  test('what the champion was not trained on: a leak that is new is critical, and gaps and values are told', async () => {
    const model = declare({ window: '20d', holdout: '5d' });
    await insert(model, history());
    const { info } = await make(model);
    await ctx.store.db.transaction().execute(async (tx) => {
      await registerVersion(tx, {
        ...{ model: model.name, createdAt: NOW, createdBy: 'ann', run: null, parent: null, dataset: info, metrics: {} },
        ...{ params: {}, artifact: { hash: `${model.name}`, bytes: 1, format: 'onnx' } },
      });
      await tx
        .insertInto('servings')
        .values({ model: model.name, version: 'v1', startedAt: NOW, endedAt: null, actor: 'ann', reason: '' })
        .execute();
    });
    clock.advance(30 * DAY);
    const now = clock.now();
    const later = history((row, i) => {
      const moved = { id: `z${i}`, time: row.time + (now - NOW), labelled: row.time + (now - NOW) };
      return { ...moved, f_x: i % 3 === 0 ? null : (row.f_x ?? 0), f_kind: row.label === 'a' ? 'won' : 'lost' };
    });
    await insert(model, later);
    const { findings } = (await make(model)).dataset;
    expect(findings).toMatchObject([
      { check: 'leak', column: 'kind', severity: 'critical' },
      { check: 'missing', column: 'x', severity: 'warning' },
      { check: 'new_values', column: 'kind', severity: 'warning' },
    ]);
    boot();
  });

  test('numbers that are the label together', async () => {
    const base = declare(
      { window: '20d', holdout: '5d' },
      { features: { x: { type: 'numeric' }, y: { type: 'numeric' } } },
    );
    const model: ModelConfig = { ...base, task: 'regression' };
    await syncModelTables(warehouse, model);
    await insert(
      model,
      history((row, i) => {
        const y = (i * 104_729) % 997;
        return { ...{ f_y: y }, label: String((row.f_x ?? 0) * 40 + y) } as Partial<Row>;
      }).map(({ f_kind: _, ...row }) => row),
    );
    const { findings } = (await make(model)).dataset;
    expect(findings).toMatchObject([{ check: 'leak', column: null, severity: 'warning' }]);
  });

  test.each([
    [
      'too few rows',
      { window: '2d', holdout: '1d', minimumRows: 1_000 },
      /labelled rows of m\d+ from .*minimumRows is 1000/,
    ],
    ['no row', { window: '20d', where: [{ column: 'kind', in: ['none'] }] }, /has no labelled row since/],
  ])('%s', async (_, data, message) => {
    const model = declare(data);
    await insert(model, history());
    await expect(make(model)).rejects.toMatchObject({ code: 'too_few_rows', detail: expect.stringMatching(message) });
  });
});
