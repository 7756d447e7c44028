import type { Timers } from './match-route.ts';

export type NotifyReason =
  | 'first'
  | 'new alerts'
  | 'all resolved'
  | 'resolved'
  | 'repeat'
  | 'silence ended'
  | 'maintenance ended'
  | 'silence started'
  | 'flapping'
  | 'steady'
  | 'digest'
  | 'none';

export interface NotificationInput {
  /** Alerts that the channel believes to be firing, and when it was last told something; null before the first time. */
  log: { firing: string[]; at: number } | null;
  /** Alerts of the group that fire and are not muted. */
  firing: string[];
  /** Alerts of the group that fire and are muted. */
  muted: string[];
  /** Alerts of the group that no longer fire. */
  resolved: string[];
  /** Alerts of the group that come and go, whether they fire now or not. */
  flapping?: {
    /** The channel was not told that they do. */
    fresh: string[];
    /** It was told: what becomes of them is held back until they are steady. */
    held: string[];
    /** It was told, and they are steady again. */
    steady: string[];
  };
  /** Alerts whose silence or maintenance ended since the last look, and whose channel wants to hear of that. */
  unmuted?: { by: 'silence' | 'maintenance'; alerts: string[] };
  /** Alerts that a silence mutes since the last look, and whose channel wants to hear of that. */
  silenced?: string[];
  /** Whether somebody has taken charge of all that fires: then it is not repeated. */
  acknowledged: boolean;
  sendResolved: boolean;
  repeatIntervalMs: number;
  now: number;
}

export interface NotificationDecision {
  reason: NotifyReason;
  /** False with a reason other than `none`: the log moves on as if it had been told (`sendResolved: false`). */
  send: boolean;
  firing: string[];
  resolved: string[];
  /** What the channel believes to be firing after this. */
  announced: string[];
}

const STEADY = { fresh: [], held: [], steady: [] };

/**
 * Alertmanager's decision whether a group speaks. Two rules are stricter here: an end is told only of what was announced,
 * and of that always, silenced or not. With `sendResolved: false` the end is not sent, but it is noted all the same: otherwise
 * an alert that comes back would never be announced again (prometheus/alertmanager#1063). What flaps counts as going on until
 * it is steady: that it flaps is told once, and its end when it is steady.
 */
export function decideNotification(input: NotificationInput): NotificationDecision {
  const { fresh, held, steady } = input.flapping ?? STEADY;
  const announced = new Set(input.log?.firing);
  const known = (id: string) => announced.has(id);
  const open = new Set([...input.firing, ...input.muted, ...fresh, ...held]);
  const ended = [...announced].filter((id) => !open.has(id));
  const stillAnnounced = [...announced].filter((id) => open.has(id));
  const firing = [...new Set([...input.firing.filter((id) => known(id) || !held.includes(id)), ...fresh])];
  const tell = (reason: NotifyReason, send: boolean, told = firing): NotificationDecision => ({
    reason,
    send,
    firing: send ? told : [],
    resolved: send && input.sendResolved ? ended : [],
    announced: [...new Set([...stillAnnounced, ...(send ? told : [])])],
  });

  if (fresh.length > 0) return tell('flapping', true);
  if (firing.some((id) => !known(id))) return tell(announced.size === 0 ? 'first' : 'new alerts', true);
  if (announced.size > 0 && stillAnnounced.length === 0) return tell('all resolved', input.sendResolved);
  if (input.unmuted?.alerts.some(known)) return tell(`${input.unmuted.by} ended`, true);
  if (ended.length > 0 && input.sendResolved) return tell('resolved', true);
  if (steady.some((id) => firing.includes(id))) return tell('steady', true);
  const silenced = input.silenced?.filter(known) ?? [];
  if (silenced.length > 0) return tell('silence started', true, [...firing, ...silenced]);
  const due = input.log !== null && input.now - input.log.at >= input.repeatIntervalMs;
  if (firing.length > 0 && !input.acknowledged && due) return tell('repeat', true);
  return tell('none', false);
}

/**
 * What a digest tells: all that began since the last one, whether it still goes on or not, and the end of what was told
 * before. Nothing is repeated.
 */
export function decideDigest({
  log,
  firing,
  muted,
  resolved,
  sendResolved,
}: Pick<NotificationInput, 'log' | 'firing' | 'muted' | 'resolved' | 'sendResolved'>): NotificationDecision {
  const announced = new Set(log?.firing);
  const begun = firing.filter((id) => !announced.has(id));
  const over = resolved.filter((id) => sendResolved || !announced.has(id));
  const send = begun.length > 0 || over.length > 0;
  const open = new Set([...firing, ...muted]);
  const still = [...announced].filter((id) => open.has(id));
  return {
    reason: send ? 'digest' : 'none',
    send,
    firing: begun,
    resolved: send ? over : [],
    announced: [...new Set([...still, ...begun])],
  };
}

/** When a group speaks of a change: after waiting for company, but not sooner than it may. */
export function changeDueAt(notifiedAt: number | null, timers: Timers, now: number): number {
  return Math.max(now + timers.groupWaitMs, notifiedAt === null ? 0 : notifiedAt + timers.groupIntervalMs);
}

/** When a group must be looked at again though nothing in it changes: to repeat, or when what mutes or holds it ends. */
export function idleDueAt(input: {
  notifiedAt: number | null;
  repeats: boolean;
  /** Ends of what mutes, holds or acknowledges its alerts. */
  ends: readonly number[];
  timers: Timers;
  now: number;
}): number | null {
  const { notifiedAt, repeats, ends, timers, now } = input;
  const repeatAt = (notifiedAt ?? now) + Math.max(timers.repeatIntervalMs, timers.groupIntervalMs);
  const times = [...(repeats && Number.isFinite(repeatAt) ? [repeatAt] : []), ...ends];
  return times.length === 0 ? null : Math.max(now + 1, Math.min(...times));
}
