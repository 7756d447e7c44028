import { decodeOrNull, encode } from '../store/json.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';
import type { Receipt } from './channel.ts';
import type { Thread } from './decide-retry.ts';
import { laneOf } from './outbox.ts';

/** What a channel knows of a group, so that an end finds its beginning: where it was told, and under which name. */

export interface GroupThread extends Thread {
  receipt: Receipt | null;
}

export async function readThread(db: StoreReader, key: string, channel: string): Promise<GroupThread> {
  const row = await db
    .selectFrom('receipts')
    .selectAll()
    .where('key', '=', key)
    .where('channel', '=', channel)
    .executeTakeFirst();
  if (row) return { told: row.told === 1, handedTo: row.handedTo, receipt: decodeOrNull<Receipt>(row.receipt) };
  // A group from before this was kept: what was sent then was told.
  const sent = await db
    .selectFrom('deliveries')
    .select('id')
    .where('groupKey', '=', key)
    .where('channel', '=', channel)
    .where('state', '=', 'sent')
    .limit(1)
    .executeTakeFirst();
  return { told: sent !== undefined, handedTo: null, receipt: null };
}

export async function writeThread(tx: StoreTx, key: string, channel: string, thread: GroupThread): Promise<void> {
  const values = {
    told: thread.told ? 1 : 0,
    handedTo: thread.handedTo,
    receipt: thread.receipt && encode(thread.receipt),
  };
  await tx
    .insertInto('receipts')
    .values({ key, channel, ...values })
    .onConflict((c) => c.columns(['key', 'channel']).doUpdateSet(values))
    .execute();
}

/** Whether a message that ends all of this group waits behind this one. */
export async function endWaits(db: StoreReader, key: string, channel: string, id: string): Promise<boolean> {
  const newest = await db
    .selectFrom('jobs')
    .select('key')
    .where('lane', '=', laneOf(channel, key))
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (newest === undefined || newest.key === id) return false;
  const row = await db
    .selectFrom('deliveries')
    .select('id')
    .where('id', '=', newest.key)
    .where('state', '=', 'queued')
    .where('reason', '=', 'all resolved')
    .executeTakeFirst();
  return row !== undefined;
}
