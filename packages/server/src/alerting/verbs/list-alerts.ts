import type { Alert, AlertState, Delivery } from '@leeway/contract';
import { iso } from '../../platform/clock.ts';
import type { AlertingContext } from '../context.ts';
import { activeSilences, alertRow, toAlert, toDelivery } from '../rows.ts';

export interface AlertFilter {
  model?: string | undefined;
  rule?: string | undefined;
  /** `open` is all but resolved. */
  state?: AlertState | 'open' | undefined;
  /** 200 by default. */
  limit?: number;
}

/** Alerts, those that began last first. */
export async function listAlerts(
  ctx: AlertingContext,
  { model, rule, state, limit = 200 }: AlertFilter = {},
): Promise<Alert[]> {
  let query = ctx.store.db.selectFrom('alerts').selectAll().orderBy('activeAt', 'desc').orderBy('id').limit(limit);
  if (model !== undefined) query = query.where('model', '=', model);
  if (rule !== undefined) query = query.where('rule', '=', rule);
  if (state === 'open') query = query.where('state', '<>', 'resolved');
  else if (state !== undefined) query = query.where('state', '=', state);
  const now = ctx.clock.now();
  const silences = await activeSilences(ctx.store.db, now);
  return (await query.execute()).map((row) => toAlert(row, silences, now));
}

export interface AlertDetail {
  alert: Alert;
  /** Oldest first. */
  history: { at: string; from: string; to: string; why: string }[];
  /** Oldest first. */
  deliveries: Delivery[];
}

/** An alert with what happened to it and what was sent about it. */
export async function getAlert(ctx: AlertingContext, id: string): Promise<AlertDetail> {
  const { db } = ctx.store;
  const now = ctx.clock.now();
  const row = await alertRow(db, id);
  const history = await db.selectFrom('alertHistory').selectAll().where('alert', '=', id).orderBy('id').execute();
  const deliveries = await db
    .selectFrom('deliveries')
    .innerJoin('deliveryAlerts', 'deliveryAlerts.delivery', 'deliveries.id')
    .selectAll('deliveries')
    .where('deliveryAlerts.alert', '=', id)
    .orderBy('deliveries.createdAt')
    .execute();
  return {
    alert: toAlert(row, await activeSilences(db, now), now),
    history: history.map(({ at, fromState, toState, why }) => ({ at: iso(at), from: fromState, to: toState, why })),
    deliveries: deliveries.map(toDelivery),
  };
}

/** Messages to channels, the latest first. */
export async function listDeliveries(
  ctx: AlertingContext,
  { channel, state, limit = 200 }: { channel?: string; state?: Delivery['state']; limit?: number } = {},
): Promise<Delivery[]> {
  let query = ctx.store.db.selectFrom('deliveries').selectAll().orderBy('createdAt', 'desc').orderBy('id').limit(limit);
  if (channel !== undefined) query = query.where('channel', '=', channel);
  if (state !== undefined) query = query.where('state', '=', state);
  return (await query.execute()).map(toDelivery);
}
