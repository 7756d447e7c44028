import type { ModelConfig, MonitorConfig } from '@leeway/contract';
import type { ColumnSummary } from '@leeway/stats';
import type { Context } from '../context.ts';
import { championOf } from '../registry/versions.ts';
import { featureColumn, predictionRows } from '../warehouse/model-tables.ts';
import { instant } from '../warehouse/warehouse.ts';
import { type ReferenceRows, referenceRows, trainingReference } from './decide/reference-rows.ts';
import type { Span } from './decide/windows.ts';
import { planColumn, planOf, type RowSource, summarizeColumn } from './profile.ts';
import { type Summaries, watchedColumns } from './summaries.ts';

/** The data that a window is compared with, as summaries; its plans say how every window is counted. */
export interface Reference {
  /** Tells it from every other; the window's profiles are stored with it. */
  key: string;
  /** Rows of which time: ascending, disjoint, and none in the window. */
  spans: Span[];
  /** The version whose evaluation is the reference of its output; null where that comes from the rows, too. */
  evaluated: string | null;
  summaries: Summaries;
  /** For each slice column, the values that are looked at: those with most rows. */
  slices: Map<string, string[]>;
}

/** Values of a slice column that are looked at one by one. */
const MOST_SLICES = 30;

const cache = new Map<string, Promise<Reference | null>>();
const MOST_CACHED = 50;

/** The reference of a window, counted once and kept as profiles. Null where there is none yet. */
export async function referenceFor(
  ctx: Context,
  model: ModelConfig,
  monitor: MonitorConfig,
  window: Span,
): Promise<Reference | null> {
  const champion = await championOf(ctx.store.db, model.name, window.start);
  const rows = referenceRows(monitor.reference ?? model.reference, window, champion);
  if (!rows) return null;
  const slices = [...new Set([...monitor.slices])];
  const cacheKey = JSON.stringify([ctx.dataDir, model.name, model.columns, slices, rows.key]);
  const present = cache.get(cacheKey);
  if (present) return present;
  const promise = load(ctx, model, slices, rows).catch((error: unknown) => {
    cache.delete(cacheKey);
    throw error;
  });
  cache.set(cacheKey, promise);
  if (cache.size > MOST_CACHED) cache.delete(cache.keys().next().value!);
  // A reference without rows may have some later.
  if ((await promise) === null) cache.delete(cacheKey);
  return promise;
}

async function load(
  ctx: Context,
  model: ModelConfig,
  sliceColumns: string[],
  rows: ReferenceRows,
): Promise<Reference | null> {
  const source = sourceOf(model, rows.spans);
  const slices = new Map<string, string[]>();
  for (const column of sliceColumns) slices.set(column, await topValues(ctx, source, column));
  const summaries = await storedSummaries(ctx, model, rows.key);
  const fresh: { slice: string; column: string; summary: ColumnSummary }[] = [];
  for (const { name, kind, expression, feature } of watchedColumns(model)) {
    const whole = summaries.get('')?.get(name);
    if (rows.evaluated !== null && feature === null) {
      const evaluation = await storedSummaries(ctx, model, trainingReference(rows.evaluated));
      const summary = whole ? undefined : evaluation.get('')?.get(name);
      if (summary) fresh.push({ slice: '', column: name, summary });
      continue;
    }
    const complete = sliceColumns.every(
      (column) =>
        column === name || slices.get(column)!.every((value) => summaries.get(`${column}=${value}`)?.has(name)),
    );
    if (whole && complete) continue;
    const plan = whole ? planOf(whole, expression) : await planColumn(ctx.warehouse, source, kind, expression);
    if (!whole) {
      const counted = (await summarizeColumn(ctx.warehouse, source, plan)).get('')!;
      if (counted.count === 0) continue;
      fresh.push({ slice: '', column: name, summary: counted });
    }
    for (const [column, values] of slices) {
      if (column === name) continue; // a column says nothing about the slices made of its own values
      const bySlice = await summarizeColumn(ctx.warehouse, source, plan, {
        column,
        expression: featureColumn(column),
        values,
      });
      for (const [slice, summary] of bySlice) if (summary.count > 0) fresh.push({ slice, column: name, summary });
    }
  }
  const at = rows.spans[0]!.start;
  await storeProfiles(ctx, model, { reference: rows.key, version: '', from: at, to: at }, fresh);
  for (const { slice, column, summary } of fresh) {
    const columns = summaries.get(slice) ?? new Map<string, ColumnSummary>();
    summaries.set(slice, columns.set(column, summary));
  }
  return summaries.size === 0 ? null : { ...rows, summaries, slices };
}

/** The rows of some stretches of time. */
export function sourceOf(model: ModelConfig, spans: readonly Span[]): RowSource {
  const roles = "role IN ('live', 'history')";
  const within = `arrayExists((a, b) -> toUnixTimestamp64Milli(time) >= a AND toUnixTimestamp64Milli(time) < b,
    {spanStarts:Array(Int64)}, {spanEnds:Array(Int64)})`;
  const bounds = { from: instant(spans[0]!.start), to: instant(spans.at(-1)!.end) };
  if (spans.length === 1) return { sql: predictionRows(model, roles), params: bounds };
  return {
    sql: predictionRows(model, `${roles} AND ${within}`),
    params: { ...bounds, spanStarts: spans.map(({ start }) => start), spanEnds: spans.map(({ end }) => end) },
  };
}

async function topValues(ctx: Context, source: RowSource, column: string): Promise<string[]> {
  const rows = await ctx.warehouse.query<{ value: string }>(
    `SELECT toString(${featureColumn(column)}) AS value FROM ${source.sql} WHERE ${featureColumn(column)} IS NOT NULL
     GROUP BY value ORDER BY count() DESC, value LIMIT ${MOST_SLICES}`,
    source.params,
    'reference/slices',
  );
  return rows.map((row) => row.value);
}

async function storedSummaries(ctx: Context, model: ModelConfig, key: string): Promise<Summaries> {
  const rows = await ctx.warehouse.query<{ slice: string; column: string; summary: string }>(
    `SELECT slice, column, argMax(summary, computed_at) AS summary FROM profiles
     WHERE model = {model:String} AND reference = {key:String} AND version = '' AND bucket_start = bucket_end GROUP BY slice, column`,
    { model: model.name, key },
    'reference/load',
  );
  const summaries: Summaries = new Map();
  for (const row of rows) {
    const columns = summaries.get(row.slice) ?? new Map<string, ColumnSummary>();
    summaries.set(row.slice, columns.set(row.column, JSON.parse(row.summary) as ColumnSummary));
  }
  return summaries;
}

/**
 * Keeps summaries as profiles. Those of the reference itself lie at bucket_start = bucket_end, those of a window at its time;
 * both under the key of the reference whose plans counted them.
 */
export async function storeProfiles(
  ctx: Context,
  model: ModelConfig,
  at: { reference: string; version: string; from: number; to: number },
  profiles: { slice: string; column: string; summary: ColumnSummary }[],
): Promise<void> {
  const rows = profiles.map(({ slice, column, summary }) => ({
    model: model.name,
    version: at.version,
    slice,
    column,
    bucket_start: at.from,
    bucket_end: at.to,
    reference: at.reference,
    summary: JSON.stringify(summary),
    computed_at: Date.now(),
  }));
  await ctx.warehouse.insert('profiles', rows, 'profiles');
}
