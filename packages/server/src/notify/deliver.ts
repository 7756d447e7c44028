import type { ChannelConfig, Delivery } from '@leeway/contract';
import { LeewayError } from '@leeway/contract';
import type { Selectable } from 'kysely';
import type { Context } from '../context.ts';
import { exponentialBackoff, type Job, RetryLater } from '../jobs/jobs.ts';
import { type Outbound, OutboundError } from '../platform/outbound.ts';
import { decode } from '../store/json.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';
import type { Schema } from '../store/schema.ts';
import { dropWaiting, needsApproval, WAITS } from './approval.ts';
import type { Channel, ChartImage, Outcome, Receipt } from './channel.ts';
import { decideRest, decideRetry, type Failed, failureClass, horizonMs, isSuperseded } from './decide-retry.ts';
import { endInPlaceOf, inPlaceOf } from './failover.ts';
import { plain } from './format.ts';
import { type ChannelState, noteFailed, noteSent, readChannelState } from './health.ts';
import { configureChannel } from './index.ts';
import type { Message } from './message.ts';
import { DELIVER_JOB, type DeliverPayload, enqueueDelivery } from './outbox.ts';
import { redact } from './secret.ts';
import { dressMessage } from './template/dress-message.ts';
import { endWaits, type GroupThread, readThread, writeThread } from './threads.ts';
import { type Seen, watchOutbound } from './watched.ts';

const TIMEOUT_MS = 15_000;
/** Messages on their way at once, and of those to a channel that fails: it must not keep the others waiting. */
const CONCURRENCY = 24;
const CONCURRENCY_FAILING = 2;
const FAILING = 3;
/** Tries of a message over which the channel itself breaks: that is a mistake in it, which seldom passes. */
const MOST_MISHAPS = 5;

export type DeliverContext = Pick<Context, 'clock' | 'log' | 'store' | 'jobs' | 'events' | 'config' | 'publicUrl'>;

export interface DeliverOptions {
  channels: readonly Channel[];
  outbound: Outbound;
  /** Where the console channel writes. */
  write: (text: string) => void;
  /** 0 to 1, for the spread of retries. */
  random: () => number;
  /** Draws the first alert of a message; null where there is nothing to draw. */
  chart?: (message: Message) => Promise<ChartImage | null>;
  timeoutMs?: number;
}

type DeliveryRow = Selectable<Schema['deliveries']>;
type Writes = (tx: StoreTx) => Promise<void>;

/** All that a try is decided on. */
interface Case {
  row: DeliveryRow;
  message: Message;
  config: ChannelConfig;
  state: ChannelState;
  thread: GroupThread;
}

/** The one stage that sends, and tries again. Channels judge a try; here is decided what follows from it. */
export function defineDeliver(ctx: DeliverContext, options: DeliverOptions): void {
  const busy = new Map<string, number>();
  ctx.jobs.define<DeliverPayload>(DELIVER_JOB, {
    // Only ends of the process count, and those are seldom the fault of the message that was on its way.
    maxAttempts: 100,
    concurrency: CONCURRENCY,
    backoff: exponentialBackoff(1_000, 60_000),
    handler: (job) => deliver(ctx, options, job, busy),
    async onDead(tx, job, error) {
      const found = await load(ctx, tx, job.payload.delivery);
      const failed: Failed = { outcome: 'permanent', reason: 'rejected', detail: `Leeway: ${redact(String(error))}` };
      if (found) await giveUp(ctx, tx, found, failed, found.row.attempts + 1);
    },
  });
}

async function load(ctx: DeliverContext, db: StoreReader, id: string): Promise<Case | undefined> {
  const row = await db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst();
  if (row?.state !== 'queued') return undefined;
  // A channel that is gone from the configuration has a type that there is not: the try says so.
  const config = ctx.config().channels.find(({ name }) => name === row.channel) ?? gone(row.channel);
  const thread: GroupThread =
    row.reason === 'test'
      ? { told: false, handedTo: null, receipt: null }
      : await readThread(db, row.groupKey, row.channel);
  const state = await readChannelState(db, config);
  return { row, message: decode<Message>(row.message as string), config, state, thread };
}

const GONE = '';
const gone = (name: string): ChannelConfig => ({ name, type: GONE, sendResolved: true });

