import { decode, decodeOrNull, encode } from '../store/json.ts';
import type { AlertingContext } from './context.ts';
import {
  decideDigest,
  decideNotification,
  idleDueAt,
  type NotificationDecision,
} from './decide/decide-notification.ts';
import type { Route } from './decide/match-route.ts';
import type { GroupRow, Held, Member } from './group-view.ts';
import { DIGEST, dueOf, ESCALATION, OVERFLOW, timersOf } from './groups.ts';

/** Decides what a channel is told of a group as it is now. */
export function decideGroup(
  ctx: AlertingContext,
  root: Route,
  group: GroupRow,
  members: readonly Member[],
  held: Held,
  tells: (ref: string) => { start: boolean },
): NotificationDecision {
  const now = ctx.clock.now();
  const own = members.filter(({ alert }) => !held.moved.includes(alert.id));
  const ids = (wanted: (member: Member) => boolean) => own.filter(wanted).map(({ alert }) => alert.id);
  const audible = own.filter(({ open, muted }) => open && muted === null);
  const log =
    group.notifiedAt === null ? null : { firing: decodeOrNull<string[]>(group.firing) ?? [], at: group.notifiedAt };
  const state = {
    log,
    firing: audible.map(({ alert }) => alert.id),
    muted: ids(({ muted }) => muted !== null),
    resolved: ids(({ open }) => !open),
    sendResolved: ctx.config().channels.find(({ name }) => name === group.channel)?.sendResolved ?? true,
  };
  if (group.route === DIGEST) return decideDigest(state);
  const knows = (instance: string) => held.flapping.includes(instance);
  // What is over and was never told of is left out: that it flaps is told with its next beginning.
  const worthTelling = ({ open, muted, alert }: Member) =>
    muted === null && (open || (log?.firing.includes(alert.id) ?? false));
  const ended = ids(({ alert, open, muted }) => {
    const before = held.alerts[alert.id];
    return open && muted === null && before?.tell === true && ENDS.has(before.by);
  });
  const byMaintenance = ended.every((id) => held.alerts[id]?.by === 'maintenance');
  return decideNotification({
    ...state,
    flapping: {
      fresh: ids((member) => member.flapping !== null && !knows(member.instance) && worthTelling(member)),
      held: ids(({ flapping, instance }) => flapping !== null && knows(instance)),
      steady: ids(({ flapping, instance }) => flapping === null && knows(instance)),
    },
    unmuted: { by: byMaintenance ? 'maintenance' : 'silence', alerts: ended },
    silenced: ids(({ alert, muted }) => muted?.by === 'silence' && !held.alerts[alert.id] && tells(muted.ref).start),
    acknowledged: audible.every(({ alert }) => alert.acknowledgedBy !== null),
    // 0 is written by who wants it told again: a step of an escalation.
    repeatIntervalMs: group.notifiedAt === 0 ? 0 : timersOf(root, group.route).repeatIntervalMs,
    now,
  });
}

const ENDS = new Set(['silence', 'maintenance']);

/** What the message says it was sent for. */
export function reasonOf(group: GroupRow, { reason }: NotificationDecision): string {
  const news = reason === 'first' || reason === 'new alerts' || reason === 'repeat';
  if (group.route === OVERFLOW && news && reason !== 'repeat') return 'rate limited';
  if (group.route !== ESCALATION || !news) return reason;
  const { step, assigned } = decode<{ step?: string; assigned?: string }>(group.labels);
  if (assigned !== undefined) return 'assigned';
  return step === undefined ? reason : `escalation step ${step}`;
}

/** An inhibition ends with another alert, whose groups wake this one; should that be missed, it is looked at after this. */
const LOOK_AGAIN_MS = 900_000;

export function nextLook(
  ctx: AlertingContext,
  root: Route,
  group: GroupRow,
  members: readonly Member[],
  notifiedAt: number | null,
  announced: ReadonlySet<string>,
): number | null {
  const now = ctx.clock.now();
  const muted = members.filter((member) => member.muted !== null);
  if (group.route === DIGEST) return muted.length > 0 ? dueOf(ctx, root, { ...group, notifiedAt }) : null;
  const audible = members.filter(({ open, muted }) => open && muted === null);
  const ends = [
    ...muted.map(({ muted }) => {
      const until = muted?.until ? Date.parse(muted.until) : Number.POSITIVE_INFINITY;
      return muted?.by === 'inhibition' || until === Number.POSITIVE_INFINITY
        ? Math.min(until, now + LOOK_AGAIN_MS)
        : until;
    }),
    ...members.flatMap(({ flapping }) => flapping?.steadyAt ?? []),
    ...audible.flatMap(({ alert }) => (alert.acknowledgedUntil === null ? [] : Date.parse(alert.acknowledgedUntil))),
  ];
  // What another group tells of, or is held back for flapping, is not repeated here: it would be due at once, again and again.
  const repeats = audible.some(({ alert }) => alert.acknowledgedBy === null && announced.has(alert.id));
  return idleDueAt({ notifiedAt, repeats, ends, timers: timersOf(root, group.route), now });
}

/** What is to be remembered of what a group holds back. */
export function heldBack(
  group: GroupRow,
  members: readonly Member[],
  held: Held,
  decision: NotificationDecision,
  tells: (ref: string) => { end: boolean },
): GroupRow['held'] {
  const muted = members.flatMap(({ alert, muted }) =>
    muted ? [[alert.id, { by: muted.by, ref: muted.ref, tell: tells(muted.ref).end }] as const] : [],
  );
  const told = new Set(decision.reason === 'flapping' ? decision.firing : []);
  const flapping = members.flatMap(({ alert, instance, flapping }) =>
    flapping && (held.flapping.includes(instance) || told.has(alert.id)) ? [instance] : [],
  );
  const moved = held.moved.filter((id) => members.some(({ alert }) => alert.id === id));
  if (group.route === DIGEST || muted.length + flapping.length + moved.length === 0) return null;
  const now: Held = { alerts: Object.fromEntries(muted), flapping: [...new Set(flapping)], moved };
  return encode<unknown>(now);
}
