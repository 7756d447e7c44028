import { type Config, durationMs } from '@leeway/contract';
import { exponentialBackoff } from '../../jobs/jobs.ts';
import { listChannels } from '../../notify/health.ts';
import type { Outbound } from '../../platform/outbound.ts';
import { encode } from '../../store/json.ts';
import type { StoreReader, StoreTx } from '../../store/open.ts';
import type { AlertingContext } from '../context.ts';
import { type Route, resolveRoutes } from '../decide/match-route.ts';
import { alertId } from '../describe-alert.ts';
import { endEpisodes } from '../episodes.ts';
import { joinGroups } from '../groups.ts';
import type { AlertRow } from '../rows.ts';
import { type AlertingFacts, type Broken, decideBroken } from './decide-broken.ts';

/** Leeway's alert about itself: alerts don't get through, or are not made. */
export const BROKEN_RULE = 'leeway.alerting-broken';
/** What stands as the model of such an alert, for routes and silences. */
export const BROKEN_MODEL = 'leeway';

const WATCH_JOB = 'watch-alerting';
const HEARTBEAT_JOB = 'heartbeat';
const EVERY_MS = 60_000;
/** A look that comes later than so many was kept from it. */
const LATE_LOOKS = 3;
const DAY_MS = 86_400_000;
/** Jobs that wait for others by their nature, or are what is watched for elsewhere. */
const NOT_EVALUATION = ['deliver', WATCH_JOB, HEARTBEAT_JOB];

/** Defines the jobs that look after alerting itself, and gives what begins them; safe to repeat. */
export function defineWatchAlerting(ctx: AlertingContext, outbound: Outbound): (tx: StoreTx) => Promise<void> {
  const backoff = exponentialBackoff(1_000, 60_000);
  const schedule = async (tx: StoreReader, kind: string, runAt: number) =>
    void (await ctx.jobs.enqueue(tx, { kind, key: kind, payload: { dueAt: runAt }, runAt }));
  // Of this process: since when it has been at work without a break. After a stop, or a leap of the clock, all work is late, and
  // that says nothing yet.
  let awakeSince = Number.NEGATIVE_INFINITY;
  ctx.jobs.define<{ dueAt?: number }>(WATCH_JOB, {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff,
    handler: async ({ payload: { dueAt = 0 } }) => {
      const now = ctx.clock.now();
      if (now - dueAt > LATE_LOOKS * EVERY_MS) awakeSince = now;
      const broken = await findBroken(ctx, awakeSince);
      return async (tx) => {
        await tell(ctx, tx, broken);
        await schedule(tx, WATCH_JOB, ctx.clock.now() + EVERY_MS);
      };
    },
  });
  ctx.jobs.define(HEARTBEAT_JOB, {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff,
    handler: async ({ signal }) => {
      const { heartbeat } = ctx.config().server;
      if (!heartbeat) return undefined;
      const broken = await findBroken(ctx, awakeSince);
      if (broken.length > 0) ctx.log.warn({ broken: broken.map(({ summary }) => summary) }, 'no heartbeat is sent');
      else await beat(ctx, outbound, heartbeat, signal);
      return (tx) => schedule(tx, HEARTBEAT_JOB, ctx.clock.now() + durationMs(heartbeat.every));
    },
  });
  return async (tx) => {
    await schedule(tx, WATCH_JOB, ctx.clock.now());
    if (ctx.config().server.heartbeat) await schedule(tx, HEARTBEAT_JOB, ctx.clock.now());
  };
}

async function beat(
  ctx: AlertingContext,
  outbound: Outbound,
  { url, method }: NonNullable<Config['server']['heartbeat']>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { status } = await outbound({ url, method, signal });
    if (status >= 300) ctx.log.warn({ status }, 'the heartbeat was not taken');
  } catch (error) {
    // The next one is due soon; that none comes is what the other side is there to notice.
    ctx.log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'the heartbeat did not go out');
  }
}

