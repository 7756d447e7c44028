import type { NotificationDecision } from './decide/decide-notification.ts';
import type { GroupRow, Held, Member } from './group-view.ts';
import { DIGEST } from './groups.ts';
import type { LoggedAlert } from './notification-log.ts';

/** An alert of a group as the log has it. */
export function logEntry({ alert, open, muted, flapping, instance }: Member, held: Held): LoggedAlert {
  if (!open) return { alert: alert.id, state: 'resolved' };
  if (muted) return { alert: alert.id, state: 'muted', by: muted.by, ref: muted.ref, text: muted.text };
  if (held.moved.includes(alert.id)) {
    const text = 'told with all that the rate limit of the channel holds back';
    return { alert: alert.id, state: 'firing', by: 'rate limit', text };
  }
  if (flapping && held.flapping.includes(instance)) {
    const text = `comes and goes: ${flapping.changes} changes in ${flapping.windows} windows`;
    return { alert: alert.id, state: 'firing', by: 'flapping', text };
  }
  return { alert: alert.id, state: 'firing' };
}

/** The reason of a group that says nothing: `outside hours` if nothing else keeps the group quiet. */
export function quietReason(members: readonly Member[]): string {
  const open = members.filter((member) => member.open);
  return open.length > 0 && open.every(({ muted }) => muted?.by === 'hours') ? 'outside hours' : 'none';
}

/** Why a group says nothing, in words. */
export function whyQuiet(
  group: GroupRow,
  members: readonly Member[],
  { reason }: NotificationDecision,
  held: Held,
): string {
  if (reason !== 'none') return `${reason}: noted and not sent, since the channel is not told of ends`;
  const open = members.filter((member) => member.open);
  if (open.length === 0) return members.length === 0 ? 'no alert is in it any more' : 'what is over was never told of';
  const muted = open.find((member) => member.muted)?.muted;
  if (open.every((member) => member.muted)) return `muted: ${muted?.text}`;
  if (open.some(({ instance }) => held.flapping.includes(instance))) return 'changes are held back until it is steady';
  if (open.every(({ alert }) => alert.acknowledgedBy !== null)) return 'acknowledged: it is not repeated';
  if (group.route === DIGEST) return 'nothing new since the last digest';
  return 'nothing changed since it was last told';
}
