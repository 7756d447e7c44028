import { type Delivery, LeewayError } from '@leeway/contract';
import type { ExpressionBuilder } from 'kysely';
import type { Context } from '../context.ts';
import { encode } from '../store/json.ts';
import type { StoreTx } from '../store/open.ts';
import type { Schema } from '../store/schema.ts';
import type { Message } from './message.ts';

export const DELIVER_JOB = 'deliver';

export interface DeliverPayload {
  delivery: string;
  /** Who approved it, where the channel wants a person to. */
  approvedBy?: string;
}

/** Messages of one group to one channel go one after the other. */
export const laneOf = (channel: string, key: string): string => `deliver|${channel}|${key}`;

export type OutboxContext = Pick<Context, 'clock' | 'jobs' | 'events'>;

export interface NewDelivery {
  id: string;
  /** Of the group. */
  key: string;
  channel: string;
  message: Message;
  /** The delivery to another channel in whose place this one is sent. */
  failoverOf?: string;
}

/** Puts a message into the outbox, with the job that takes it out. Messages of one group to one channel keep their order. */
export async function enqueueDelivery(ctx: OutboxContext, tx: StoreTx, input: NewDelivery): Promise<void> {
  const { id, key, channel, message, failoverOf = null } = input;
  const now = ctx.clock.now();
  await tx
    .insertInto('deliveries')
    .values({
      id,
      channel,
      groupKey: key,
      reason: message.reason,
      state: 'queued',
      attempts: 0,
      failure: null,
      error: null,
      createdAt: now,
      queuedAt: now,
      sentAt: null,
      subject: message.subject,
      message: encode<unknown>(message),
      failoverOf,
    })
    .execute();
  const rows = [...new Set(message.alerts.map((alert) => alert.id))].map((alert) => ({ delivery: id, alert }));
  // In parts: a statement takes only so many parameters.
  for (let i = 0; i < rows.length; i += 500) {
    await tx
      .insertInto('deliveryAlerts')
      .values(rows.slice(i, i + 500))
      .execute();
  }
  await enqueueJob(ctx, tx, { id, channel, key });
}

export async function enqueueJob(
  ctx: OutboxContext,
  tx: StoreTx,
  { id, channel, key, approvedBy }: Record<'id' | 'channel' | 'key', string> & { approvedBy?: string },
): Promise<void> {
  const payload: DeliverPayload = { delivery: id, ...(approvedBy !== undefined && { approvedBy }) };
  await ctx.jobs.enqueue(tx, { kind: DELIVER_JOB, key: id, payload, lane: laneOf(channel, key) });
}

/** Messages to be taken back; all that is given must hold. */
export interface CancelWhere {
  ids?: readonly string[];
  channel?: string;
  /** Of the group. */
  key?: string;
  /** One that the message tells of. */
  alert?: string;
  /** Such as `first` or `repeat`. An end is never taken back unless it is asked for by name. */
  reasons?: readonly string[];
}

/**
 * Takes messages back that were not sent yet, and tells how many. One that is being sent at this moment may still go out;
 * if it does, it counts as sent.
 */
export async function cancelDeliveries(
  ctx: OutboxContext,
  tx: StoreTx,
  where: CancelWhere,
  why: string,
): Promise<number> {
  let query = tx.updateTable('deliveries').set({ state: 'cancelled', error: why }).where('state', '=', 'queued');
  if (where.ids) query = query.where('id', 'in', where.ids.length === 0 ? [''] : [...where.ids]);
  if (where.channel !== undefined) query = query.where('channel', '=', where.channel);
  if (where.key !== undefined) query = query.where('groupKey', '=', where.key);
  if (where.reasons) query = query.where('reason', 'in', [...where.reasons]);
  else query = query.where('reason', 'not in', ['resolved', 'all resolved']);
  if (where.alert !== undefined) {
    const told = (e: ExpressionBuilder<Schema, 'deliveries'>) =>
      e
        .selectFrom('deliveryAlerts')
        .select('delivery')
        .where('alert', '=', where.alert as string);
    query = query.where('id', 'in', told);
  }
  const rows = await query.returning(['id', 'channel', 'attempts']).execute();
  for (const { id, channel, attempts } of rows) {
    await ctx.events.emit(tx, 'delivery.changed', null, { delivery: id, channel, state: 'cancelled', attempts });
  }
  return rows.length;
}

