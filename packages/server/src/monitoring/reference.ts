import { durationMs, type ModelConfig, type MonitorConfig } from '@leeway/contract';
import type { ColumnSummary } from '@leeway/stats';
import type { Context } from '../context.ts';
import { iso } from '../platform/clock.ts';
import { championOf } from '../registry/versions.ts';
import { featureColumn, predictionRows } from '../warehouse/model-tables.ts';
import { instant } from '../warehouse/warehouse.ts';
import { planColumn, planOf, type RowSource, summarizeColumn } from './profile.ts';
import { type Summaries, watchedColumns } from './summaries.ts';

/** The data that a window is compared with, as summaries; its plans say how every window is counted. */
export interface Reference {
  /** Tells it from every other; the window's profiles are stored with it. */
  key: string;
  from: number;
  to: number;
  summaries: Summaries;
  /** For each slice column, the values that are looked at: those with most rows. */
  slices: Map<string, string[]>;
}

/** Values of a slice column that are looked at one by one. */
const MOST_SLICES = 30;

interface ReferenceSpan {
  key: string;
  from: number;
  to: number;
  /** Whether these are the rows that the version was trained on. */
  trained: boolean;
}

/** Rows of which time make the reference of a window; null until they exist. */
async function spanOf(ctx: Context, model: ModelConfig, windowStart: number): Promise<ReferenceSpan | null> {
  const { reference } = model;
  switch (reference.kind) {
    case 'training': {
      const champion = await championOf(ctx.store.db, model.name, windowStart);
      if (!champion?.dataset) return null;
      return {
        key: trainingReference(champion.version),
        from: Date.parse(champion.dataset.start),
        to: Date.parse(champion.dataset.holdoutStart),
        trained: true,
      };
    }
    case 'period': {
      const from = Date.parse(reference.start);
      const to = Date.parse(reference.end) + 86_400_000;
      return { key: `period:${reference.start}:${reference.end}`, from, to, trained: false };
    }
    case 'trailing': {
      const to = windowStart - durationMs(reference.gap);
      const from = to - durationMs(reference.length);
      return { key: `trailing:${iso(from)}:${iso(to)}`, from, to, trained: false };
    }
  }
}

/** Under this name the profile of a version's training rows is stored, and that of its scores on held-out rows. */
export const trainingReference = (version: string): string => `training:${version}`;

const cache = new Map<string, Promise<Reference | null>>();
const MOST_CACHED = 50;

/** The reference of a window, counted once and kept as profiles. Null where there is none yet. */
export async function referenceFor(
  ctx: Context,
  model: ModelConfig,
  monitor: MonitorConfig,
  windowStart: number,
): Promise<Reference | null> {
  const span = await spanOf(ctx, model, windowStart);
  if (!span) return null;
  const slices = [...new Set([...monitor.slices])];
  const cacheKey = JSON.stringify([ctx.dataDir, model.name, model.columns, slices, span.key]);
  const present = cache.get(cacheKey);
  if (present) return present;
  const promise = load(ctx, model, slices, span).catch((error: unknown) => {
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
  span: ReferenceSpan,
): Promise<Reference | null> {
  const source: RowSource = {
    sql: predictionRows(model, "role IN ('live', 'history')"),
    params: { from: instant(span.from), to: instant(span.to) },
  };
  const slices = new Map<string, string[]>();
  for (const column of sliceColumns) slices.set(column, await topValues(ctx, source, column));
  const summaries = await storedSummaries(ctx, model, span.key);
  const fresh: { slice: string; column: string; summary: ColumnSummary }[] = [];
  for (const { name, kind, expression } of watchedColumns(model)) {
    const whole = summaries.get('')?.get(name);
    // What a version says of rows it was trained on is no yardstick: its evaluation stored what it said of held-out rows.
    if (span.trained && !model.columns.features[name]) continue;
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
  await storeProfiles(ctx, model, { reference: span.key, version: '', from: span.from, to: span.from }, fresh);
  for (const { slice, column, summary } of fresh) {
    const columns = summaries.get(slice) ?? new Map<string, ColumnSummary>();
    summaries.set(slice, columns.set(column, summary));
  }
  return summaries.size === 0 ? null : { ...span, summaries, slices };
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
