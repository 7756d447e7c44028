import { durationMs, type Measurement, type ModelConfig, type MonitorConfig } from '@leeway/contract';
import type { Context } from '../context.ts';
import { readMeasurements } from '../monitoring/measurements.ts';

/** Windows further back than this are not looked through for what was last measured. */
const LOOK_BACK_WINDOWS = 32;

/**
 * The newest measurement of each kind that a monitor has made. What needs no label is of the newest window, what waits for
 * labels of an older one, so each has its own time.
 */
export async function newestMeasurements(
  ctx: Pick<Context, 'store' | 'warehouse'>,
  model: ModelConfig,
  monitor: MonitorConfig,
  { columns, slices, versions }: { columns: boolean; slices: boolean; versions: boolean },
): Promise<Measurement[]> {
  const last = await ctx.store.db
    .selectFrom('windows')
    .select((e) => e.fn.max('startAt').as('start'))
    .where('model', '=', model.name)
    .where('monitor', '=', monitor.name)
    .where('state', '!=', 'open')
    .executeTakeFirst();
  if (last?.start === null || last?.start === undefined) return [];
  const start = Number(last.start);
  const waits = Math.max(durationMs(monitor.maturity.delay), durationMs(monitor.maturity.timeout));
  return readMeasurements(ctx.warehouse, {
    model: model.name,
    monitor: monitor.name,
    column: columns ? '*' : '',
    slice: slices ? '*' : '',
    version: versions ? '*' : '',
    from: start - waits - LOOK_BACK_WINDOWS * durationMs(monitor.window),
    to: start + 1,
    newest: true,
  });
}
