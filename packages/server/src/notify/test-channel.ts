import type { Selectable } from 'kysely';
import type { Context } from '../context.ts';
import type { Schema } from '../store/schema.ts';
import { channelOf } from './health.ts';
import { testMessage } from './message.ts';
import { DELIVER_JOB, enqueueDelivery } from './outbox.ts';

const WAIT_MS = 20_000;
const LOOK_MS = 50;

/**
 * Sends a test message the way that alerts go, through the outbox, and waits until it is known how that went: 20 s at most,
 * then it is still `queued`. It is tried once, rested or disabled though the channel be; a channel that takes it is enabled again.
 * @throws LeewayError `unknown_channel`
 */
export async function testChannel(
  ctx: Pick<Context, 'clock' | 'newId' | 'store' | 'jobs' | 'events' | 'audit' | 'config' | 'publicUrl'>,
  { name, actor }: { name: string; actor: string },
): Promise<Selectable<Schema['deliveries']>> {
  channelOf(ctx, name);
  const message = testMessage(name, ctx.publicUrl(), ctx.clock.now());
  const id = ctx.newId('test');
  const { db } = ctx.store;
  await db.transaction().execute(async (tx) => {
    await enqueueDelivery(ctx, tx, { id, key: message.group.key, channel: name, message });
    await ctx.audit.append(tx, actor, 'channel.test', name, { delivery: id });
  });
  // By this process at once, so that nobody who waits stands behind a long queue.
  await ctx.jobs.runNow(DELIVER_JOB, id);
  for (const until = Date.now() + WAIT_MS; ; await new Promise((resolve) => setTimeout(resolve, LOOK_MS))) {
    const row = await db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    if (row.state !== 'queued' || Date.now() >= until) return row;
  }
}
