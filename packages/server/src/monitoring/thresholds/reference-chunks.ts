import { durationMs, type ModelConfig, type MonitorConfig } from '@leeway/contract';
import { type ColumnSummary, leaveOneOut } from '@leeway/stats';
import type { PastWindow } from '../../alerting/decide/learn-threshold.ts';
import type { Context } from '../../context.ts';
import { championOf } from '../../registry/versions.ts';
import type { Scope } from '../check.ts';
import { CHECKS } from '../checks/index.ts';
import { type Span, windowAt } from '../decide/windows.ts';
import { type Reference, referenceFor } from '../reference.ts';
import { type Summaries, summarizeWindow, watchedColumns } from '../summaries.ts';

/** A number that a chunk of the reference would have been measured with. */
export interface ChunkValue extends PastWindow {
  metric: string;
  n: number;
}

/** The newest chunks of a reference that are measured; more say little more about their spread. */
const MOST_CHUNKS = 60;

const cache = new Map<string, Promise<ChunkValue[]>>();
const MOST_CACHED = 20;

/**
 * What the monitor would have measured in each window inside of the reference, oldest first: live predictions, each chunk
 * compared with all others and never with itself. Chunks whose labels may still come are left out.
 */
export async function referenceChunks(
  ctx: Context,
  model: ModelConfig,
  monitor: MonitorConfig,
  window: Span,
): Promise<ChunkValue[]> {
  const reference = await referenceFor(ctx, model, monitor, window);
  if (!reference) return [];
  const waits = Math.max(durationMs(monitor.maturity.delay), durationMs(monitor.maturity.timeout));
  const settled = chunksOf(reference.spans, durationMs(monitor.window)).filter(
    ({ end }) => end + waits <= ctx.clock.now(),
  );
  const counted = [model.name, model.task, model.columns, monitor, reference.key, settled.length];
  const key = JSON.stringify([ctx.dataDir, ...counted]);
  const present = cache.get(key);
  if (present) return present;
  const promise = measure(ctx, model, monitor, reference, settled.slice(-MOST_CHUNKS), window);
  cache.set(key, promise);
  promise.catch(() => cache.delete(key));
  if (cache.size > MOST_CACHED) cache.delete(cache.keys().next().value!);
  return promise;
}

/** The windows that lie wholly inside of the spans. */
function chunksOf(spans: readonly Span[], lengthMs: number): Span[] {
  return spans.flatMap((span) => {
    const chunks: Span[] = [];
    const first = windowAt(span.start + lengthMs - 1, lengthMs);
    for (let { start } = first; start + lengthMs <= span.end; start += lengthMs) {
      chunks.push({ start, end: start + lengthMs });
    }
    return chunks;
  });
}

async function measure(
  ctx: Context,
  model: ModelConfig,
  monitor: MonitorConfig,
  reference: Reference,
  chunks: readonly Span[],
  window: Span,
): Promise<ChunkValue[]> {
  const champion = await championOf(ctx.store.db, model.name, window.start);
  const scopes = chunks.map(
    ({ start, end }): Scope => ({
      ...{ warehouse: ctx.warehouse, model, monitor, reference, from: start, to: end, asOf: ctx.clock.now() },
      champion: champion?.version ?? '',
      baseline: champion?.metrics ?? {},
    }),
  );
  const counted: Summaries[] = [];
  for (const scope of scopes) counted.push(await summarizeWindow(scope));
  const others = withoutEach(reference, model, counted);
  const values: ChunkValue[] = [];
  for (const [i, scope] of scopes.entries()) {
    const apart: Scope = { ...scope, reference: { ...reference, summaries: others[i]! } };
    for (const check of CHECKS) {
      if (!monitor.checks.includes(check.name)) continue;
      for (const finding of await check.measure(apart)) {
        const { metric, column = '', slice = '', version = '', status = 'ok', value, n } = finding;
        if (version !== '' || status !== 'ok') continue;
        values.push({ metric, column, slice, n, value, start: scope.from, end: scope.to });
      }
    }
  }
  return values;
}

/** For each chunk, the reference made of the others. Of a version's output the reference is its evaluation, which holds no chunk. */
function withoutEach(reference: Reference, model: ModelConfig, chunks: readonly Summaries[]): Summaries[] {
  const others = chunks.map((): Summaries => new Map());
  const said = new Set(watchedColumns(model).flatMap(({ name, feature }) => (feature === null ? [name] : [])));
  for (const [slice, columns] of reference.summaries) {
    for (const [column, whole] of columns) {
      const present = chunks.flatMap((summaries, i) => {
        const summary = summaries.get(slice)?.get(column);
        return summary ? [{ i, summary }] : [];
      });
      const evaluated = reference.evaluated !== null && said.has(column);
      const left = evaluated
        ? present.map(() => whole)
        : leaveOneOut<ColumnSummary>(present.map(({ summary }) => summary));
      left.forEach((summary, j) => {
        const into = others[present[j]!.i]!;
        if (summary) into.set(slice, (into.get(slice) ?? new Map<string, ColumnSummary>()).set(column, summary));
      });
    }
  }
  return others;
}
