import { encode } from '../store/json.ts';
import type { StoreTx } from '../store/open.ts';
import type { AlertingContext } from './context.ts';
import { changeDueAt } from './decide/decide-notification.ts';
import { nextDigestAt } from './decide/digest.ts';
import { findRoute, matchRoutes, type Route, resolveRoutes, type Timers } from './decide/match-route.ts';

/** One group of alerts as one channel is told of it. */
export interface GroupRef {
  key: string;
  channel: string;
}

/** A group that alerts are put into. */
export interface GroupSpec extends GroupRef {
  /** Path of the route whose timers it has; `ESCALATION` for a step of an escalation. */
  route: string;
  /** What its alerts have in common, for the subject of messages. */
  labels: Record<string, string>;
}

export interface GroupedAlert {
  id: string;
  labels: Record<string, string>;
}

export const FLUSH_JOB = 'flush-group';

/** After something happened to an alert: what followed from it for other alerts and for silences. */
export const SETTLE_JOB = 'settle-alerts';

/** In place of a route: the groups of steps of escalations. They wait for nobody and repeat nothing by themselves. */
export const ESCALATION = 'escalation';

/** In place of a route: what a channel is told in its digest. */
export const DIGEST = 'digest';

/** In place of a route: what the rate limit of a channel keeps back, told together. */
export const OVERFLOW = 'overflow';

/** Rows that go into one statement. */
const CHUNK = 500;

/**
 * Puts firing alerts into the groups that the routes of today give them; where one is new the group will speak. Groups that
 * it joined under an older configuration keep it until its end was told there.
 */
export async function joinGroups(
  ctx: AlertingContext,
  tx: StoreTx,
  root: Route,
  alerts: GroupedAlert | readonly GroupedAlert[],
): Promise<void> {
  const groups = new Map<string, { spec: GroupSpec; alerts: Set<string> }>();
  const add = (spec: GroupSpec, alert: string) => {
    const name = nameOf(spec);
    const group = groups.get(name);
    if (group) group.alerts.add(alert);
    else groups.set(name, { spec, alerts: new Set([alert]) });
  };
  const digests = new Map(ctx.config().channels.flatMap(({ name, digest }) => (digest ? [[name, digest]] : [])));
  for (const { id, labels: of } of [alerts].flat()) {
    for (const { route, key, labels } of matchRoutes(root, of)) {
      for (const channel of new Set(route.channels)) {
        const digest = digests.get(channel);
        const waits = digest?.severities.some((severity) => severity === of['severity']);
        if (waits) add({ key: `digest:${channel}`, channel, route: DIGEST, labels: { channel } }, id);
        else add({ key, channel, route: route.path, labels }, id);
      }
    }
  }
  await join(ctx, tx, root, [...groups.values()]);
}

/**
 * Puts an alert into one group. A step of an escalation is a group of its own: with the route `ESCALATION`, a key such as
 * `escalation:default:alert_1:2` for each channel of the step, it is told at once, goes through silences and the log as every
 * group does, and is told of the end of what it was told of. To page again in the next round, call it with `again`: the group
 * then speaks though it said the same before, unless the alert is acknowledged or over.
 */
export async function joinGroup(
  ctx: AlertingContext,
  tx: StoreTx,
  spec: GroupSpec,
  alert: string,
  { again = false }: { again?: boolean } = {},
): Promise<void> {
  const root = resolveRoutes(ctx.config().routes);
  await join(ctx, tx, root, [{ spec, alerts: [alert] }]);
  if (!again) return;
  const group = await tx
    .updateTable('groups')
    .set({ notifiedAt: 0 })
    .where('key', '=', spec.key)
    .where('channel', '=', spec.channel)
    .where('notifiedAt', 'is not', null)
    .returning(['flushAt'])
    .executeTakeFirst();
  if (group) await flushBy(ctx, tx, spec, group.flushAt, ctx.clock.now());
}

