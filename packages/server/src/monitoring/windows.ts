import {
  durationMs,
  type ModelConfig,
  type MonitorConfig,
  type MonitorWindow,
  type WindowState,
} from '@leeway/contract';
import { type Context, modelOf } from '../context.ts';
import { exponentialBackoff, RetryLater } from '../jobs/jobs.ts';
import { iso } from '../platform/clock.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';
import { INSTANT, knownLabels, predictionRows, predictionsTable } from '../warehouse/model-tables.ts';
import { instant } from '../warehouse/warehouse.ts';
import { CHECKS } from './checks/index.ts';
import {
  closesAt,
  type LabelState,
  maturityOf,
  nextRevisionAt,
  revisionOf,
  type Span,
  windowAt,
} from './decide/windows.ts';
import { measureWindow } from './measure.ts';
import { feedDetectors } from './streams/feed-detectors.ts';

/** What follows from a measured window, whose measurements are stored; its writes commit with the window's own. */
export type OnMeasured = (given: {
  model: ModelConfig;
  monitor: MonitorConfig;
  window: Span;
  revision: number;
  /** Whether no label will change it any more. */
  final: boolean;
  /** False where nothing was measured anew, and only the time for late labels is over. */
  measured: boolean;
}) => Promise<(tx: StoreTx) => Promise<void>>;

interface MonitorPayload {
  model: string;
  monitor: string;
}
type WindowPayload = MonitorPayload & Span;

/** Predictions that a label is waited for. */
const SERVED = "role = 'live' AND error = ''";

/** Windows that lie further back than this when a monitor begins, or when the server was away, are left out. */
const MOST_BEHIND = 1_000;
const retries = { maxAttempts: 8, backoff: exponentialBackoff(2_000, 300_000) };

/**
 * The life of windows, as jobs:
 *
 *   tick-monitor    closes each window when its time has come, in order
 *   close-window    measures what needs no label
 *   mature-window   waits for labels, measures performance
 *   revise-window   looks for labels that came late, and measures performance again when they change the picture
 *
 * Windows of one monitor are closed and mature in one lane each, in their order, so that rules see them in order.
 */
export function registerWindows(ctx: Context, onMeasured: OnMeasured): void {
  ctx.jobs.define<MonitorPayload>('tick-monitor', {
    ...retries,
    maxAttempts: Number.POSITIVE_INFINITY,
    handler: async ({ payload }) => {
      const found = monitorOf(ctx, payload);
      if (!found) return undefined; // taken out of the configuration
      const due = await dueWindows(ctx, found.model, found.monitor);
      return async (tx) => {
        for (const window of due.windows) {
          await openWindow(tx, payload, window);
          const key = windowKey(payload, window);
          await ctx.jobs.enqueue(tx, {
            kind: 'close-window',
            key,
            lane: laneOf(payload, 'close'),
            payload: { ...payload, ...window },
          });
        }
        await scheduleTick(ctx, tx, payload, due.nextAt);
      };
    },
  });

  ctx.jobs.define<WindowPayload>('close-window', {
    ...retries,
    handler: async ({ payload }) => {
      const found = monitorOf(ctx, payload);
      if (!found) return undefined;
      const { model, monitor } = found;
      await measureWindow(ctx, model, monitor, payload, 'closed', 0);
      const rows = await rowCount(ctx, model, payload);
      const follow = await onMeasured({
        model,
        monitor,
        window: payload,
        revision: 0,
        final: !waitsForLabels(monitor),
        measured: true,
      });
      return async (tx) => {
        await setWindow(tx, payload, payload, { state: 'closed', rows });
        await follow(tx);
        if (waitsForLabels(monitor)) {
          const runAt = payload.end + durationMs(monitor.maturity.delay);
          await ctx.jobs.enqueue(tx, {
            kind: 'mature-window',
            key: windowKey(payload, payload),
            lane: laneOf(payload, 'mature'),
            payload,
            runAt,
          });
        }
        await ctx.events.emit(tx, 'window.measured', model.name, {
          monitor: monitor.name,
          start: iso(payload.start),
          state: 'closed',
          revision: 0,
        });
      };
    },
  });

  ctx.jobs.define<WindowPayload>('mature-window', {
    ...retries,
    handler: async ({ payload }) => {
      const found = monitorOf(ctx, payload);
      if (!found) return undefined;
      const { model, monitor } = found;
      const labels = await labelState(ctx, payload, payload, model);
      const maturity = maturityOf(payload.end, labels, ctx.clock.now(), monitor);
      if (!maturity.mature) throw new RetryLater('labels are still to come', maturity.nextAt - ctx.clock.now());
      return measureLabels(ctx, model, monitor, payload, labels, 0, onMeasured);
    },
  });

  ctx.jobs.define<WindowPayload>('revise-window', {
    ...retries,
    handler: async ({ payload }) => {
      const found = monitorOf(ctx, payload);
      if (!found) return undefined;
      const { model, monitor } = found;
      const window = await ctx.store.db
        .selectFrom('windows')
        .select(['revision', 'rows', 'labelled'])
        .where('model', '=', model.name)
        .where('monitor', '=', monitor.name)
        .where('startAt', '=', payload.start)
        .executeTakeFirstOrThrow();
      const labels = await labelState(ctx, payload, payload, model, window.revision);
      const changed = Math.max(Math.abs(labels.labelled - window.labelled), labels.changed);
      const { measure, nextAt } = revisionOf(
        { end: payload.end, rows: window.rows },
        changed,
        ctx.clock.now(),
        monitor,
      );
      if (measure) return measureLabels(ctx, model, monitor, payload, labels, window.revision + 1, onMeasured);
      if (nextAt !== null) return (tx) => enqueueRevision(ctx, tx, payload, nextAt);
      // Nothing has changed, and nothing will: what was provisional is confirmed.
      const { revision } = window;
      const follow = await onMeasured({ model, monitor, window: payload, revision, final: true, measured: false });
      return async (tx) => {
        await setWindow(tx, payload, payload, { state: 'final' });
        await follow(tx);
      };
    },
  });
}

