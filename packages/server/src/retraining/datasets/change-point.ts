import type { ModelConfig } from '@leeway/contract';
import type { Context } from '../../context.ts';
import { readMeasurements } from '../../monitoring/measurements.ts';

/** Alerts about these say that data or service broke, not that the world changed. */
const BROKEN = /^(quality|service|freshness|process)\./;

/**
 * The last change of a time that somebody has dated: the last drift of a detector, or where none has seen one, the first bad
 * window of the newest alert on drift or performance. Null where nothing is known.
 */
export async function lastChange(
  ctx: Pick<Context, 'store' | 'warehouse'>,
  model: ModelConfig,
  span: { from: number; to: number },
): Promise<number | null> {
  const detected = await lastDetected(ctx, model, span);
  return detected ?? lastAlerted(ctx, model, span);
}

async function lastDetected(
  { warehouse }: Pick<Context, 'warehouse'>,
  model: ModelConfig,
  { from, to }: { from: number; to: number },
): Promise<number | null> {
  let last: number | null = null;
  for (const { name, detectors } of model.monitors) {
    const metrics = [...new Set(detectors.map(({ type }) => `detector.${type}`))];
    if (metrics.length === 0) continue;
    const query = { model: model.name, monitor: name, metrics, column: '*', slice: '', version: '', from, to };
    for (const { detail } of await readMeasurements(warehouse, query)) {
      for (const { at } of (detail['drifts'] as { at: string }[] | undefined) ?? []) {
        const time = Date.parse(at);
        if (time >= from && time < to) last = Math.max(last ?? time, time);
      }
    }
  }
  return last;
}

async function lastAlerted(
  { store }: Pick<Context, 'store'>,
  model: ModelConfig,
  { from, to }: { from: number; to: number },
): Promise<number | null> {
  const alerts = await store.db
    .selectFrom('alerts')
    .select(['metric', 'activeAt', 'windowStart', 'windowEnd'])
    .where('model', '=', model.name)
    .where('noData', '=', 0)
    .where('firedAt', 'is not', null)
    .where('activeAt', '>=', from)
    .orderBy('activeAt', 'desc')
    .limit(50)
    .execute();
  for (const { metric, activeAt, windowStart, windowEnd } of alerts) {
    if (BROKEN.test(metric)) continue;
    // An alert that goes on shows its newest window; the first one ended before it began.
    const began = Math.min(windowStart, activeAt - (windowEnd - windowStart));
    if (began >= from && began < to) return began;
  }
  return null;
}
