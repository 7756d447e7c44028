import { encode } from '../store/json.ts';
import type { StoreTx } from '../store/open.ts';
import type { AlertingContext } from './context.ts';
import { changeDueAt } from './decide/decide-notification.ts';
import { findRoute, matchRoutes, type Route, resolveRoutes, type Timers } from './decide/match-route.ts';

/** One group of alerts as one channel is told of it. */
export interface GroupRef {
  key: string;
  channel: string;
}

export const FLUSH_JOB = 'flush-group';

/**
 * Puts a firing alert into the groups that the routes of today give it; where it is new the group will speak. Groups that it
 * joined under an older configuration keep it until its end was told there.
 */
export async function joinGroups(
  ctx: AlertingContext,
  tx: StoreTx,
  root: Route,
  alert: { id: string; labels: Record<string, string> },
): Promise<void> {
  for (const { route, key, labels } of matchRoutes(root, alert.labels)) {
    for (const channel of new Set(route.channels)) {
      const group = { key, channel };
      // Written even where it is there: the row is the lock under which members come and go.
      const row = await tx
        .insertInto('groups')
        .values({
          ...group,
          route: route.path,
          labels: encode(labels),
          firing: null,
          resolved: null,
          notifiedAt: null,
          flushAt: null,
          sequence: 0,
        })
        .onConflict((c) => c.columns(['key', 'channel']).doUpdateSet({ route: route.path }))
        .returning(['notifiedAt', 'flushAt'])
        .executeTakeFirstOrThrow();
      const added = await tx
        .insertInto('groupMembers')
        .values({ ...group, alert: alert.id })
        .onConflict((c) => c.doNothing())
        .returning('alert')
        .executeTakeFirst();
      if (added) await flushBy(ctx, tx, group, row.flushAt, changeDueAt(row.notifiedAt, route, ctx.clock.now()));
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
  for (const { key, channel, route, notifiedAt, flushAt } of groups) {
    const due = changeDueAt(notifiedAt, timersOf(root, route), ctx.clock.now());
    await flushBy(ctx, tx, { key, channel }, flushAt, due);
  }
}

/** Sees to it that the group is looked at by `due`. A job that comes when the group was looked at already does nothing. */
export async function flushBy(
  ctx: AlertingContext,
  tx: StoreTx,
  group: GroupRef,
  planned: number | null,
  due: number,
): Promise<void> {
  if (planned !== null && planned <= due) return;
  await tx
    .updateTable('groups')
    .set({ flushAt: due })
    .where('key', '=', group.key)
    .where('channel', '=', group.channel)
    .execute();
  const key = `${group.channel}|${group.key}@${due}`;
  await ctx.jobs.enqueue(tx, { kind: FLUSH_JOB, key, payload: group, runAt: due });
}

/** The timers of the route that made a group; the defaults if the configuration no longer has it. */
export const timersOf = (root: Route, path: string): Timers => findRoute(root, path) ?? resolveRoutes({});