async function enqueueRevision(ctx: Context, tx: StoreTx, payload: WindowPayload, runAt: number): Promise<void> {
  await ctx.jobs.enqueue(tx, { kind: 'revise-window', key: windowKey(payload, payload), payload, runAt });
}

/** Begins, or goes on, to watch every monitor of the configuration. Safe to call again. */
export async function scheduleMonitors(ctx: Context, tx: StoreReader): Promise<void> {
  for (const model of ctx.config().models) {
    for (const monitor of model.monitors) {
      await scheduleTick(ctx, tx, { model: model.name, monitor: monitor.name }, ctx.clock.now());
    }
  }
}

function monitorOf(
  ctx: Context,
  { model, monitor }: MonitorPayload,
): { model: ModelConfig; monitor: MonitorConfig } | null {
  if (!ctx.config().models.some((candidate) => candidate.name === model)) return null;
  const found = modelOf(ctx, model);
  const watched = found.monitors.find((candidate) => candidate.name === monitor);
  return watched ? { model: found, monitor: watched } : null;
}

/** Whether there is anything to do once the labels of a window are in. */
const waitsForLabels = (monitor: MonitorConfig): boolean =>
  monitor.detectors.length > 0 || CHECKS.some(({ name, phase }) => phase === 'mature' && monitor.checks.includes(name));

const laneOf = ({ model, monitor }: MonitorPayload, phase: string): string => `${model}/${monitor}/${phase}`;
const windowKey = ({ model, monitor }: MonitorPayload, { start, end }: Span): string =>
  `${model}/${monitor}/${start}-${end}`;

/** One tick waits per monitor: a job that runs is deleted with its writes, so the next may take its key. */
async function scheduleTick(ctx: Context, tx: StoreReader, payload: MonitorPayload, runAt: number): Promise<void> {
  await ctx.jobs.enqueue(tx, { kind: 'tick-monitor', key: `${payload.model}/${payload.monitor}`, payload, runAt });
}

/** Windows whose time has come and which nobody has opened yet, and when to look again. */
async function dueWindows(
  ctx: Context,
  model: ModelConfig,
  monitor: MonitorConfig,
): Promise<{ windows: Span[]; nextAt: number }> {
  const length = durationMs(monitor.window);
  const now = ctx.clock.now();
  const last = await ctx.store.db
    .selectFrom('windows')
    .select((e) => e.fn.max('endAt').as('end'))
    .where('model', '=', model.name)
    .where('monitor', '=', monitor.name)
    .executeTakeFirst();
  let start = last?.end ? windowAt(Number(last.end), length).start : null;
  if (start === null) {
    const [first] = await ctx.warehouse.query<{ n: number; time: string }>(
      `SELECT count() AS n, min(time) AS time FROM ${predictionsTable(model)} WHERE role = 'live'`,
      {},
      'windows/first',
    );
    if (!first || first.n === 0) return { windows: [], nextAt: closesAt(windowAt(now, length).end, monitor) };
    start = windowAt(Date.parse(first.time), length).start;
  }
  start = Math.max(start, windowAt(now, length).start - MOST_BEHIND * length);
  const windows: Span[] = [];
  while (closesAt(start + length, monitor) <= now) {
    windows.push({ start, end: start + length });
    start += length;
  }
  return { windows, nextAt: closesAt(start + length, monitor) };
}

