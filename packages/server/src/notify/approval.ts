import { type ChannelConfig, type Delivery, LeewayError } from '@leeway/contract';
import type { Context } from '../context.ts';
import type { StoreTx } from '../store/open.ts';
import type { Channel, Receipt } from './channel.ts';
import { configureChannel } from './index.ts';
import type { Message } from './message.ts';
import { enqueueJob, type OutboxContext } from './outbox.ts';

/** Messages that everybody would see wait here until a person approves them. Of a group and a channel only the newest waits. */

/** Whether a message must wait. A channel that is configured wrongly does not: its try says what is wrong. */
export function needsApproval(
  channels: readonly Channel[],
  config: ChannelConfig,
  message: Message,
  receipt: Receipt | null,
): boolean {
  const channel = channels.find(({ type }) => type === config.type);
  if (!channel?.needsApproval) return false;
  try {
    return channel.needsApproval(message, configureChannel(config, channels).options, receipt);
  } catch {
    return false;
  }
}

export const WAITS = 'everybody would see it: it is sent when a person approves it';

/** Takes back what waits of a group, since something newer was decided or all of it is over. */
export async function dropWaiting(
  ctx: Pick<Context, 'events'>,
  tx: StoreTx,
  { groupKey, channel }: { groupKey: string; channel: string },
): Promise<void> {
  const rows = await tx
    .updateTable('deliveries')
    .set({ state: 'superseded', error: 'nobody had approved it before a newer message came' })
    .where('groupKey', '=', groupKey)
    .where('channel', '=', channel)
    .where('state', '=', 'awaiting_approval')
    .returning(['id', 'attempts'])
    .execute();
  for (const { id, attempts } of rows) {
    await ctx.events.emit(tx, 'delivery.changed', null, { delivery: id, channel, state: 'superseded', attempts });
  }
}

/** Sends a message that waited, in the name of whoever approved it. */
export async function approveDelivery(
  ctx: OutboxContext & Pick<Context, 'store' | 'audit'>,
  { id, actor }: { id: string; actor: string },
): Promise<void> {
  await ctx.store.db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('deliveries')
      .select(['channel', 'groupKey', 'state', 'attempts'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw new LeewayError('unknown_delivery', `"${id}"`);
    const { channel, groupKey, attempts } = row;
    const state = row.state as Delivery['state'];
    const changed = await tx
      .updateTable('deliveries')
      .set({ state: 'queued', error: null, queuedAt: ctx.clock.now() })
      .where('id', '=', id)
      .where('state', '=', 'awaiting_approval')
      .executeTakeFirst();
    if (changed.numUpdatedRows !== 1n) {
      throw new LeewayError('wrong_state', `delivery ${id} is ${state}; only one that waits for approval is approved`);
    }
    await enqueueJob(ctx, tx, { id, channel, key: groupKey, approvedBy: actor });
    await ctx.events.emit(tx, 'delivery.changed', null, { delivery: id, channel, state: 'queued', attempts });
    await ctx.audit.append(tx, actor, 'delivery.approve', id, { channel });
  });
}
