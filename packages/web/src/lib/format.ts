import { describeMetric, type Unit } from './metrics.ts';

const NONE = '–';

/** A number with the digits that tell something: three significant ones, grouped thousands, never an endless tail. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1_000) return Math.round(value).toLocaleString('en-US');
  if (size >= 100) return value.toFixed(Number.isInteger(value) ? 0 : 1);
  if (size >= 1) return Number.isInteger(value) ? String(value) : value.toFixed(2);
  if (size >= 0.001) return value.toFixed(size >= 0.01 ? 3 : 4);
  return size >= 0.000_001 ? value.toFixed(1 - Math.floor(Math.log10(size))) : value.toExponential(1);
}

export function formatShare(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const percent = value * 100;
  const size = Math.abs(percent);
  if (size === 0 || size === 100) return `${percent.toFixed(0)} %`;
  if (size < 0.01) return percent < 0 ? '> −0.01 %' : '< 0.01 %';
  return `${percent.toFixed(size < 1 ? 2 : 1)} %`;
}

/** Rows and requests: whole below ten thousand, then 12.3 k and 4.5 M. */
export function formatCount(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const short = (x: number) => x.toFixed(1).replace(/\.0$/, '');
  if (Math.abs(value) >= 1_000_000) return `${short(value / 1_000_000)} M`;
  if (Math.abs(value) >= 10_000) return `${short(value / 1_000)} k`;
  return Math.round(value).toLocaleString('en-US');
}

/** Seconds, minutes, hours or days, whichever says it shortest. */
function formatSeconds(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const [unit, size] = (
    [
      ['d', 86_400],
      ['h', 3_600],
      ['min', 60],
    ] as const
  ).find(([, one]) => value >= 2 * one) ?? ['s', 1];
  return `${formatNumber(value / size)} ${unit}`;
}

const BY_UNIT: Record<Unit, (value: number | null | undefined) => string> = {
  number: formatNumber,
  share: formatShare,
  count: formatCount,
  seconds: formatSeconds,
  ms: (value) => (value === null || value === undefined ? NONE : `${formatNumber(value)} ms`),
};

export function formatMetric(metric: string, value: number | null | undefined): string {
  return BY_UNIT[describeMetric(metric).unit](value);
}

/** On the axis of a chart, where every tick says as much as it must. */
export function formatTick(metric: string, value: number): string {
  const { unit } = describeMetric(metric);
  if (unit === 'share') return `${Number((value * 100).toPrecision(6))} %`;
  if (unit === 'count') return formatCount(value);
  if (unit === 'seconds') return formatSeconds(value);
  const number = Number(value.toPrecision(6)).toLocaleString('en-US', { maximumFractionDigits: 6 });
  return unit === 'ms' ? `${number} ms` : number;
}

/** How much one value of a metric lies above or below another, with its sign; of shares in percentage points. */
export function formatDifference(metric: string, value: number | null): string {
  if (value === null) return NONE;
  const share = describeMetric(metric).unit === 'share';
  const size = share ? `${formatNumber(Math.abs(value) * 100)} pp` : formatNumber(Math.abs(value));
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${size}`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const power = Math.min(3, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1_024 ** power).toFixed(1)} ${['B', 'KiB', 'MiB', 'GiB'][power]}`;
}

/** A text as the beginning of a sentence. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Lower-case words such as awaiting_approval as a person writes them. */
export function words(id: string): string {
  return sentence(id.replaceAll('_', ' '));
}

/** The end of a long id, which is what tells it from others. */
export function shortId(id: string): string {
  return id.length <= 14 ? id : `…${id.slice(-7)}`;
}

/** For the tooltips of charts, which are written as HTML. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
