import { type Delivery, LeewayError } from '@leeway/contract';
import type { AlertingContext } from '../context.ts';
import { toDelivery } from '../rows.ts';

export interface DeliveryFilter {
  channel?: string | undefined;
  state?: Delivery['state'] | undefined;
  /** Of one alert. */
  alert?: string | undefined;
  /** What the page before gave as `next`. */
  cursor?: string | undefined;
  /** 200 by default. */
  limit?: number | undefined;
}

/** Messages to channels, the latest first, with the cursor of the next page; null if this is the last. */
export async function pageDeliveries(
  ctx: Pick<AlertingContext, 'store'>,
  { channel, state, alert, cursor, limit = 200 }: DeliveryFilter = {},
): Promise<{ deliveries: Delivery[]; next: string | null }> {
  let query = ctx.store.db.selectFrom('deliveries').selectAll().orderBy('createdAt', 'desc').orderBy('id');
  if (channel !== undefined) query = query.where('channel', '=', channel);
  if (state !== undefined) query = query.where('state', '=', state);
  if (alert !== undefined) {
    query = query.where('id', 'in', (e) =>
      e.selectFrom('deliveryAlerts').select('delivery').where('alert', '=', alert),
    );
  }
  if (cursor !== undefined) {
    const { at, id } = parseCursor(cursor);
    query = query.where((e) => e.or([e('createdAt', '<', at), e.and([e('createdAt', '=', at), e('id', '>', id)])]));
  }
  const rows = await query.limit(limit + 1).execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    deliveries: page.map(toDelivery),
    next: rows.length > limit && last ? `${last.createdAt}.${last.id}` : null,
  };
}

function parseCursor(cursor: string): { at: number; id: string } {
  const match = /^(\d{1,16})\.(.{1,200})$/.exec(cursor);
  if (!match) throw new LeewayError('invalid_request', `cursor: expected "next" of the page before, got "${cursor}"`);
  return { at: Number(match[1]), id: match[2] as string };
}

/** One message. @throws LeewayError `unknown_delivery` */
export async function getDelivery(ctx: Pick<AlertingContext, 'store'>, id: string): Promise<Delivery> {
  const row = await ctx.store.db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new LeewayError('unknown_delivery', `"${id}"`);
  return toDelivery(row);
}
