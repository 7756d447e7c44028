import type { Alert, Muting } from '@leeway/contract';
import type { Selectable } from 'kysely';
import { decodeOrNull } from '../store/json.ts';
import type { StoreTx } from '../store/open.ts';
import type { Schema } from '../store/schema.ts';
import type { AlertingContext } from './context.ts';
import { findRoute, type Route } from './decide/match-route.ts';
import { type Flapping, instanceOf, readFlapping } from './flapping.ts';
import { DIGEST } from './groups.ts';
import { activeMutings, closedHours } from './mutings.ts';
import { type AlertRow, toAlert } from './rows.ts';

export type GroupRow = Selectable<Schema['groups']>;

/** What a group holds back from its channel (`groups.held`). */
export interface Held {
  /** What muted each alert when the group was last looked at, and whether the channel wants to hear of its end. */
  alerts: Record<string, { by: Muting['by']; ref: string; tell: boolean }>;
  /** Instances of which the channel was told that they flap. */
  flapping: string[];
  /** Alerts that another group of the channel tells of, since the rate limit kept this one from it. */
  moved: string[];
}

export const heldOf = (group: Pick<GroupRow, 'held'>): Held =>
  decodeOrNull<Held>(group.held as string | null) ?? { alerts: {}, flapping: [], moved: [] };

export interface Member {
  alert: Alert;
  instance: string;
  /** Whether it fires or recovers. */
  open: boolean;
  /** What mutes it in this group. */
  muted: Muting | null;
  flapping: Flapping | null;
}

/** The alerts of a group as they are now, with what keeps each back. */
export async function viewGroup(ctx: AlertingContext, tx: StoreTx, root: Route, group: GroupRow): Promise<Member[]> {
  const now = ctx.clock.now();
  const rows = await membersOf(tx, group);
  if (rows.length === 0) return [];
  const mutings = await activeMutings(ctx, tx, now, [...new Set(rows.map(({ model }) => model))]);
  const flapping = await readFlapping(ctx, tx, rows);
  const route = findRoute(root, group.route);
  const hours = route && closedHours(route, ctx.config().timeIntervals, now);
  return rows.map((row) => {
    const alert = toAlert(row, mutings, now);
    const open = alert.state === 'firing' || alert.state === 'recovering';
    // Hours are those of the route that made this group, whatever others say. A digest has a time of its own.
    const own = alert.muted?.by === 'hours' && (route || group.route === DIGEST) ? null : alert.muted;
    const instance = instanceOf(row);
    return { alert, instance, open, muted: open ? (own ?? hours) : null, flapping: flapping.get(instance) ?? null };
  });
}

const membersOf = (tx: StoreTx, { key, channel }: GroupRow): Promise<AlertRow[]> =>
  tx
    .selectFrom('groupMembers')
    .innerJoin('alerts', 'alerts.id', 'groupMembers.alert')
    .selectAll('alerts')
    .where('groupMembers.key', '=', key)
    .where('groupMembers.channel', '=', channel)
    .orderBy('alerts.id')
    .execute();

/** Of silences, whether their start and their end are told. What stands in the configuration tells of its end. */
export async function whatSilencesTell(
  tx: StoreTx,
  members: readonly Member[],
): Promise<(ref: string) => { start: boolean; end: boolean }> {
  const refs = new Set(
    members.flatMap(({ muted }) => (muted?.by === 'silence' || muted?.by === 'maintenance' ? muted.ref : [])),
  );
  if (refs.size === 0) return () => ({ start: false, end: true });
  const rows = await tx
    .selectFrom('silences')
    .select(['id', 'tellStart', 'tellEnd'])
    .where('id', 'in', [...refs])
    .execute();
  const known = new Map(rows.map(({ id, tellStart, tellEnd }) => [id, { start: tellStart === 1, end: tellEnd === 1 }]));
  return (ref) => known.get(ref) ?? { start: false, end: true };
}
