import { createHash } from 'node:crypto';
import { type ChannelConfig, type ChannelHealth, LeewayError } from '@leeway/contract';
import { type Selectable, sql } from 'kysely';
import type { Context } from '../context.ts';
import { isoOrNull } from '../platform/clock.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';
import type { ChannelStateTable } from '../store/schema.ts';
import { CHANNELS } from './channels/index.ts';

/** How channels are: what the tries have shown, kept per channel until its configuration changes. */
export type ChannelState = Selectable<ChannelStateTable>;

/** Of a channel that nothing is known of. */
const fresh = (config: ChannelConfig): ChannelState => ({
  channel: config.name,
  failingSince: null,
  failures: 0,
  lastError: null,
  lastSentAt: null,
  pausedUntil: null,
  disabledAt: null,
  disabledReason: null,
  configHash: hashOf(config),
});

const hashOf = (config: ChannelConfig): string =>
  createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 20);

/** What is known of a channel; nothing of one whose configuration was changed since. */
export async function readChannelState(db: StoreReader, config: ChannelConfig): Promise<ChannelState> {
  const row = await db.selectFrom('channelStates').selectAll().where('channel', '=', config.name).executeTakeFirst();
  const none = fresh(config);
  return row?.configHash === none.configHash ? row : none;
}

/** A try that got through: the channel works, whatever was said of it before. `restMs` is a rest that the service wants. */
export async function noteSent(tx: StoreTx, state: ChannelState, now: number, restMs: number): Promise<void> {
  // Of many that are sent in the same second, the first tells it.
  const news = state.failures > 0 || state.failingSince !== null || state.disabledAt !== null || restMs > 0;
  if (!news && state.lastSentAt !== null && now - state.lastSentAt < 1_000) return;
  const rest = restMs > 0 ? { pausedUntil: now + restMs } : {};
  const well = { failures: 0, failingSince: null, disabledAt: null, disabledReason: null, lastSentAt: now, ...rest };
  await write(tx, { ...state, ...well }, well);
}

/** A try that failed. */
export async function noteFailed(
  tx: StoreTx,
  state: ChannelState,
  { now, error, restMs, disable }: { now: number; error: string; restMs: number; disable: string | null },
): Promise<void> {
  const disabled = disable === null ? {} : { disabledAt: now, disabledReason: disable };
  const rest = restMs > 0 ? { pausedUntil: now + restMs } : {};
  await write(
    tx,
    {
      ...state,
      failures: state.failures + 1,
      failingSince: state.failingSince ?? now,
      lastError: error,
      ...rest,
      ...disabled,
    },
    {
      failures: sql<number>`channel_states.failures + 1`,
      failingSince: sql<number>`coalesce(channel_states.failing_since, ${now})`,
      lastError: error,
      ...rest,
      ...disabled,
    },
  );
}

type Update = { [K in keyof ChannelState]?: ChannelState[K] | ReturnType<typeof sql<number>> };

/** Changes what is known of this configuration of the channel; what was known of another is forgotten. */
async function write(tx: StoreTx, whole: ChannelState, change: Update): Promise<void> {
  await tx
    .deleteFrom('channelStates')
    .where('channel', '=', whole.channel)
    .where('configHash', '<>', whole.configHash)
    .execute();
  await tx
    .insertInto('channelStates')
    .values(whole)
    .onConflict((c) => c.column('channel').doUpdateSet(change as Partial<ChannelState>))
    .execute();
}

export type HealthContext = Pick<Context, 'clock' | 'store' | 'config' | 'audit'>;

/** Every channel of the configuration, in its order. */
export async function listChannels(ctx: Omit<HealthContext, 'audit'>): Promise<ChannelHealth[]> {
  const { db } = ctx.store;
  const now = ctx.clock.now();
  const queued = await db
    .selectFrom('deliveries')
    .select(['channel', (e) => e.fn.countAll().as('n'), (e) => e.fn.min('queuedAt').as('oldest')])
    .where('state', '=', 'queued')
    .groupBy('channel')
    .execute();
  const health: ChannelHealth[] = [];
  for (const config of ctx.config().channels) {
    const state = await readChannelState(db, config);
    const waiting = queued.find(({ channel }) => channel === config.name);
    health.push({
      name: config.name,
      type: config.type,
      label: CHANNELS.find(({ type }) => type === config.type)?.label ?? config.type,
      state: stateOf(state, now),
      failover: config.failover ?? null,
      queued: Number(waiting?.n ?? 0),
      oldestQueuedAt: isoOrNull(waiting?.oldest ?? null),
      lastSentAt: isoOrNull(state.lastSentAt),
      lastError: state.lastError,
      failingSince: isoOrNull(state.failingSince),
      failures: state.failures,
      pausedUntil: isoOrNull(state.pausedUntil !== null && state.pausedUntil > now ? state.pausedUntil : null),
      disabledAt: isoOrNull(state.disabledAt),
      disabledReason: state.disabledReason,
    });
  }
  return health;
}

function stateOf(state: ChannelState, now: number): ChannelHealth['state'] {
  if (state.disabledAt !== null) return 'disabled';
  if (state.pausedUntil !== null && state.pausedUntil > now) return 'paused';
  if (state.failures > 0) return 'failing';
  return state.lastSentAt === null ? 'unused' : 'ok';
}

/** The channel of the configuration. @throws LeewayError `unknown_channel` */
export function channelOf(ctx: Pick<Context, 'config'>, name: string): ChannelConfig {
  const { channels } = ctx.config();
  const found = channels.find((channel) => channel.name === name);
  if (found) return found;
  throw new LeewayError(
    'unknown_channel',
    `"${name}"; declared are ${channels.map((c) => c.name).join(', ') || 'none'}`,
  );
}

/** A person says that a disabled channel may be used again. */
export async function enableChannel(
  ctx: HealthContext,
  { name, actor }: { name: string; actor: string },
): Promise<ChannelHealth> {
  channelOf(ctx, name);
  await ctx.store.db.transaction().execute(async (tx) => {
    await tx
      .updateTable('channelStates')
      .set({ disabledAt: null, disabledReason: null, pausedUntil: null })
      .where('channel', '=', name)
      .execute();
    await ctx.audit.append(tx, actor, 'channel.enable', name, {});
  });
  return (await listChannels(ctx)).find((channel) => channel.name === name) as ChannelHealth;
}