async function deliver(
  ctx: DeliverContext,
  options: DeliverOptions,
  job: Job<DeliverPayload>,
  busy: Map<string, number>,
): Promise<Writes | undefined> {
  const { db } = ctx.store;
  const found = await load(ctx, db, job.payload.delivery);
  if (!found) return undefined;
  const { row, message, config, state, thread } = found;
  const { id, groupKey, channel } = row;
  const now = ctx.clock.now();
  const isTest = row.reason === 'test';

  const superseded = isSuperseded({
    reason: row.reason,
    thread,
    endWaits: !isTest && !thread.told && (await endWaits(db, groupKey, channel, id)),
    // A job that begins again without having failed took its process down with it, perhaps after it had sent.
    perhapsSent: job.attempt > 1,
  });
  if (superseded) {
    return async (tx) => {
      await handEndOver(ctx, tx, found);
      await dropWaiting(ctx, tx, row);
      const error = row.reason === 'all resolved' ? 'nothing had been sent of it' : 'it was over before it was sent';
      await finish(ctx, tx, row, { state: 'superseded', attempts: row.attempts, failure: null, error });
    };
  }

  const receipt = row.reason === 'first' ? null : thread.receipt;
  if (!isTest && job.payload.approvedBy === undefined && needsApproval(options.channels, config, message, receipt)) {
    return async (tx) => {
      await dropWaiting(ctx, tx, row);
      await finish(ctx, tx, row, { state: 'awaiting_approval', attempts: row.attempts, failure: null, error: WAITS });
    };
  }

  const horizon = horizonMs(message.severity, config.failover !== undefined);
  const restMs = (state.pausedUntil ?? 0) - now;
  if (!isTest && state.disabledAt === null && restMs > 0 && now + restMs - since(row) <= horizon) {
    // Spread a little, so that not everything starts in the same instant when the rest is over.
    throw new RetryLater('the channel rests, as its service asked', restMs + Math.round(options.random() * 1_000));
  }

  const underWay = busy.get(channel) ?? 0;
  if (!isTest && state.failures >= FAILING && underWay >= CONCURRENCY_FAILING) {
    throw new RetryLater('the channel fails, and others come first', 5_000 + Math.round(options.random() * 10_000));
  }

  const watched = watchOutbound(options.outbound, () => ctx.clock.now());
  const tryOnce = async (): Promise<Outcome> => {
    if (config.type === GONE) {
      return { outcome: 'permanent', reason: 'rejected', detail: `the configuration has no channel "${channel}"` };
    }
    if (!isTest && state.disabledAt !== null) {
      return { outcome: 'permanent', reason: 'auth', detail: `the channel is disabled: ${state.disabledReason}` };
    }
    try {
      return await attempt(ctx, { ...options, outbound: watched.outbound }, config, message, id, job.signal, receipt);
    } catch (error) {
      if (job.signal.aborted) throw error;
      ctx.log.error({ err: error, delivery: id, channel }, 'a channel broke over a message');
      const outcome = row.attempts + 1 < MOST_MISHAPS ? 'retry' : 'permanent';
      return { outcome, reason: 'rejected', detail: `Leeway: ${error instanceof Error ? error.message : error}` };
    }
  };
  busy.set(channel, underWay + 1);
  const outcome = await tryOnce().finally(() => busy.set(channel, (busy.get(channel) ?? 1) - 1));
  const seen = watched.seen();
  const attempts = row.attempts + 1;

  if (outcome.outcome === 'sent') {
    return async (tx) => {
      await finish(ctx, tx, row, { state: 'sent', attempts, failure: null, error: outcome.note ?? null });
      await noteSent(tx, state, ctx.clock.now(), seen.restMs);
      if (isTest) return;
      await dropWaiting(ctx, tx, row);
      await handEndOver(ctx, tx, found);
      const over = row.reason === 'all resolved';
      const known = row.reason === 'first' ? null : thread.receipt;
      const next = over
        ? { told: false, handedTo: null, receipt: null }
        : { told: true, handedTo: thread.handedTo, receipt: outcome.receipt ?? known };
      if (!same(next, thread)) await writeThread(tx, groupKey, channel, next);
    };
  }

  const failed = hideWhatWasSaid(ctx, row, outcome, seen);
  const delayMs = isTest
    ? null
    : decideRetry(failed, {
        attempts,
        since: since(row),
        now: ctx.clock.now(),
        chance: options.random(),
        horizonMs: horizon,
      });
  const note = async (tx: StoreTx) => {
    if (state.disabledAt === null || isTest) {
      await noteFailed(tx, state, {
        now: ctx.clock.now(),
        error: textOf(failed),
        restMs: Math.max(decideRest(failed, delayMs), seen.restMs),
        disable: whyDisabled(options.channels, config, failed, seen),
      });
    }
    const told = thread.told || seen.perhapsSent || job.attempt > 1;
    if (!isTest && told !== thread.told) await writeThread(tx, groupKey, channel, { ...thread, told });
  };
  if (delayMs === null) {
    return async (tx) => {
      await note(tx);
      await giveUp(ctx, tx, { ...found, thread: await readThread(tx, groupKey, channel) }, failed, attempts);
    };
  }
  await db.transaction().execute(async (tx) => {
    await finish(ctx, tx, row, { state: 'queued', attempts, failure: failureClass(failed), error: textOf(failed) });
    await note(tx);
  });
  throw new RetryLater(textOf(failed), delayMs);
}

const since = (row: DeliveryRow): number => row.queuedAt ?? row.createdAt;
const textOf = (failed: Failed): string => `${failed.reason}: ${failed.detail}`;
const same = (a: GroupThread, b: GroupThread): boolean => JSON.stringify(a) === JSON.stringify({ ...a, ...b });

