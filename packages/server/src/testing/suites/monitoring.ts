import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApp, type TestApp, type WarehouseForm } from '../app.ts';
import { binaryMetrics, multiclassMetrics, regressionMetrics } from '../brute-force.ts';
import { BINARY, DAY, documentOf, HOUR, MINUTE, MULTICLASS, REGRESSION, random, START } from '../models.ts';

const DAYS = 12;
/** What happens on which day, counted from 0; days 0 to 2 are the reference. */
const WITHDRAWN_DAY = 3;
const CORRECTED_DAY = 4;
const EMPTY_DAY = 5;
const SHIFTED_DAY = 6;
const SMALL_DAY = 7;
const MISSING_DAY = 8;
const BOAT_DAY = 9;
const NEGATIVE_DAY = 10;
const UNLABELLED_DAY = 11;

type Task = 'binary' | 'regression' | 'multiclass';
interface Row {
  task: Task;
  id: string;
  day: number;
  region: string | null;
  label: string | number;
  prediction: string | number;
  score: number;
  /** Of several classes. */
  chances?: Record<string, number>;
  sent: Record<string, unknown>;
  /** What was said of its label, and when; the last one counts. */
  told: { at: number; label: string | number | null }[];
}

const TASKS: { task: Task; model: string; columns: { id?: string; label: string } }[] = [
  { task: 'binary', model: BINARY.name, columns: { label: 'defaulted' } },
  { task: 'regression', model: REGRESSION.name, columns: { label: 'paid' } },
  { task: 'multiclass', model: MULTICLASS.name, columns: { label: 'solved_by' } },
];
const QUEUES = ['billing', 'delivery', 'returns', 'other'];

/** Rows of a day. All chance comes from the seed. */
function rowsOf(task: Task, day: number): Row[] {
  if (day === EMPTY_DAY) return [];
  const chance = random(day * 31 + TASKS.findIndex((entry) => entry.task === task));
  const normal = () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  return Array.from({ length: day === SMALL_DAY ? 30 : 240 }, (_, i): Row => {
    const at = START + day * DAY + Math.floor(chance() * DAY);
    const region = chance() < 0.55 ? 'north' : chance() < 0.9 ? 'south' : null;
    const x = normal() + (day === SHIFTED_DAY ? 3 : 0);
    const base = { id: `${task}-${day}-${i}`, region };
    const told = day === UNLABELLED_DAY ? 0 : chance();
    let row: Pick<Row, 'label' | 'prediction' | 'score' | 'chances' | 'sent'>;
    if (task === 'binary') {
      const score = Math.round((1 / (1 + Math.exp(-normal()))) * 100) / 100 || 0.01; // two digits: many ties
      const prediction = score >= 0.5 ? '1' : '0';
      row = {
        label: chance() < score ? '1' : '0',
        prediction,
        score: Math.min(score, 0.99),
        sent: {
          ...base,
          asked_at: new Date(at).toISOString(),
          decision: prediction,
          probability: Math.min(score, 0.99),
          amount: day === NEGATIVE_DAY && i % 10 === 0 ? -5 : 100 + 10 * x,
          'debt.ratio-1': day === MISSING_DAY && i % 5 < 2 ? null : normal(),
          purpose: day === BOAT_DAY && i % 4 === 0 ? 'boat' : chance() < 0.5 ? 'car' : 'house',
          employed: chance() < 0.7,
          version: 'v1',
          latency_ms: 5 + Math.floor(chance() * 20),
          ...(i % 40 === 0 ? { error: 'timeout', decision: null, probability: null } : {}),
        },
      };
    } else if (task === 'regression') {
      const label = i % 50 === 0 ? 0 : 300 + 50 * x;
      row = {
        label,
        prediction: label + 20 * normal(),
        score: 0,
        sent: { ...base, time: at, area: 100 + 10 * x, kind: chance() < 0.5 ? 'flat' : 'house' },
      };
      row.sent['price'] = row.prediction;
    } else {
      const label = QUEUES[Math.floor(chance() * 3.2)]!;
      row = {
        label,
        prediction: chance() < 0.7 ? label : QUEUES[Math.floor(chance() * 4)]!,
        score: 0,
        sent: { ...base, time: at, words: 50 + 10 * x, product: chance() < 0.5 ? 'a' : 'b' },
      };
      row.sent['queue'] = row.prediction;
      row.chances = chancesOf(row.prediction as string, random(day * 1000 + i));
      for (const [name, column] of Object.entries(MULTICLASS.columns.scores)) row.sent[column] = row.chances[name];
    }
    const end = START + (day + 1) * DAY;
    // Most labels come the next morning, some three days after, some never; a few are corrected or withdrawn a day later still.
    const late = day === CORRECTED_DAY ? 6 * HOUR : 3 * DAY + 6 * HOUR;
    const when = told === 0 || told > 0.97 ? [] : told < 0.85 ? [end + 6 * HOUR] : [end + late];
    const said = when.map((time) => ({ at: time, label: row.label as string | number | null }));
    const other = { binary: row.label === '1' ? '0' : '1', regression: 7, multiclass: 'other' }[task];
    if (day === CORRECTED_DAY && said.length > 0 && i % 6 === 0)
      said.push({ at: end + 4 * DAY + 6 * HOUR, label: other });
    if (day === WITHDRAWN_DAY && said.length > 0 && i % 6 === 0)
      said.push({ at: end + 4 * DAY + 6 * HOUR, label: null });
    return { task, ...base, day, ...row, told: said };
  });
}