/** What of alerting is broken at this moment. */
async function findBroken(ctx: AlertingContext, awakeSince: number): Promise<Broken[]> {
  const { db } = ctx.store;
  const now = ctx.clock.now();
  const { failing, late } = ctx.config().server.alertingHealth;
  const oldest = await db
    .selectFrom('jobs')
    .select((e) => e.fn.min('runAt').as('at'))
    .where('state', '=', 'queued')
    .where('attempts', '=', 0)
    .where('kind', 'not in', NOT_EVALUATION)
    .executeTakeFirst();
  const dead = await db
    .selectFrom('jobs')
    .select(['kind', (e) => e.fn.countAll().as('n')])
    .where('state', '=', 'dead')
    .where('kind', 'not in', NOT_EVALUATION)
    .where('runAt', '>', now - DAY_MS)
    .groupBy('kind')
    .execute();
  const facts: AlertingFacts = {
    channels: await listChannels(ctx),
    awakeSince,
    oldestDueAt: oldest?.at ?? null,
    deadJobs: Object.fromEntries(dead.map(({ kind, n }) => [kind, Number(n)])),
  };
  return decideBroken(facts, { failingMs: durationMs(failing), lateMs: durationMs(late) }, now);
}

/** Opens an alert for what is broken now and was not before, and ends those whose trouble is over. */
async function tell(ctx: AlertingContext, tx: StoreTx, broken: readonly Broken[]): Promise<void> {
  const open = await tx
    .selectFrom('alerts')
    .select(['id', 'instance'])
    .where('model', '=', BROKEN_MODEL)
    .where('rule', '=', BROKEN_RULE)
    .where('state', '<>', 'resolved')
    .execute();
  const root = around(ctx.config(), broken);
  for (const one of broken) {
    const known = open.find(({ instance }) => instance === one.about);
    const id = known?.id ?? (await begin(ctx, tx, one));
    await joinGroups(ctx, tx, root, { id, labels: labelsOf(one) });
  }
  const over = open.filter(({ instance }) => !broken.some(({ about }) => about === instance));
  if (over.length === 0) return;
  const endings = over.map(({ id }) => ({ id, why: 'it works again', noData: false }));
  await endEpisodes(ctx, tx, root, endings);
}

async function begin(ctx: AlertingContext, tx: StoreTx, broken: Broken): Promise<string> {
  const now = ctx.clock.now();
  const { about, summary } = broken;
  const row: AlertRow = {
    id: alertId(BROKEN_MODEL, BROKEN_RULE, about, '', now),
    model: BROKEN_MODEL,
    rule: BROKEN_RULE,
    instance: about,
    state: 'firing',
    noData: 0,
    severity: 'critical',
    labels: encode(labelsOf(broken)),
    metric: BROKEN_RULE,
    column: '',
    slice: '',
    version: '',
    value: null,
    threshold: null,
    windowStart: now,
    windowEnd: now,
    summary,
    cause: null,
    evidence: encode<unknown>({ lower: null, upper: null, n: 0, coverage: null, reference: null, why: summary }),
    runbook: null,
    activeAt: now,
    firedAt: now,
    resolvedAt: null,
    acknowledgedBy: null,
    acknowledgedAt: null,
    acknowledgedUntil: null,
    assignee: null,
    verdict: null,
    certainty: 'confirmed',
    cost: null,
    flapping: 0,
  };
  await tx.insertInto('alerts').values(row).execute();
  const entry = { alert: row.id, at: now, fromState: 'inactive', toState: 'firing', why: summary };
  await tx.insertInto('alertHistory').values(entry).execute();
  await ctx.events.emit(tx, 'alert.changed', BROKEN_MODEL, { alert: row.id, rule: BROKEN_RULE, state: 'firing' });
  return row.id;
}

const labelsOf = ({ channel }: Broken): Record<string, string> => ({
  model: BROKEN_MODEL,
  rule: BROKEN_RULE,
  severity: 'critical',
  ...(channel !== null && { channel }),
});

/** The routes without the channels that are broken. One that is left with none goes to every channel that works. */
function around(config: Config, broken: readonly Broken[]): Route {
  const names = config.channels.map(({ name }) => name);
  const works = (name: string) => !broken.some(({ channel }) => channel === name);
  const others = names.filter(works);
  const without = (route: Route): Route => {
    const left = route.channels.filter(works);
    const channels = left.length > 0 ? left : others.length > 0 ? others : route.channels;
    return { ...route, channels, children: route.children.map(without) };
  };
  return without(resolveRoutes(config.routes));
}
