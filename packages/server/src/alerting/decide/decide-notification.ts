import type { Timers } from './match-route.ts';

type NotifyReason = 'first' | 'new alerts' | 'all resolved' | 'resolved' | 'repeat' | 'none';

export interface NotificationInput {
  /** Alerts that the channel believes to be firing, and when it was last told something; null before the first time. */
  log: { firing: string[]; at: number } | null;
  /** Alerts of the group that fire and are not silenced. */
  firing: string[];
  /** Alerts of the group that fire and are silenced. */
  muted: string[];
  /** Alerts of the group that no longer fire. */
  resolved: string[];
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

/**
 * Alertmanager's decision whether a group speaks. Two rules are stricter here: an end is told only of what was announced,
 * and of that always, silenced or not. With `sendResolved: false` the end is not sent, but it is noted all the same: otherwise
 * an alert that comes back would never be announced again (prometheus/alertmanager#1063).
 */
export function decideNotification(input: NotificationInput): NotificationDecision {
  const announced = new Set(input.log?.firing);
  const open = new Set([...input.firing, ...input.muted]);
  const ended = [...announced].filter((id) => !open.has(id));
  const stillAnnounced = [...announced].filter((id) => open.has(id));
  const tell = (reason: NotifyReason, send: boolean): NotificationDecision => ({
    reason,
    send,
    firing: send ? input.firing : [],
    resolved: send && input.sendResolved ? ended : [],
    announced: [...new Set([...stillAnnounced, ...(send ? input.firing : [])])],
  });

  if (input.firing.some((id) => !announced.has(id))) return tell(announced.size === 0 ? 'first' : 'new alerts', true);
  if (announced.size > 0 && stillAnnounced.length === 0) return tell('all resolved', input.sendResolved);
  if (ended.length > 0 && input.sendResolved) return tell('resolved', true);
  const due = input.log !== null && input.now - input.log.at >= input.repeatIntervalMs;
  if (input.firing.length > 0 && !input.acknowledged && due) return tell('repeat', true);
  return tell('none', false);
}

/** When a group speaks of a change: after waiting for company, but not sooner than it may. */
export function changeDueAt(notifiedAt: number | null, timers: Timers, now: number): number {
  return Math.max(now + timers.groupWaitMs, notifiedAt === null ? 0 : notifiedAt + timers.groupIntervalMs);
}

/** When a group must be looked at again though nothing in it changes: to repeat, or when a silence ends. */
export function idleDueAt(input: {
  notifiedAt: number | null;
  repeats: boolean;
  silencesEnd: number[];
  timers: Timers;
  now: number;
}): number | null {
  const { notifiedAt, repeats, silencesEnd, timers, now } = input;
  const repeatAt = (notifiedAt ?? now) + Math.max(timers.repeatIntervalMs, timers.groupIntervalMs);
  const times = [...(repeats ? [repeatAt] : []), ...silencesEnd];
  return times.length === 0 ? null : Math.max(now + 1, Math.min(...times));
}