/** Sends failed messages once more, as if they were new: one by its id, or all of a channel. Gives back their ids. */
export async function retryDeliveries(
  ctx: OutboxContext & Pick<Context, 'store' | 'audit'>,
  { actor, ...which }: { actor: string } & ({ id: string } | { channel: string; limit?: number }),
): Promise<string[]> {
  return ctx.store.db.transaction().execute(async (tx) => {
    let query = tx.selectFrom('deliveries').select(['id', 'channel', 'groupKey', 'state', 'reason']);
    if ('id' in which) query = query.where('id', '=', which.id);
    else {
      query = query.where('channel', '=', which.channel).where('state', '=', 'failed');
      query = query
        .orderBy('createdAt')
        .orderBy('id')
        .limit(which.limit ?? 500);
    }
    const rows = await query.execute();
    if ('id' in which) mustHaveFailed(which.id, rows[0]?.state as Delivery['state'] | undefined);
    const over = await tellsOfThePast(tx, rows);
    for (const { id, channel, groupKey, reason } of rows) {
      if (reason === 'test') continue; // a test is asked for anew
      if (over.has(id)) {
        if ('id' in which) throw new LeewayError('wrong_state', `delivery ${id} is not sent any more: ${OVER}`);
        await tx.updateTable('deliveries').set({ state: 'superseded', error: OVER }).where('id', '=', id).execute();
        continue;
      }
      await tx
        .updateTable('deliveries')
        .set({ state: 'queued', attempts: 0, queuedAt: ctx.clock.now() })
        .where('id', '=', id)
        .execute();
      // What brought the process down may have left its job aside, under the key that the new one needs.
      await tx.deleteFrom('jobs').where('kind', '=', DELIVER_JOB).where('key', '=', id).execute();
      await enqueueJob(ctx, tx, { id, channel, key: groupKey });
      await ctx.events.emit(tx, 'delivery.changed', null, { delivery: id, channel, state: 'queued', attempts: 0 });
      await ctx.audit.append(tx, actor, 'delivery.retry', id, { channel });
    }
    return rows.filter(({ id }) => !over.has(id)).map(({ id }) => id);
  });
}

const OVER = 'all that it tells of is over, and nobody would be told of that';
/** Reasons of messages that begin nothing. */
const NO_BEGINNING = new Set(['resolved', 'all resolved', 'digest', 'action', 'test']);

/** Beginnings whose end was decided already: told now, they would have none. */
async function tellsOfThePast(
  tx: StoreTx,
  rows: readonly { id: string; state: string; reason: string }[],
): Promise<Set<string>> {
  const begin = rows.filter(({ state, reason }) => state === 'failed' && !NO_BEGINNING.has(reason)).map(({ id }) => id);
  if (begin.length === 0) return new Set();
  const told = await tx
    .selectFrom('deliveryAlerts')
    .innerJoin('alerts', 'alerts.id', 'deliveryAlerts.alert')
    .select(['deliveryAlerts.delivery', 'alerts.state'])
    .where('deliveryAlerts.delivery', 'in', begin)
    .execute();
  const open = new Set(told.filter(({ state }) => state !== 'resolved').map(({ delivery }) => delivery));
  return new Set(told.map(({ delivery }) => delivery).filter((id) => !open.has(id)));
}

function mustHaveFailed(id: string, state: Delivery['state'] | undefined): void {
  if (state === undefined) throw new LeewayError('unknown_delivery', `"${id}"`);
  if (state !== 'failed')
    throw new LeewayError('wrong_state', `delivery ${id} is ${state}; only failed ones are retried`);
}