/** Probabilities of a sum of 1, of two digits: many ties. Most for what was predicted. */
function chancesOf(said: string, chance: () => number): Record<string, number> {
  const parts = QUEUES.map((name) => (name === said ? 8 : 1) + Math.floor(6 * chance()));
  const sum = parts.reduce((a, b) => a + b, 0);
  return Object.fromEntries(QUEUES.map((name, k) => [name, parts[k]! / sum]));
}

interface Stored {
  model: string;
  metric: string;
  column: string;
  slice: string;
  window_start: string;
  revision: number;
  value: number | null;
  n: number;
  coverage: number | null;
  reference: number | null;
  status: string;
  reason: string;
  computed_at: string;
}

/** Twelve days of three models, with labels that come late, played hour by hour; then every number is checked. */
export function monitoringSuite(warehouse: WarehouseForm): void {
  let server: TestApp;
  const rows: Row[] = TASKS.flatMap(({ task }) => Array.from({ length: DAYS }, (_, day) => rowsOf(task, day)).flat());
  let measurements: Stored[];
  let windows: { model: string; startAt: number; state: string; revision: number; rows: number; labelled: number }[];

  beforeAll(async () => {
    server = await openTestApp({ warehouse, config: documentOf(BINARY, REGRESSION, MULTICLASS) });
    const end = START + (DAYS + 7) * DAY;
    for (let now = START; now <= end; now += 6 * HOUR) {
      server.clock.set(now);
      for (const { task, model, columns } of TASKS) {
        const { ingest } = server.app.services;
        // A day's rows come in the middle of the night, before its window closes.
        const day = (now - START) / DAY - 1;
        if (Number.isInteger(day)) {
          const sent = rows.filter((row) => row.task === task && row.day === day).map((row) => row.sent);
          const answer = await ingest.predictions(model, sent);
          expect(answer).toEqual({ accepted: sent.length, duplicates: 0, rejected: [] });
        }
        const labels = rows.flatMap((row) =>
          row.task !== task
            ? []
            : row.told.filter(({ at }) => at === now).map(({ label }) => ({ id: row.id, [columns.label]: label })),
        );
        await ingest.labels(model, labels);
      }
      server.clock.set(now + 11 * MINUTE);
      await server.app.settle();
      // In the midst of it, the server is stopped and started again, once while windows wait.
      if (now === START + 5 * DAY + 6 * HOUR || now === START + 9 * DAY) await server.restart();
    }
    measurements = await server.app.ctx.warehouse.query<Stored>(
      'SELECT * FROM measurements FINAL ORDER BY model, window_start, metric, column, slice, revision',
      {},
      'test',
    );
    windows = await server.app.ctx.store.db.selectFrom('windows').selectAll().orderBy('startAt').execute();
  }, 240_000);
  afterAll(() => server.close());

  const dayOf = ({ window_start }: Stored) => (Date.parse(window_start) - START) / DAY;
  const of = (model: string, day: number, metric: string, column = '', slice = '') =>
    measurements.filter(
      (m) => m.model === model && dayOf(m) === day && m.metric === metric && m.column === column && m.slice === slice,
    );

  describe.each(TASKS)('$task', ({ task, model }) => {
    const brute = (some: Row[], asOf: number): Record<string, number | null> => {
      const known = some.flatMap((row) => {
        const label = row.told.filter(({ at }) => at <= asOf).at(-1)?.label ?? null;
        return label === null || row.sent['error'] ? [] : [{ ...row, label }];
      });
      if (known.length === 0) return {};
      if (task === 'binary') return binaryMetrics(known as never);
      return task === 'regression' ? regressionMetrics(known as never) : multiclassMetrics(known as never);
    };

    test('every number is the one that is counted by hand, as known when it was measured, whole and by slices', () => {
      const names = Object.keys(
        brute(
          rows.filter((row) => row.task === task && row.day === 0),
          Number.POSITIVE_INFINITY,
        ),
      );
      const own = measurements.filter((m) => m.model === model && names.includes(m.metric) && m.value !== null);
      let compared = 0;
      for (const m of own) {
        const asOf = Date.parse(m.computed_at);
        const region = m.slice === '' ? undefined : m.slice.replace('region=', '');
        const some = rows.filter(
          (row) => row.task === task && row.day === dayOf(m) && (region === undefined || row.region === region),
        );
        const expected = brute(some, asOf)[m.metric];
        expect(expected, `${m.metric} ${m.slice} day ${dayOf(m)} revision ${m.revision}`).not.toBeUndefined();
        expect(
          m.value! / (expected || 1),
          `${m.metric} ${m.slice} day ${dayOf(m)} revision ${m.revision}: ${m.value} and ${expected}`,
        ).toBeCloseTo(expected ? 1 : 0, 9);
        compared += 1;
      }
      expect(compared).toBeGreaterThan(names.length * 3 * 10);
    });

    test('windows are measured once, revised when labels came, and final at the end', () => {
      const own = windows.filter((window) => window.model === model);
      expect(own.map(({ startAt }) => (startAt - START) / DAY).slice(0, DAYS)).toEqual(
        Array.from({ length: DAYS }, (_, i) => i),
      );
      for (const { startAt, state, revision, rows: n } of own.slice(0, DAYS)) {
        const day = (startAt - START) / DAY;
        const served = rows.filter((row) => row.task === task && row.day === day && !row.sent['error']);
        expect(`day ${day}: ${state} ${n}`).toBe(`day ${day}: final ${served.length}`);
        const late = served.filter((row) => row.told.some(({ at }) => at > startAt + 2 * DAY + 12 * MINUTE)).length;
        if (late >= 0.05 * served.length && late > 0) expect(revision, `day ${day}`).toBeGreaterThan(0);
        if (late === 0) expect(revision, `day ${day}`).toBe(0);
        expect(of(model, day, 'quality.rows').length, `day ${day}`).toBe(1);
      }
    });

    test('a revision stands beside what was known before', () => {
      const metric = task === 'regression' ? 'mae' : 'accuracy';
      const [first, second] = of(model, 1, metric);
      expect([first!.revision, second!.revision]).toEqual([0, 1]);
      expect(second!.n).toBeGreaterThan(first!.n);
      expect(second!.coverage!).toBeGreaterThan(first!.coverage!);
    });

    test('a day without rows has no data, a small one is insufficient, one without labels has no performance', () => {
      const metric = task === 'regression' ? 'mae' : 'accuracy';
      expect(of(model, EMPTY_DAY, 'quality.rows')).toMatchObject([{ value: 0, status: 'no_data' }]);
      expect(of(model, EMPTY_DAY, metric).every((m) => m.value === null && m.status === 'no_data')).toBe(true);
      expect(of(model, SMALL_DAY, metric)[0]).toMatchObject({
        status: 'insufficient',
        reason: expect.stringMatching(/wants 50/),
      });
      expect(of(model, UNLABELLED_DAY, metric)[0]).toMatchObject({ value: null, status: 'no_data', coverage: 0 });
      for (const m of measurements) if (m.value === null) expect(m.status).not.toBe('ok');
    });

    test('drift shows on the day of the shift and on the others not', () => {
      const column = task === 'binary' ? 'amount' : task === 'regression' ? 'area' : 'words';
      const drifted = (day: number) => (of(model, day, 'drift.score', column)[0]?.value ?? 0) >= 1;
      expect(Array.from({ length: DAYS }, (_, day) => day).filter(drifted)).toEqual([SHIFTED_DAY]);
      expect(of(model, SHIFTED_DAY, 'drift.score', column, 'region=north')[0]!.value).toBeGreaterThan(1);
      expect(of(model, SMALL_DAY, 'drift.score', column)[0]).toMatchObject({ status: 'insufficient' });
    });
  });

  test('quality: missing values, new categories and values out of range are counted', () => {
    const share = (day: number, test: (row: Row) => boolean, among = (_: Row) => true) => {
      const own = rows.filter((row) => row.task === 'binary' && row.day === day && among(row));
      return own.filter(test).length / own.length;
    };
    const missing = share(MISSING_DAY, ({ sent }) => sent['debt.ratio-1'] === null);
    expect(of(BINARY.name, MISSING_DAY, 'quality.missing_share', 'debt.ratio-1')[0]).toMatchObject({
      value: missing,
      reference: 0,
    });
    const boats = share(BOAT_DAY, ({ sent }) => sent['purpose'] === 'boat');
    expect(of(BINARY.name, BOAT_DAY, 'quality.new_category_share', 'purpose')[0]!.value).toBeCloseTo(boats, 12);
    expect(of(BINARY.name, BOAT_DAY - 1, 'quality.new_category_share', 'purpose')[0]!.value).toBe(0);
    const negative = share(NEGATIVE_DAY, ({ sent }) => (sent['amount'] as number) < 0);
    expect(of(BINARY.name, NEGATIVE_DAY, 'quality.range_share', 'amount')[0]!.value).toBeGreaterThanOrEqual(negative);
    expect(of(BINARY.name, NEGATIVE_DAY, 'quality.range_share', 'amount')[0]!.value).toBeLessThan(negative + 0.05);
  });

  test('fairness: groups of the protected column, and how far apart they are', () => {
    const north = of(BINARY.name, 1, 'fairness.selection_rate', 'region', 'region=north').at(-1)!;
    const south = of(BINARY.name, 1, 'fairness.selection_rate', 'region', 'region=south').at(-1)!;
    expect(north.value).toBe(of(BINARY.name, 1, 'selection_rate', '', 'region=north').at(-1)!.value);
    expect(of(BINARY.name, 1, 'fairness.groups', 'region').at(-1)).toMatchObject({ value: 3 });
    const gap = of(BINARY.name, 1, 'fairness.demographic_parity_difference', 'region').at(-1)!;
    expect(gap.value).toBeGreaterThanOrEqual(Math.abs(north.value! - south.value!) - 1e-12);
    expect(of(BINARY.name, SMALL_DAY, 'fairness.equal_opportunity_difference', 'region').at(-1)).toMatchObject({
      value: null,
      status: 'no_data',
    });
    expect(of(BINARY.name, UNLABELLED_DAY, 'fairness.demographic_parity_ratio', 'region').at(-1)).toMatchObject({
      value: null,
      status: 'no_data',
    });
    expect(measurements.filter(({ model, metric }) => model !== BINARY.name && metric.startsWith('fairness.'))).toEqual(
      [],
    );
  });

  test('service: requests, errors and latencies', () => {
    const own = rows.filter((row) => row.task === 'binary' && row.day === 1);
    expect(of(BINARY.name, 1, 'service.error_share')[0]!.value).toBeCloseTo(
      own.filter((row) => row.sent['error']).length / own.length,
      12,
    );
    const [p50, p95] = ['p50', 'p95'].map((name) => of(BINARY.name, 1, `service.latency_${name}`)[0]!.value!);
    expect(p50! >= 5 && p50! <= p95! && p95! < 25).toBe(true);
  });

  test('corrected labels revise a window although there are no more of them than before', () => {
    const [first, second] = of(BINARY.name, CORRECTED_DAY, 'accuracy');
    expect(second).toMatchObject({ revision: 1, n: first!.n });
    expect(second!.value).toBeLessThan(first!.value!);
  });

  test('withdrawn labels are taken out again', () => {
    const revisions = of(BINARY.name, WITHDRAWN_DAY, 'accuracy');
    expect(revisions.at(-1)!.n).toBeLessThan(Math.max(...revisions.map(({ n }) => n)) + 1);
    expect(Date.parse(revisions.at(-1)!.computed_at)).toBeGreaterThan(START + (WITHDRAWN_DAY + 5) * DAY + 6 * HOUR);
  });

  test('nothing is left undone, nothing died', async () => {
    const jobs = await server.app.ctx.store.db.selectFrom('jobs').select(['kind', 'state', 'error']).execute();
    expect(jobs.filter(({ state }) => state !== 'queued')).toEqual([]);
  });

  test('the distribution of the shifted column differs from the reference', async () => {
    const at = new Date(START + SHIFTED_DAY * DAY).toISOString();
    const { status, body } = await server.call<{
      cells: { reference: number; current: number }[];
      currentRows: number;
    }>(`/api/v1/models/${BINARY.name}/distributions/amount?at=${at}`);
    expect(status).toBe(200);
    expect(body.currentRows).toBe(240);
    expect(body.cells.reduce((sum, cell) => sum + Math.abs(cell.reference - cell.current), 0)).toBeGreaterThan(1);
  });

  test('the API shows the latest revision of each, and the fleet its health', async () => {
    const { body } = await server.call<{ measurements: { revision: number; windowStart: string }[] }>(
      `/api/v1/models/${REGRESSION.name}/measurements?metric=mae&from=2026-03-01&to=2026-04-01`,
    );
    expect(new Set(body.measurements.map((m) => m.windowStart)).size).toBe(body.measurements.length);
    const of = async (metric: string) => {
      const { body: some } = await server.call<{ measurements: { metric: string }[] }>(
        `/api/v1/models/${REGRESSION.name}/measurements?metric=${metric}&column=*&from=2026-03-01&to=2026-04-01`,
      );
      return some.measurements.map((m) => m.metric);
    };
    expect(new Set((await of('mae,service.*')).map((metric) => metric.split('.')[0]))).toEqual(
      new Set(['mae', 'service']),
    );
    const { body: known } = await server.call<{ metrics: { id: string }[] }>(
      `/api/v1/models/${REGRESSION.name}/metrics`,
    );
    const ids = new Set(known.metrics.map(({ id }) => id));
    expect(ids.size).toBe(known.metrics.length);
    expect((await of('')).filter((metric) => !ids.has(metric))).toEqual([]);
    const { body: fleet } = await server.call<{ models: { name: string; health: string; lastWindow: string }[] }>(
      '/api/v1/models',
    );
    expect(fleet.models.map(({ name }) => name)).toEqual([BINARY.name, REGRESSION.name, MULTICLASS.name]);
  });
}
