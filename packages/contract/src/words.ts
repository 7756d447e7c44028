import { z } from 'zod';
import { isPattern, LONGEST_PATTERN } from './pattern.ts';

/** What a model predicts. */
export const Task = z.enum(['binary', 'multiclass', 'regression']);
export type Task = z.infer<typeof Task>;

export const ColumnType = z.enum(['numeric', 'categorical', 'boolean', 'text', 'vector']);
export type ColumnType = z.infer<typeof ColumnType>;

export const Severity = z.enum(['critical', 'warning', 'info']);
export type Severity = z.infer<typeof Severity>;

/** A name that may stand in a URL, a table name and a file name. */
export const Name = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9_.-]{0,61}[a-z0-9])?$/,
    'expected 1 to 63 lower-case letters, digits, "-", "_" or ".", beginning and ending with a letter or digit',
  );

/** The name of a column as the user's data has it. */
export const ColumnName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/, 'expected a letter or "_" and then letters, digits, "_", "." or "-"');

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

const DURATION = /^(\d+)(s|m|h|d|w)$/;
const MOST_MS = 36_525 * UNIT_MS.d;

/** Milliseconds of a duration such as "90s", "15m", "2h", "1d" or "4w". */
export function durationMs(text: string): number {
  const match = DURATION.exec(text);
  if (!match) throw new RangeError(`expected a duration such as 15m, 2h or 1d, got "${text}"`);
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}

/** The duration as it is written, in the largest unit that it is whole in. */
export function durationText(ms: number): string {
  const [unit, size] = Object.entries(UNIT_MS).findLast(([, size]) => ms % size === 0) ?? ['s', 1_000];
  return `${Math.ceil(ms / size)}${unit}`;
}

export const Duration = z
  .string()
  .regex(/^\d+(s|m|h|d|w)$/, 'expected a number with a unit s, m, h, d or w, such as 15m, 2h or 1d')
  // What is added to a time must still give one.
  .refine((text) => !DURATION.test(text) || durationMs(text) <= MOST_MS, 'expected a hundred years at most');

/** What comes round, in UTC: the same place of the week, of the week by days, or of the day. */
export const Season = z
  .enum(['hour_of_week', 'weekday', 'hour'])
  .describe(
    'hour_of_week: the same hours of the same weekday; weekday: the same weekday; hour: the same hours of a day.',
  );
export type Season = z.infer<typeof Season>;

/** Milliseconds after which a season comes round again. */
export const seasonMs = (season: Season): number => (season === 'hour' ? UNIT_MS.d : UNIT_MS.w);

/** A time zone by its IANA name. */
export const TimeZone = z.string().refine(isTimeZone, 'expected an IANA time zone such as Europe/Berlin, or UTC');

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** An instant, ISO 8601 in UTC, as the API writes it. */
export const Instant = z.iso.datetime();

export const Pattern = z
  .string()
  .min(1)
  .max(LONGEST_PATTERN)
  .refine(isPattern, 'expected a regular expression as RE2 has them: no look-around, no back-reference');
