import { MONTHS, parseRange, type TimeIntervalConfig, WEEKDAYS } from '@leeway/contract';
import { DateTime } from 'luxon';

/**
 * Whether a time lies in an interval, with Alertmanager's meaning: all the keys that are given hold, and of each list any.
 * Hours and days are those of a clock on the wall in the zone, so an hour that a change of the clock leaves out never comes,
 * and one that it repeats comes twice. The start is in it, the end is not.
 */
export function inInterval(interval: TimeIntervalConfig, at: number): boolean {
  const local = DateTime.fromMillis(at, { zone: interval.zone });
  return onDay(interval, local) && (interval.times?.some((range) => inTimes(range, local)) ?? true);
}

function onDay({ weekdays, daysOfMonth, months, years }: TimeIntervalConfig, local: DateTime): boolean {
  const any = (
    ranges: readonly (string | number)[] | undefined,
    fits: (from: number, to: number) => boolean,
    names?: readonly string[],
    first?: number,
  ) =>
    ranges?.some((text) => {
      const range = parseRange(String(text), names, first);
      return range !== null && fits(...range);
    }) ?? true;
  const within = (value: number) => (from: number, to: number) => from <= value && value <= to;
  const last = local.daysInMonth ?? 31;
  const ofMonth = (from: number, to: number) => {
    const [first, end] = from < 0 ? [last + 1 + from, last + 1 + to] : [from, to];
    return within(local.day)(first, end);
  };
  return (
    any(weekdays, within(local.weekday % 7), WEEKDAYS) &&
    any(daysOfMonth, ofMonth) &&
    any(months, within(local.month), MONTHS, 1) &&
    any(years, within(local.year))
  );
}

function inTimes(range: string, local: DateTime): boolean {
  const minute = local.hour * 60 + local.minute;
  const [from, to] = range.split('-').map(minutesOf) as [number, number];
  return from <= minute && minute < to;
}

function minutesOf(text: string): number {
  const [hour, minute] = text.split(':').map(Number) as [number, number];
  return hour * 60 + minute;
}

export interface RouteHours {
  activeTimes: readonly string[] | null;
  muteTimes: readonly string[];
}

/** Whether a route tells of alerts at a time: within any of its active times, and in none in which it keeps quiet. */
export function isOpen(hours: RouteHours, intervals: readonly TimeIntervalConfig[], at: number): boolean {
  const inAny = (names: readonly string[]) =>
    intervals.some(({ name, ...rest }) => names.includes(name) && inInterval({ name, ...rest }, at));
  return (hours.activeTimes === null || inAny(hours.activeTimes)) && !inAny(hours.muteTimes);
}

/** A year and a day: what does not come within that comes never. */
const DAYS_AHEAD = 367;

/** When a route that keeps quiet begins to tell again; null if that is not within a year. */
export function opensAt(hours: RouteHours, intervals: readonly TimeIntervalConfig[], now: number): number | null {
  const used = intervals.filter(({ name }) => hours.activeTimes?.includes(name) || hours.muteTimes.includes(name));
  const zones = [...new Set(used.map(({ zone }) => zone))];
  for (let day = 0; day < DAYS_AHEAD; day++) {
    const times = zones.flatMap((zone) => {
      const midnight = DateTime.fromMillis(now, { zone }).startOf('day').plus({ days: day });
      return boundaries(
        midnight,
        used.filter((interval) => interval.zone === zone),
      );
    });
    const ahead = times.filter((at) => at > now).sort((a, b) => a - b);
    const found = ahead.find((at) => isOpen(hours, intervals, at));
    if (found !== undefined) return found;
  }
  return null;
}

/** All instants of a day at which an interval may begin or end. */
function boundaries(midnight: DateTime, intervals: readonly TimeIntervalConfig[]): number[] {
  const next = midnight.plus({ days: 1 });
  const shift = (next.offset - midnight.offset) * 60_000;
  const minutes = intervals.flatMap(({ times }) => (times ?? []).flatMap((range) => range.split('-').map(minutesOf)));
  const ends = [midnight.toMillis(), next.toMillis()];
  for (const minute of minutes) {
    const at = midnight.toMillis() + minute * 60_000;
    // On a day on which the clock changes a time of day lies either before or after the change, or in both.
    ends.push(at, at - shift);
  }
  if (shift !== 0) ends.push(clockChange(midnight.toMillis(), next.toMillis(), midnight));
  return ends;
}

/** The instant, to the minute, at which the offset of a day changes. */
function clockChange(from: number, to: number, { offset, zone }: DateTime): number {
  let [before, after] = [from, to];
  while (after - before > 60_000) {
    const middle = before + Math.floor((after - before) / 120_000) * 60_000;
    if (zone.offset(middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}
