import type { DetectorConfig, Measurement, ModelConfig, MonitorConfig } from '@leeway/contract';
import { type Detector, type DetectorState, detector, restoreDetector } from '@leeway/stats';
import type { Context } from '../../context.ts';
import { iso } from '../../platform/clock.ts';
import { decode, encode } from '../../store/json.ts';
import type { StoreTx } from '../../store/open.ts';
import type { Span } from '../decide/windows.ts';
import { readMeasurements, storeMeasurements } from '../measurements.ts';
import { countLate, readStream, type StreamRow } from './read-stream.ts';

/** A detector over one version of a model, and what this window did to it. */
interface Stream {
  one: Detector;
  wanted: DetectorConfig;
  version: string;
  state: DetectorState;
  before: { n: number; skipped: number };
  warning: boolean;
}

/** What a window did to a detector, over all versions that answered in it. */
interface Told {
  warnings: number;
  drifts: { at: string; index: number; version: string }[];
  /** How many drifts there are; `drifts` names the first of them. */
  count: number;
}

const MOST_DRIFTS = 100;

/**
 * Sends the predictions of a mature window through the detectors of its monitor and stores what they found. Each version of the
 * model has a stream of its own, so that the mistakes of two never mix.
 *
 * A window is fed once, in the order of windows: the states are written with the window's own transaction, and a stream that has
 * had the window already is left as it is. Labels that come later do not change it; at each revision they are counted.
 */
export async function feedDetectors(
  ctx: Context,
  model: ModelConfig,
  monitor: MonitorConfig,
  window: Span,
  revision: number,
): Promise<(tx: StoreTx) => Promise<void>> {
  const nothing = async () => {};
  if (monitor.detectors.length === 0) return nothing;
  const fed = await fedBefore(ctx, model, monitor, window);
  if (revision > 0) {
    await recount(ctx, model, fed, window, revision);
    return nothing;
  }
  const saved = await savedStreams(ctx, model, monitor);
  if (saved.some(({ windowEnd }) => windowEnd >= window.end)) return nothing;

  const asOf = ctx.clock.now();
  const streams = monitor.detectors.map(() => new Map<string, Stream>());
  const told = monitor.detectors.map((): Told => ({ warnings: 0, drifts: [], count: 0 }));
  const streamOf = (i: number, version: string): Stream => {
    let stream = streams[i]!.get(version);
    if (!stream) {
      const wanted = monitor.detectors[i]!;
      const own = saved.find(
        (row) => row.detector === wanted.type && row.source === wanted.on && row.version === version,
      );
      const state = stateFor(wanted, own ? decode<unknown>(own.state) : null);
      stream = {
        one: detector(wanted.type),
        wanted,
        version,
        state,
        before: { n: state.n, skipped: state.skipped },
        warning: false,
      };
      streams[i]!.set(version, stream);
    }
    return stream;
  };
  const on = monitor.detectors.map((wanted) => wanted.on);
  for await (const page of readStream(ctx.warehouse, model, window, asOf, on)) {
    for (const row of page) {
      for (const [i, value] of row.values.entries()) feed(streamOf, i, row, value, told[i]!);
    }
  }
  const measurements = monitor.detectors.map((wanted, i) =>
    measurementOf(wanted, told[i]!, [...streams[i]!.values()], {
      ...{ model: model.name, monitor: monitor.name, revision },
      ...{ windowStart: iso(window.start), windowEnd: iso(window.end), computedAt: iso(asOf) },
    }),
  );
  await storeMeasurements(ctx.warehouse, measurements);
  return async (tx) => {
    for (const { wanted, version, state } of streams.flatMap((own) => [...own.values()])) {
      const values = { windowEnd: window.end, state: encode(state) };
      await tx
        .insertInto('detectorStreams')
        .values({
          model: model.name,
          monitor: monitor.name,
          detector: wanted.type,
          source: wanted.on,
          version,
          ...values,
        })
        .onConflict((c) => c.columns(['model', 'monitor', 'detector', 'source', 'version']).doUpdateSet(values))
        .execute();
    }
  };
}