/** A message that does not get through: it is a dead letter here, and goes to the channel that stands by. */
async function giveUp(ctx: DeliverContext, tx: StoreTx, found: Case, failed: Failed, attempts: number): Promise<void> {
  const { row, message, config, thread } = found;
  const { id, groupKey: key, channel } = row;
  const to = row.reason === 'test' ? undefined : config.failover;
  const error = `${textOf(failed)}${to ? `; handed to ${to}` : ''}`;
  await finish(ctx, tx, row, { state: 'failed', attempts, failure: failureClass(failed), error });
  if (to === undefined) return;
  if (row.reason === 'all resolved' && thread.handedTo !== null) {
    await handEndOver(ctx, tx, found);
    return;
  }
  await enqueueDelivery(ctx, tx, {
    id: `${id}.${to}.${since(row).toString(36)}`,
    key,
    channel: to,
    message: inPlaceOf(message, channel, textOf(failed)),
    failoverOf: id,
  });
  if (row.reason !== 'all resolved') await writeThread(tx, key, channel, { ...thread, handedTo: to });
}

/** Where another channel was told of the beginning in place of this one, it is told of the end too. */
async function handEndOver(ctx: DeliverContext, tx: StoreTx, { row, message, thread }: Case): Promise<void> {
  const { id, groupKey: key, channel, reason } = row;
  const to = thread.handedTo;
  if (to === null || !message.alerts.some(({ state }) => state === 'resolved')) return;
  const sendResolved = ctx.config().channels.find(({ name }) => name === to)?.sendResolved ?? false;
  if (sendResolved) {
    const copy = { id: `${id}.${to}.${since(row).toString(36)}`, key, channel: to, failoverOf: id };
    await enqueueDelivery(ctx, tx, { ...copy, message: endInPlaceOf(message, channel) });
  }
  if (reason === 'all resolved') await writeThread(tx, key, channel, { ...thread, handedTo: null });
}

/**
 * What a service in a private network answered is for nobody to see who may only ask for a message to be sent: else the test
 * button would be a way to look around in there. The log of the server has it.
 */
function hideWhatWasSaid(ctx: DeliverContext, row: DeliveryRow, failed: Failed, seen: Seen): Failed {
  if (!seen.saidInPrivate) return failed;
  ctx.log.warn({ delivery: row.id, channel: row.channel, detail: failed.detail }, 'a channel did not take a message');
  const status = seen.status === null ? 'no answer' : `HTTP ${seen.status}`;
  return { ...failed, detail: `${status}; what an address in a private network says is in the log of the server` };
}

/** Where the address is the key, these say that it was taken away: to go on calling it helps nobody. */
const TAKEN_AWAY = new Set([401, 404, 410]);

function whyDisabled(channels: readonly Channel[], config: ChannelConfig, failed: Failed, seen: Seen): string | null {
  const addressIsKey = channels.find(({ type }) => type === config.type)?.addressIsKey === true;
  if (!addressIsKey || failed.outcome !== 'permanent' || !TAKEN_AWAY.has(seen.status ?? 0)) return null;
  return `the address answered HTTP ${seen.status}: it is gone, or its key is`;
}

/** Asked for again, the same comes back. */
function memo<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}

/** One try. Whatever goes wrong comes back as an outcome, without a secret in its text. */
export async function attempt(
  ctx: Pick<DeliverContext, 'clock'>,
  { channels, outbound, write, chart, timeoutMs = TIMEOUT_MS }: DeliverOptions,
  config: ChannelConfig,
  message: Message,
  deliveryId: string,
  signal: AbortSignal,
  receipt: Receipt | null = null,
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
      receipt,
      chart: memo(async () => (await chart?.(message)) ?? null),
    };
    return clean(
      await configured.channel.deliver(dressMessage(message, config.template).message, configured.options, io),
    );
  } catch (error) {
    if (error instanceof OutboundError) return clean({ outcome: 'retry', reason: error.reason, detail: error.message });
    if (error instanceof LeewayError) return clean({ outcome: 'permanent', reason: 'rejected', detail: error.message });
    throw error instanceof Error ? new Error(redact(error.message, secrets)) : error;
  }
}

async function finish(
  ctx: DeliverContext,
  tx: StoreTx,
  { id, channel }: DeliveryRow,
  { state, attempts, failure, error }: Pick<Delivery, 'state' | 'attempts' | 'failure' | 'error'>,
): Promise<void> {
  const sentAt = state === 'sent' ? ctx.clock.now() : null;
  let query = tx.updateTable('deliveries').set({ state, attempts, failure, error, sentAt }).where('id', '=', id);
  // What was taken back meanwhile stays so, unless it went out.
  if (state !== 'sent') query = query.where('state', '=', 'queued');
  await query.execute();
  await ctx.events.emit(tx, 'delivery.changed', null, { delivery: id, channel, state, attempts });
}
