import type { Palette } from './palette.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MOST_TICKS = 10;
const STEPS = [1, 2, 3, 6, 12, 24, 48, 72, 168, 336].map((hours) => hours * HOUR_MS);

/** Evenly spaced times at full UTC hours and days; beginnings of months where the span is long. */
export function timeTicks(from: number, to: number): number[] {
  const step = STEPS.find((ms) => (to - from) / ms <= MOST_TICKS);
  if (step === undefined) return monthTicks(from, to);
  const first = Math.ceil(from / Math.min(step, DAY_MS)) * Math.min(step, DAY_MS);
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, i) => first + i * step);
}

function monthTicks(from: number, to: number): number[] {
  const start = new Date(from);
  const ticks: number[] = [];
  for (let month = start.getUTCMonth(); ; month++) {
    const tick = Date.UTC(start.getUTCFullYear(), month, 1);
    if (tick > to) return ticks;
    if (tick >= from) ticks.push(tick);
  }
}

/** The day, with the year in January; the hour where ticks are closer than days. */
export function tickLabel(time: number): string {
  const date = new Date(time);
  if (time % DAY_MS !== 0) return date.toISOString().slice(11, 16);
  const day = `${date.getUTCDate()} ${date.toLocaleString('en-GB', { month: 'short', timeZone: 'UTC' })}`;
  return date.getUTCMonth() === 0 && date.getUTCDate() === 1 ? `${day} ${date.getUTCFullYear()}` : day;
}

/** An axis of time in UTC. */
export function timeAxis(palette: Palette, span: { from: number; to: number }) {
  return {
    type: 'time' as const,
    min: span.from,
    max: span.to,
    axisLine: { lineStyle: { color: palette.line } },
    axisTick: { show: false },
    axisLabel: {
      color: palette.dim,
      fontSize: 11,
      hideOverlap: true,
      customValues: timeTicks(span.from, span.to),
      formatter: tickLabel,
    },
    splitLine: { show: false },
  };
}
