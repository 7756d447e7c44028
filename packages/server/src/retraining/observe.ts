import {
  leavesOfTrigger,
  type Measurement,
  type ModelConfig,
  type RetrainConfig,
  type TriggerLeaf,
} from '@leeway/contract';
import { performanceMetrics } from '@leeway/stats';
import { readMeasurements } from '../monitoring/measurements.ts';
import { championOf } from '../registry/versions.ts';
import type { StoreReader } from '../store/open.ts';
import { labelledRows, predictionRows } from '../warehouse/model-tables.ts';
import { instant } from '../warehouse/warehouse.ts';
import type { RetrainingContext } from './context.ts';
import type { DriftLeaf, MetricLeaf } from './decide/leaves.ts';
import type { Drifted, Measured, Observation } from './decide/observation.ts';
import { lastDataEnd } from './past-runs.ts';

/** What is read from the warehouse, before the transaction that decides. */
export type WarehouseFacts = Pick<Observation, 'measured' | 'drifted' | 'newLabels' | 'newRows' | 'dataEnd'>;

/** How far back a window may lie and still be the newest. */
const MOST_BACK_MS = 400 * 86_400_000;

/** Whether the store alone can tell if a trigger holds and whether it may start a run. */
export const needsWarehouse = ({ triggers, minimumNewLabels }: RetrainConfig): boolean =>
  minimumNewLabels > 0 || triggers.some((trigger) => trigger.on !== 'alert' && trigger.on !== 'schedule');

/** Nothing of the warehouse: for policies that need none of it. */
export const NO_FACTS: WarehouseFacts = {
  measured: () => null,
  drifted: () => null,
  newLabels: null,
  newRows: null,
  dataEnd: null,
};

/** Reads what the triggers and guards of a model look at, and no more. */
export async function readFacts(
  ctx: RetrainingContext,
  model: ModelConfig,
  retrain: RetrainConfig,
): Promise<WarehouseFacts> {
  const leaves = retrain.triggers.flatMap(leavesOfTrigger);
  const measured = new Map<TriggerLeaf, Measured | null>();
  const drifted = new Map<TriggerLeaf, Drifted | null>();
  for (const leaf of leaves) {
    if (leaf.on === 'metric') measured.set(leaf, await readMetric(ctx, model, leaf));
    if (leaf.on === 'drift') drifted.set(leaf, await readDrift(ctx, model, leaf));
  }
  const asks = (kind: TriggerLeaf['on']) => leaves.some(({ on }) => on === kind);
  const dataEnd = await lastDataEnd(ctx.store.db, model.name);
  const count = (labelled: boolean) => countSince(ctx, model, dataEnd, labelled);
  return {
    measured: (leaf) => measured.get(leaf) ?? null,
    drifted: (leaf) => drifted.get(leaf) ?? null,
    newLabels: asks('labels') || retrain.minimumNewLabels > 0 ? await count(true) : null,
    newRows: asks('data') ? await count(false) : null,
    dataEnd,
  };
}

/** Labelled rows later than the data of the last run. */
export async function newLabelsOf(ctx: RetrainingContext, db: StoreReader, model: ModelConfig): Promise<number> {
  return countSince(ctx, model, await lastDataEnd(db, model.name), true);
}

async function countSince(
  ctx: RetrainingContext,
  model: ModelConfig,
  since: number | null,
  labelled: boolean,
): Promise<number> {
  const now = ctx.clock.now();
  const where = "role IN ('live', 'history') AND error = ''";
  const rows = labelled ? `${labelledRows(model, where)} WHERE label IS NOT NULL` : predictionRows(model, where);
  const [row] = await ctx.warehouse.query<{ n: number }>(
    `SELECT uniqExact(id) AS n FROM ${rows}`,
    { from: instant(since ?? 0), to: instant(now + 1), asOf: instant(now) },
    'retrain/new-rows',
  );
  return Number(row?.n ?? 0);
}

async function readMetric(ctx: RetrainingContext, model: ModelConfig, leaf: MetricLeaf): Promise<Measured | null> {
  const { metric, column, slice, drop } = leaf;
  const newest = newestOf(await measurementsOf(ctx, model, leaf, { metrics: [metric], column, slice }));
  if (newest?.value == null) return null;
  const champion = drop ? await championOf(ctx.store.db, model.name) : null;
  const better = betterOf(model, metric);
  return {
    value: newest.value,
    windowEnd: Date.parse(newest.windowEnd),
    better,
    reference: newest.reference,
    best: drop?.against === 'best' && champion ? await bestOf(ctx, model, leaf, newest, champion.served) : null,
    promoted: column === '' && slice === '' ? (champion?.metrics[metric] ?? null) : null,
  };
}

/** The best window since the champion serves, before the newest one. */
async function bestOf(
  ctx: RetrainingContext,
  model: ModelConfig,
  leaf: MetricLeaf,
  newest: Measurement,
  served: readonly { from: string; to: string | null }[],
): Promise<number | null> {
  const { metric, column, slice } = leaf;
  const from = Date.parse(served.findLast(({ to }) => to === null)?.from ?? newest.windowStart);
  const to = Date.parse(newest.windowStart);
  const found = await readMeasurements(ctx.warehouse, {
    ...{ model: model.name, monitor: newest.monitor, metrics: [metric], column, slice, version: '', from, to },
  });
  const values = found.flatMap(({ value }) => value ?? []);
  if (values.length === 0) return null;
  return betterOf(model, metric) === 'higher' ? Math.max(...values) : Math.min(...values);
}

async function readDrift(ctx: RetrainingContext, model: ModelConfig, leaf: DriftLeaf): Promise<Drifted | null> {
  const found = await measurementsOf(ctx, model, leaf, {
    metrics: ['drift.share', 'drift.score'],
    column: '*',
    slice: '',
  });
  const newest = newestOf(found);
  if (!newest) return null;
  const ofWindow = found.filter(({ monitor, windowEnd, value }) => {
    return monitor === newest.monitor && windowEnd === newest.windowEnd && value !== null;
  });
  return {
    windowEnd: Date.parse(newest.windowEnd),
    share: ofWindow.find(({ metric }) => metric === 'drift.share')?.value ?? null,
    scores: new Map(
      ofWindow.flatMap(({ metric, column, value }) => (metric === 'drift.score' ? [[column, value!]] : [])),
    ),
  };
}

/** The newest of each measurement. */
const measurementsOf = (
  ctx: RetrainingContext,
  model: ModelConfig,
  { monitor }: { monitor?: string | undefined },
  of: { metrics: string[]; column: string; slice: string },
): Promise<Measurement[]> => {
  const to = ctx.clock.now() + 1;
  const from = to - MOST_BACK_MS;
  return readMeasurements(ctx.warehouse, { ...of, model: model.name, monitor, version: '', from, to, newest: true });
};

const newestOf = (found: readonly Measurement[]): Measurement | undefined =>
  found.filter(({ value }) => value !== null).sort((a, b) => Date.parse(b.windowEnd) - Date.parse(a.windowEnd))[0];

/** Which way a metric is better; null where it has none. */
export function betterOf({ task }: Pick<ModelConfig, 'task'>, metric: string): Measured['better'] {
  const better = performanceMetrics[task].find(({ id }) => id === metric)?.better;
  return better === 'higher' || better === 'lower' ? better : null;
}