async function rowCount(ctx: Context, model: ModelConfig, { start, end }: Span): Promise<number> {
  const [row] = await ctx.warehouse.query<{ rows: number }>(
    `SELECT count() AS rows FROM ${predictionRows(model, SERVED)}`,
    { from: instant(start), to: instant(end) },
    'windows/rows',
  );
  return row?.rows ?? 0;
}

/** The labels of a window, and how many of them came, were corrected or were withdrawn since a revision was measured. */
async function labelState(
  ctx: Context,
  { model, monitor }: MonitorPayload,
  { start, end }: Span,
  config: ModelConfig,
  revision = 0,
): Promise<LabelState & { changed: number }> {
  const [row] = await ctx.warehouse.query<LabelState & { changed: number }>(
    `SELECT (SELECT count() FROM ${predictionRows(config, SERVED)}) AS rows, count(label) AS labelled,
       countIf(label_received > (SELECT max(computed_at) FROM measurements WHERE model = {model:String}
         AND monitor = {monitor:String} AND window_start = {from:${INSTANT}} AND revision = {revision:UInt32})) AS changed
     FROM ${knownLabels(config, SERVED)}`,
    { model, monitor, revision, from: instant(start), to: instant(end), asOf: instant(ctx.clock.now()) },
    'windows/labels',
  );
  return row ?? { rows: 0, labelled: 0, changed: 0 };
}

async function measureLabels(
  ctx: Context,
  model: ModelConfig,
  monitor: MonitorConfig,
  window: WindowPayload,
  labels: LabelState,
  revision: number,
  onMeasured: OnMeasured,
): Promise<(tx: StoreTx) => Promise<void>> {
  const fed = await feedDetectors(ctx, model, monitor, window, revision);
  await measureWindow(ctx, model, monitor, window, 'mature', revision);
  const nextAt = nextRevisionAt(window.end, ctx.clock.now(), monitor);
  const follow = await onMeasured({ model, monitor, window, revision, final: nextAt === null, measured: true });
  const state: WindowState = nextAt === null ? 'final' : 'mature';
  return async (tx) => {
    await setWindow(tx, window, window, { state, revision, rows: labels.rows, labelled: labels.labelled });
    await fed(tx);
    await follow(tx);
    if (nextAt !== null) await enqueueRevision(ctx, tx, window, nextAt);
    await ctx.events.emit(tx, 'window.measured', model.name, {
      monitor: monitor.name,
      start: iso(window.start),
      state,
      revision,
    });
  };
}

async function openWindow(tx: StoreTx, { model, monitor }: MonitorPayload, { start, end }: Span): Promise<void> {
  await tx
    .insertInto('windows')
    .values({ model, monitor, startAt: start, endAt: end, state: 'open', revision: 0, rows: 0, labelled: 0 })
    .onConflict((c) => c.doNothing())
    .execute();
}

async function setWindow(
  tx: StoreTx,
  { model, monitor }: MonitorPayload,
  { start }: Span,
  values: { state: WindowState; revision?: number; rows?: number; labelled?: number },
): Promise<void> {
  await tx
    .updateTable('windows')
    .set(values)
    .where('model', '=', model)
    .where('monitor', '=', monitor)
    .where('startAt', '=', start)
    .execute();
}

/** The windows of a model that start in [from, to), by time. */
export async function listWindows(db: StoreReader, model: string, from: number, to: number): Promise<MonitorWindow[]> {
  const rows = await db
    .selectFrom('windows')
    .selectAll()
    .where('model', '=', model)
    .where('startAt', '>=', from)
    .where('startAt', '<', to)
    .orderBy('startAt')
    .execute();
  return rows.map((row) => ({
    model,
    monitor: row.monitor,
    start: iso(row.startAt),
    end: iso(row.endAt),
    state: row.state as WindowState,
    revision: row.revision,
    rows: row.rows,
    labelled: row.labelled,
  }));
}
