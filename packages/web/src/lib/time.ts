const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

export const RANGES = ['14d', '30d', '90d', '1y'] as const;
export type Range = (typeof RANGES)[number];
const RANGE_DAYS: Record<Range, number> = { '14d': 14, '30d': 30, '90d': 90, '1y': 365 };

/**
 * The time that a range covers. It ends with the model's newest data and not with the clock, so that a replay of old data, or a
 * model that was switched off, is seen at once. Whole UTC days, so that the address of a query is stable for a day.
 */
export function spanOf(range: Range, newest: string | null): { from: string; to: string } {
  const end = (Math.floor(Date.parse(newest ?? new Date().toISOString()) / DAY_MS) + 1) * DAY_MS;
  return { from: new Date(end - RANGE_DAYS[range] * DAY_MS).toISOString(), to: new Date(end).toISOString() };
}

const UNIT_MS: Record<string, number> = { s: 1_000, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS };

/** Milliseconds of a duration of the configuration, such as 1h. */
export function lengthMs(duration: string): number {
  return Number.parseInt(duration, 10) * (UNIT_MS[duration.at(-1)!] ?? DAY_MS);
}

/** The last part of a span, at most so long. */
export function endOf({ from, to }: { from: string; to: string }, ms: number): { from: string; to: string } {
  return { from: new Date(Math.max(Date.parse(from), Date.parse(to) - ms)).toISOString(), to };
}

/** The later of two instants, either of which may be missing. */
export function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return Date.parse(a) > Date.parse(b) ? a : b;
}

/** `21 Nov, 14:05` in the viewer's zone, with the year where it is another one. */
export function formatTime(instant: string, now: Date = new Date(), timeZone?: string): string {
  const date = new Date(instant);
  const year = date.getUTCFullYear() === now.getUTCFullYear() ? {} : ({ year: 'numeric' } as const);
  return date.toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    ...year,
    hour: '2-digit',
    minute: '2-digit',
    ...(timeZone ? { timeZone } : {}),
  });
}

export function formatUtc(instant: string): string {
  return `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** A sentence of the server with its instants as people read them. */
export const withReadableTimes = (text: string): string =>
  text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, formatUtc);

/** A window as the charts name it: a UTC day where it is one, else from and to. */
export function formatWindow(start: string, end: string): string {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  const days = (to - from) / DAY_MS;
  if (days === 1 && from % DAY_MS === 0) return start.slice(0, 10);
  if (Number.isInteger(days) && from % DAY_MS === 0)
    return `${start.slice(0, 10)} to ${new Date(to - 1).toISOString().slice(0, 10)}`;
  const sameDay = start.slice(0, 10) === end.slice(0, 10);
  return `${formatUtc(start).slice(0, 16)} to ${formatUtc(end).slice(sameDay ? 11 : 0)}`;
}

export function formatDuration(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.round(ms / 1_000))} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < DAY_MS) {
    const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
    return minutes === 0 ? `${Math.floor(ms / HOUR_MS)} h` : `${Math.floor(ms / HOUR_MS)} h ${minutes} min`;
  }
  const hours = Math.floor((ms % DAY_MS) / HOUR_MS);
  return hours === 0 || ms >= 7 * DAY_MS ? `${Math.floor(ms / DAY_MS)} d` : `${Math.floor(ms / DAY_MS)} d ${hours} h`;
}
