import { z } from 'zod';
import { Matchers } from './matchers.ts';
import { Duration, Name, TimeZone } from './words.ts';

/** When alerts are told of later or not at all: hours, maintenance, inhibition, flapping. */

const strict = z.strictObject;

const MINUTES = /^([01]\d|2[0-3]):([0-5]\d)-(([01]\d|2[0-3]):([0-5]\d)|24:00)$/;
const TimeRange = z
  .string()
  .refine(
    (text) => MINUTES.test(text) && text.slice(0, 5) < text.slice(6),
    'expected HH:MM-HH:MM with the end after the start, such as 09:00-17:00 or 18:00-24:00',
  );

export const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
export const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const;

/** The two ends of a range such as `monday:friday`, `1:5`, `-3:-1` or of a single value; null if it is none. */
export function parseRange(text: string, names: readonly string[] = [], first = 0): [number, number] | null {
  const ends = text.toLowerCase().split(':');
  if (ends.length > 2) return null;
  const numbers = ends.map((end) => {
    const name = names.indexOf(end);
    if (name >= 0) return name + first;
    return /^-?\d{1,4}$/.test(end) ? Number(end) : Number.NaN;
  });
  const [from = Number.NaN, to = from] = numbers;
  return Number.isNaN(from) || Number.isNaN(to) ? null : [from, to];
}

const range = (lowest: number, highest: number, expected: string, names?: readonly string[], first?: number) =>
  z.union([z.string(), z.int()]).refine((given) => {
    const ends = parseRange(String(given), names, first);
    if (!ends) return false;
    const [from, to] = ends;
    const inside = [from, to].every((end) => end >= lowest && end <= highest);
    // "-3:2" would run over the end of the month.
    return inside && from <= to && from < 0 === to < 0 && (lowest >= 0 || (from !== 0 && to !== 0));
  }, `expected ${expected}`);

/** With Alertmanager's meaning: all the keys that are given must hold, of each list any. */
export const TimeIntervalConfig = strict({
  name: Name.describe('What routes call it.'),
  times: z.array(TimeRange).optional().describe('Hours of the day, such as 09:00-17:00; the end is not in it.'),
  weekdays: z
    .array(range(0, 6, 'a weekday or a range such as monday:friday; weeks begin on sunday', WEEKDAYS))
    .optional()
    .describe('Such as monday:friday. A week begins on sunday.'),
  daysOfMonth: z
    .array(range(-31, 31, 'a day such as 1, a range such as 1:5, or -3:-1 for the last three'))
    .optional()
    .describe('Such as 1:5; negative ones count from the end of the month: -1 is the last day.'),
  months: z
    .array(range(1, 12, 'a month or a range such as january:march or 1:3', MONTHS, 1))
    .optional()
    .describe('Such as january:march.'),
  years: z.array(range(1970, 9999, 'a year or a range such as 2026:2028')).optional(),
  zone: TimeZone.default('UTC').describe('Time zone that all of it is in, such as Europe/Berlin.'),
});
export type TimeIntervalConfig = z.infer<typeof TimeIntervalConfig>;

const LocalTime = z.iso.datetime({ local: true, offset: true });

export const MaintenanceConfig = strict({
  name: Name,
  match: Matchers,
  from: LocalTime.optional().describe('When it begins, such as 2026-03-01T22:00; in `zone` unless it says an offset.'),
  to: LocalTime.optional().describe('When it is over; the end is not in it.'),
  schedule: z.string().optional().describe('In place of from and to: cron expression of its beginnings, in `zone`.'),
  duration: Duration.optional().describe('With `schedule`: how long each lasts.'),
  zone: TimeZone.default('UTC'),
}).refine(
  ({ from, to, schedule, duration }) =>
    from !== undefined && to !== undefined ? !schedule && !duration : !from && !to && schedule && duration,
  'needs either from and to, or schedule and duration',
);
export type MaintenanceConfig = z.infer<typeof MaintenanceConfig>;

export const InhibitionConfig = strict({
  source: Matchers.describe('Alerts that mute, while they are open.'),
  target: Matchers.describe('Alerts that are muted.'),
  equal: z.array(z.string()).default([]).describe('Labels that must have the same value in both.'),
});
export type InhibitionConfig = z.infer<typeof InhibitionConfig>;

export const FlappingConfig = z
  .union([
    z.literal(false),
    strict({
      windows: z.int().min(4).max(1_000).default(20).describe('Windows that are looked back on.'),
      high: z.number().gt(0).max(1).default(0.5).describe('Changes per window above which it flaps.'),
      low: z.number().min(0).max(1).default(0.25).describe('Changes per window up to which it is steady again.'),
    }).refine(({ high, low }) => low < high, 'low must lie below high'),
  ])
  .describe('When an alert that comes and goes is told of as flapping, and no more of each change; false: never.');
export type FlappingConfig = z.infer<typeof FlappingConfig>;
