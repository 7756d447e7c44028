import { durationMs, type MonitorConfig } from '@leeway/contract';

/** A stretch of event time, [start, end), in milliseconds. */
export interface Span {
  start: number;
  end: number;
}

/** The window that holds a time. Windows lie end to end from 1970; those of a week begin on a Monday. */
export function windowAt(time: number, lengthMs: number): Span {
  const origin = lengthMs % 604_800_000 === 0 ? 4 * 86_400_000 : 0; // 1970-01-05 was a Monday
  const start = Math.floor((time - origin) / lengthMs) * lengthMs + origin;
  return { start, end: start + lengthMs };
}

/** When a window may be closed: stragglers have had their time. */
export const closesAt = (end: number, monitor: MonitorConfig): number => end + durationMs(monitor.grace);

/** What is known of the labels of a closed window. */
export interface LabelState {
  rows: number;
  labelled: number;
}

export type Maturity =
  | { mature: true; why: 'coverage' | 'timeout' | 'no_rows' }
  /** Not yet; look again at `nextAt`. */
  | { mature: false; nextAt: number };

/** Whether the labels of a closed window are enough to judge it: enough of them after the delay, or all there will be. */
export function maturityOf(end: number, labels: LabelState, now: number, { maturity }: MonitorConfig): Maturity {
  const earliest = end + durationMs(maturity.delay);
  const latest = end + Math.max(durationMs(maturity.timeout), durationMs(maturity.delay));
  if (now < earliest) return { mature: false, nextAt: earliest };
  if (labels.rows === 0) return { mature: true, why: 'no_rows' };
  if (labels.labelled >= maturity.coverage * labels.rows) return { mature: true, why: 'coverage' };
  if (now >= latest) return { mature: true, why: 'timeout' };
  // Labels come in bursts; a twelfth of the waiting time is often enough to look.
  const pause = Math.max(60_000, Math.floor((latest - earliest) / 12));
  return { mature: false, nextAt: Math.min(latest, now + pause) };
}

/** Labels of this share of the rows must be new or changed before a window is measured again. */
const REVISION_SHARE = 0.05;

export type Revision =
  /** Whether to measure again now, and when to look the next time; null when its time is over. */
  { measure: boolean; nextAt: number | null };

/**
 * What becomes of a mature window of whose labels `changed` came, were corrected or withdrawn since it was measured: it is
 * measured again when they are enough, and, at the end of its time, for any.
 */
export function revisionOf(
  window: { end: number; rows: number },
  changed: number,
  now: number,
  monitor: MonitorConfig,
): Revision {
  const nextAt = nextRevisionAt(window.end, now, monitor);
  const enough = nextAt === null ? 1 : Math.max(1, REVISION_SHARE * window.rows);
  return { measure: changed >= enough, nextAt };
}

/** Labels come ever more slowly, so a window is looked at after 3, 9, 27, ... times the delay, and at the end of its time. */
export function nextRevisionAt(end: number, now: number, { maturity }: MonitorConfig): number | null {
  const last = end + durationMs(maturity.revise);
  if (now >= last) return null;
  return Math.min(last, end + 3 * Math.max(now - end, durationMs(maturity.delay), 60_000));
}