function feed(
  streamOf: (i: number, version: string) => Stream,
  i: number,
  { time, version }: StreamRow,
  value: number | null,
  told: Told,
): void {
  const stream = streamOf(i, version);
  // A label that is not there is no gap of the stream: it is late, or never comes.
  if (value === null && (stream.wanted.on === 'error' || stream.wanted.on === 'label')) return;
  const { state } = stream;
  const level = stream.one.update(state, value ?? Number.NaN);
  if (level === 'drift') {
    told.count++;
    const index = state.n + state.skipped - 1;
    if (told.drifts.length < MOST_DRIFTS) told.drifts.push({ at: iso(Date.parse(time)), index, version });
  } else if (level === 'warning' && !stream.warning) told.warnings++;
  stream.warning = level === 'warning';
}

/** A state goes on while its parameters are those of the configuration; others begin a stream. */
function stateFor({ type, set }: DetectorConfig, saved: unknown): DetectorState {
  const fresh = detector(type).create(set);
  if (saved === null) return fresh;
  const state = restoreDetector(saved);
  return JSON.stringify(state.parameters) === JSON.stringify(fresh.parameters) ? state : fresh;
}

function measurementOf(
  { type, on }: DetectorConfig,
  { warnings, drifts, count }: Told,
  streams: readonly Stream[],
  common: Pick<Measurement, 'model' | 'monitor' | 'windowStart' | 'windowEnd' | 'revision' | 'computedAt'>,
): Measurement {
  const versions = streams
    .map(({ version, state, before }) => ({ version, n: state.n - before.n, skipped: state.skipped - before.skipped }))
    .filter(({ n, skipped }) => n + skipped > 0);
  const n = versions.reduce((sum, version) => sum + version.n, 0);
  return {
    ...common,
    metric: `detector.${type}`,
    // Rules that name no column are about mistakes.
    column: on === 'error' ? '' : on,
    ...{ slice: '', version: '', lower: null, upper: null, coverage: null, reference: null, threshold: null },
    value: n === 0 ? null : count,
    n,
    status: n === 0 ? 'no_data' : 'ok',
    reason: n === 0 ? `no row of the window has a value of ${on}` : '',
    detail: { on, warnings, drifts, late: 0, changed: 0, versions, fedAt: common.computedAt },
  };
}

/** What was measured when the window was fed, or nothing where it was not. */
async function fedBefore(ctx: Context, model: ModelConfig, monitor: MonitorConfig, { start }: Span) {
  const metrics = [...new Set(monitor.detectors.map(({ type }) => `detector.${type}`))];
  const query = { model: model.name, monitor: monitor.name, metrics, from: start, to: start + 1 };
  return readMeasurements(ctx.warehouse, query);
}

/** Says again what was found when the window was fed, and how many labels have come or changed since. */
async function recount(
  ctx: Context,
  model: ModelConfig,
  fed: Measurement[],
  window: Span,
  revision: number,
): Promise<void> {
  const now = ctx.clock.now();
  const counts = new Map<string, { late: number; changed: number }>();
  for (const { detail } of fed) {
    const fedAt = String(detail['fedAt']);
    if (!counts.has(fedAt)) counts.set(fedAt, await countLate(ctx.warehouse, model, window, Date.parse(fedAt), now));
  }
  const measurements = fed.map((measurement) => ({
    ...measurement,
    revision,
    computedAt: iso(now),
    detail: { ...measurement.detail, ...counts.get(String(measurement.detail['fedAt'])) },
  }));
  await storeMeasurements(ctx.warehouse, measurements);
}

const savedStreams = (ctx: Context, model: ModelConfig, monitor: MonitorConfig) =>
  ctx.store.db
    .selectFrom('detectorStreams')
    .selectAll()
    .where('model', '=', model.name)
    .where('monitor', '=', monitor.name)
    .execute();
