/** Numbers and times as a message writes them. */

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const digits = (n: number) => new Intl.NumberFormat('en-US', { maximumSignificantDigits: n });
const four = digits(4);
const three = digits(3);

export const formatNumber = (x: number): string => (Math.abs(x) >= 1000 ? grouped : four).format(x);

export const formatShare = (x: number): string => `${three.format(x * 100)} %`;

/** The value of a metric with its unit: shares in percent, latencies in milliseconds, ages and gaps as durations. */
export function formatValue(metric: string, x: number): string {
  if (isShare(metric)) return formatShare(x);
  if (/[._]latency_p\d+$/.test(metric)) return `${formatNumber(x)} ms`;
  if (/[._]seconds$/.test(metric)) return x < 60 ? `${formatNumber(x)} s` : formatDuration(x * 1_000);
  return formatNumber(x);
}

const isShare = (metric: string): boolean => /[._]share$/.test(metric);

/** "2001-01-08 00:00 UTC" of an instant; with a zone also what the clocks there say: "… UTC (01:00 Europe/Berlin)". */
export function formatTime(instant: string | number, zone?: string): string {
  const utc = minuteOf(instant);
  const local = zone && localMinute(instant, zone);
  return local ? `${utc} UTC (${local.startsWith(utc.slice(0, 10)) ? local.slice(11) : local} ${zone})` : `${utc} UTC`;
}

export function formatWindow(start: string | number, end: string | number, zone?: string): string {
  const utc = `${minuteOf(start)} to ${minuteOf(end)} UTC`;
  return zone ? `${utc} (${localMinute(start, zone)} to ${localMinute(end, zone)} ${zone})` : utc;
}

const minuteOf = (instant: string | number): string => new Date(instant).toISOString().slice(0, 16).replace('T', ' ');

function localMinute(instant: string | number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(new Date(instant));
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** "2 d 4 h", "45 min": the two largest units that are not nothing, rounded. */
export function formatDuration(ms: number): string {
  const start = UNITS.findIndex(([, unit]) => ms >= unit);
  if (start < 0) return '0 s';
  const [small, unit] = UNITS[start + 1] ?? UNITS[start]!;
  const rounded = Math.round(ms / unit) * unit;
  const [large, whole] = UNITS[start]!;
  const rest = start + 1 < UNITS.length ? Math.round((rounded % whole) / unit) : 0;
  return `${Math.floor(rounded / whole)} ${large}${rest > 0 ? ` ${rest} ${small}` : ''}`;
}

/** What a measurement is of: "drift.score of distance where origin=ATL". */
export function nameMetric({ metric, column, slice }: { metric: string; column: string; slice: string }): string {
  return `${metric}${column ? ` of ${column}` : ''}${slice ? ` where ${slice}` : ''}`;
}

/** Text that came with the data, made fit to be shown: no control characters, no line breaks, not endless. */
export function plain(text: string, most = 500): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be removed
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return cut(line, most);
}

/** At most `most` characters, with a sign that something was left off; never half of a surrogate pair. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

export interface Fitted<T> {
  /** Those that fit, in their order. */
  shown: T[];
  /** "+ 12 more" of the rest; empty if there is none. */
  more: string;
}

/**
 * The first of the parts that a channel has room for, whole ones only. Room is kept for the words about the rest, so that parts,
 * separators and these words together never exceed the budget.
 */
export function fit<T>(
  parts: readonly T[],
  {
    budget,
    most = Number.POSITIVE_INFINITY,
    separator = 1,
    sizeOf = (part) => String(part).length,
  }: {
    /** In the units of `sizeOf`: characters by default. */
    budget: number;
    /** Parts at most. */
    most?: number;
    /** Size of what stands between two parts. */
    separator?: number;
    sizeOf?: (part: T) => number;
  },
): Fitted<T> {
  const wordsAbout = (left: number) => (left === 0 ? '' : `+ ${left} more`);
  const whole = parts.reduce((sum, part, i) => sum + sizeOf(part) + (i === 0 ? 0 : separator), 0);
  if (whole <= budget && parts.length <= most) return { shown: [...parts], more: '' };
  let used = 0;
  let shown = 0;
  for (const [i, part] of parts.entries()) {
    const size = sizeOf(part) + (i === 0 ? 0 : separator);
    const kept = wordsAbout(Math.max(1, parts.length - i - 1)).length + separator;
    if (i >= most || used + size + kept > budget) break;
    used += size;
    shown = i + 1;
  }
  return { shown: parts.slice(0, shown), more: wordsAbout(parts.length - shown) };
}