async function join(
  ctx: AlertingContext,
  tx: StoreTx,
  root: Route,
  groups: readonly { spec: GroupSpec; alerts: Iterable<string> }[],
): Promise<void> {
  for (const some of chunks(groups, CHUNK)) {
    // Written even where they are there: the row is the lock under which members come and go.
    const rows = await tx
      .insertInto('groups')
      .values(
        some.map(({ spec: { key, channel, route, labels } }) => ({
          key,
          channel,
          route,
          labels: encode(labels),
          firing: null,
          resolved: null,
          notifiedAt: null,
          flushAt: null,
          sequence: 0,
          held: null,
        })),
      )
      .onConflict((c) => c.columns(['key', 'channel']).doUpdateSet((e) => ({ route: e.ref('excluded.route') })))
      .returning(['key', 'channel', 'route', 'notifiedAt', 'flushAt'])
      .execute();
    const members = some.flatMap(({ spec: { key, channel }, alerts }) =>
      Array.from(alerts, (alert) => ({ key, channel, alert })),
    );
    const changed = new Set<string>();
    for (const values of chunks(members, CHUNK)) {
      const added = await tx
        .insertInto('groupMembers')
        .values(values)
        .onConflict((c) => c.doNothing())
        .returning(['key', 'channel'])
        .execute();
      for (const group of added) changed.add(nameOf(group));
    }
    for (const group of rows) {
      if (changed.has(nameOf(group))) await flushBy(ctx, tx, group, group.flushAt, dueOf(ctx, root, group));
    }
  }
}

/** Has the groups of an alert looked at soon, since something about it has changed. */
export async function wakeGroupsOf(ctx: AlertingContext, tx: StoreTx, root: Route, alert: string): Promise<void> {
  const groups = await tx
    .updateTable('groups')
    .from('groupMembers')
    .set((e) => ({ sequence: e.ref('groups.sequence') })) // takes the lock of the row and changes nothing
    .whereRef('groupMembers.key', '=', 'groups.key')
    .whereRef('groupMembers.channel', '=', 'groups.channel')
    .where('groupMembers.alert', '=', alert)
    .returning(['groups.key', 'groups.channel', 'groups.route', 'groups.notifiedAt', 'groups.flushAt'])
    .execute();
  for (const group of groups) await flushBy(ctx, tx, group, group.flushAt, dueOf(ctx, root, group));
  await ctx.jobs.enqueue(tx, { kind: SETTLE_JOB, key: String(ctx.clock.now()), payload: {} });
}

/** Has every group that holds something back looked at: what held it may be gone with a change of the configuration. */
export async function wakeHeldGroups(ctx: AlertingContext, tx: StoreTx): Promise<void> {
  const root = resolveRoutes(ctx.config().routes);
  const groups = await tx.selectFrom('groups').selectAll().where('held', 'is not', null).execute();
  for (const group of groups) await flushBy(ctx, tx, group, group.flushAt, dueOf(ctx, root, group));
}

/** When a change in a group is told. */
export function dueOf(
  ctx: AlertingContext,
  root: Route,
  { route, channel, notifiedAt }: { route: string; channel: string; notifiedAt: number | null },
): number {
  const now = ctx.clock.now();
  if (route !== DIGEST) return changeDueAt(notifiedAt, timersOf(root, route), now);
  const digest = ctx.config().channels.find(({ name }) => name === channel)?.digest;
  return digest ? nextDigestAt(digest, now) : now;
}

/** Sees to it that the group is looked at by `due`. A job that comes when the group was looked at already does nothing. */
export async function flushBy(
  ctx: AlertingContext,
  tx: StoreTx,
  { key, channel }: GroupRef,
  planned: number | null,
  due: number,
): Promise<void> {
  if (planned !== null && planned <= due) return;
  await tx.updateTable('groups').set({ flushAt: due }).where('key', '=', key).where('channel', '=', channel).execute();
  // A job of its own for each plan: one that is there for the same time may be running just now, before this commits.
  const job = {
    kind: FLUSH_JOB,
    key: `${channel}|${key}@${due}#${ctx.newId('plan')}`,
    payload: { key, channel },
    runAt: due,
  };
  await ctx.jobs.enqueue(tx, job);
}

const AT_ONCE: Timers = { groupWaitMs: 0, groupIntervalMs: 0, repeatIntervalMs: Number.POSITIVE_INFINITY };

/** The timers of the route that made a group; the defaults if the configuration no longer has it. */
export function timersOf(root: Route, path: string): Timers {
  if (path === ESCALATION) return AT_ONCE;
  if (path === OVERFLOW) return { ...AT_ONCE, repeatIntervalMs: root.repeatIntervalMs };
  return findRoute(root, path) ?? resolveRoutes({});
}

const nameOf = ({ key, channel }: GroupRef): string => JSON.stringify([key, channel]);

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
