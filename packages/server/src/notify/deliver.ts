import type { ChannelConfig, Delivery } from '@leeway/contract';
import { LeewayError } from '@leeway/contract';
import type { Context } from '../context.ts';
import { exponentialBackoff, type Job, RetryLater } from '../jobs/jobs.ts';
import { type Outbound, OutboundError } from '../platform/outbound.ts';
import { decode, encode } from '../store/json.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';
import type { Channel, Outcome } from './channel.ts';
import { decideRetry } from './decide-retry.ts';
import { plain } from './format.ts';
import { configureChannel } from './index.ts';
import type { Message } from './message.ts';
import { redact } from './secret.ts';

const DELIVER_JOB = 'deliver';
const TIMEOUT_MS = 15_000;

export type DeliverContext = Pick<Context, 'clock' | 'log' | 'store' | 'jobs' | 'events' | 'config' | 'publicUrl'>;

export interface DeliverOptions {
  channels: readonly Channel[];
  outbound: Outbound;
  /** Where the console channel writes. */
  write: (text: string) => void;
  /** 0 to 1, for the spread of retries. */
  random: () => number;
  timeoutMs?: number;
}

interface DeliverPayload {
  delivery: string;
}

/** Puts a message into the outbox, with the job that takes it out. Messages of one group to one channel keep their order. */
export async function enqueueDelivery(
  ctx: DeliverContext,
  tx: StoreTx,
  { id, key, channel, message }: { id: string; key: string; channel: string; message: Message },
): Promise<void> {
  await tx
    .insertInto('deliveries')
    .values({
      id,
      channel,
      groupKey: key,
      reason: message.reason,
      state: 'queued',
      attempts: 0,
      error: null,
      createdAt: ctx.clock.now(),
      sentAt: null,
      subject: message.subject,
      message: encode<unknown>(message),
    })
    .execute();
  for (const { id: alert } of message.alerts) {
    await tx.insertInto('deliveryAlerts').values({ delivery: id, alert }).execute();
  }
  const payload: DeliverPayload = { delivery: id };
  await ctx.jobs.enqueue(tx, { kind: DELIVER_JOB, key: id, payload, lane: `deliver|${channel}|${key}` });
}

/** The one stage that sends, and tries again. Channels judge a try; here is decided what follows from it. */
export function defineDeliver(ctx: DeliverContext, options: DeliverOptions): void {
  ctx.jobs.define<DeliverPayload>(DELIVER_JOB, {
    maxAttempts: 5,
    backoff: exponentialBackoff(1_000, 60_000),
    handler: (job) => deliver(ctx, options, job),
    onDead: (tx, job, error) =>
      finish(ctx, tx, job.payload.delivery, {
        state: 'failed',
        attempts: job.attempt,
        error: `Leeway: ${redact(String(error))}`,
      }),
  });
}

async function deliver(ctx: DeliverContext, options: DeliverOptions, job: Job<DeliverPayload>) {
  const { delivery: id } = job.payload;
  const row = await ctx.store.db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst();
  if (row?.state !== 'queued') return undefined;
  const config = ctx.config().channels.find(({ name }) => name === row.channel);
  const outcome: Outcome = config
    ? await attempt(ctx, options, config, decode<Message>(row.message as string), id, job.signal)
    : { outcome: 'permanent', reason: 'rejected', detail: `the configuration has no channel "${row.channel}"` };
  const attempts = row.attempts + 1;
  if (outcome.outcome === 'sent') {
    return (tx: StoreTx) => finish(ctx, tx, id, { state: 'sent', attempts, error: outcome.note ?? null });
  }
  const error = `${outcome.reason}: ${outcome.detail}`;
  const delayMs = decideRetry(outcome, {
    attempts,
    createdAt: row.createdAt,
    now: ctx.clock.now(),
    chance: options.random(),
  });
  if (delayMs === null) return (tx: StoreTx) => finish(ctx, tx, id, { state: 'failed', attempts, error });
  await ctx.store.db.transaction().execute((tx) => finish(ctx, tx, id, { state: 'queued', attempts, error }));
  throw new RetryLater(error, delayMs);
}

/** One try. Whatever goes wrong comes back as an outcome, without a secret in its text. */
export async function attempt(
  ctx: Pick<DeliverContext, 'clock'>,
  { channels, outbound, write, timeoutMs = TIMEOUT_MS }: DeliverOptions,
  config: ChannelConfig,
  message: Message,
  deliveryId: string,
  signal: AbortSignal,
): Promise<Outcome> {
  let secrets: string[] = [];
  const clean = (outcome: Outcome): Outcome =>
    'detail' in outcome
      ? { ...outcome, detail: plain(redact(outcome.detail, secrets), 300) }
      : outcome.note
        ? { ...outcome, note: plain(redact(outcome.note, secrets), 300) }
        : outcome;
  try {
    const configured = configureChannel(config, channels);
    secrets = configured.secrets;
    const io = {
      outbound,
      clock: ctx.clock,
      write,
      timeoutMs,
      signal,
      deliveryId,
      receipt: null,
      chart: async () => null,
    };
    return clean(await configured.channel.deliver(message, configured.options, io));
  } catch (error) {
    if (error instanceof OutboundError) return clean({ outcome: 'retry', reason: error.reason, detail: error.message });
    if (error instanceof LeewayError) return clean({ outcome: 'permanent', reason: 'rejected', detail: error.message });
    throw error instanceof Error ? new Error(redact(error.message, secrets)) : error;
  }
}

async function finish(
  ctx: DeliverContext,
  db: StoreReader,
  id: string,
  { state, attempts, error }: Pick<Delivery, 'state' | 'attempts' | 'error'>,
): Promise<void> {
  const sentAt = state === 'sent' ? ctx.clock.now() : null;
  const row = await db
    .updateTable('deliveries')
    .set({ state, attempts, error, sentAt })
    .where('id', '=', id)
    .returning(['channel'])
    .executeTakeFirst();
  await ctx.events.emit(db, 'delivery.changed', null, { delivery: id, channel: row?.channel ?? null, state, attempts });
}
