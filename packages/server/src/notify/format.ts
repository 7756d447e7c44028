/** Numbers and times as a message writes them. */

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const digits = (n: number) => new Intl.NumberFormat('en-US', { maximumSignificantDigits: n });
const four = digits(4);
const three = digits(3);

export const formatNumber = (x: number): string => (Math.abs(x) >= 1000 ? grouped : four).format(x);

export const formatShare = (x: number): string => `${three.format(x * 100)} %`;

/** The value of a metric: shares and coverages in percent, all else as it is. */
export const formatValue = (metric: string, x: number): string => (isShare(metric) ? formatShare(x) : formatNumber(x));

const isShare = (metric: string): boolean => /[._]share$/.test(metric);

/** "2001-01-08 00:00 UTC" of an instant. */
export const formatTime = (instant: string | number): string =>
  `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export const formatWindow = (start: string | number, end: string | number): string =>
  `${formatTime(start).slice(0, -4)} to ${formatTime(end)}`;

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
