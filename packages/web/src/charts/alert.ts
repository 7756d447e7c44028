import type { Alert, Mark, ModelConfig } from '@leeway/contract';
import type { EChartsCoreOption } from 'echarts/core';
import type { Palette } from './palette.ts';
import { middle, type Point } from './series.ts';
import { type ThresholdLine, thresholdsOf } from './thresholds.ts';
import { timelineOption } from './timeline.ts';

/** What of an alert is drawn: its own metric or, of a rule made of several conditions, that of one of them. */
export type Subject = Pick<Alert, 'metric' | 'column' | 'slice' | 'value' | 'threshold'>;

const DAY_MS = 86_400_000;
const BEFORE = 30;
const AFTER = 8;
const MOST = 240;

/** The time around an alert: windows before it, all of it, and some after. Of a long one the end. */
export function spanAround(alert: Pick<Alert, 'windowStart' | 'windowEnd' | 'activeAt' | 'resolvedAt'>): {
  from: string;
  to: string;
} {
  const [start, end] = [Date.parse(alert.windowStart), Date.parse(alert.windowEnd)];
  const windowMs = end > start ? end - start : DAY_MS;
  const first = Math.min(start, Date.parse(alert.activeAt) - windowMs);
  const last = Math.max(end, alert.resolvedAt === null ? end : Date.parse(alert.resolvedAt));
  const to = last + AFTER * windowMs;
  const from = Math.max(first - BEFORE * windowMs, to - MOST * windowMs);
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** What of the time is drawn: from the first window that is known to the last, or to the end of the alert. */
export function drawnSpan(
  span: { from: string; to: string },
  points: readonly Point[],
  resolvedAt: string | null,
): { from: number; to: number } {
  const [from, to] = [Date.parse(span.from), Date.parse(span.to)];
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return { from, to };
  const end = Math.max(last.end, resolvedAt === null ? last.end : Date.parse(resolvedAt));
  return { from: Math.max(from, first.start), to: Math.min(to, end) };
}

export interface AlertLines {
  lines: ThresholdLine[];
  /** Whether the lines hold for every window; else they are those of the newest one. */
  exact: boolean;
}

/** The thresholds of the rule, as the configuration has them; the number that the alert was held against where they can't tell. */
export function linesOf(
  alert: Pick<Alert, 'rule' | 'severity'>,
  subject: Subject,
  rules: ModelConfig['rules'],
  points: readonly Point[],
): AlertLines {
  const own = rules.filter(({ name, threshold }) => name === alert.rule && threshold === undefined);
  const lines = thresholdsOf(own, subject, points);
  if (lines.length > 0) return { lines, exact: true };
  const { value, threshold } = subject;
  if (threshold === null) return { lines: [], exact: false };
  const side = value !== null && value < threshold ? 'below' : 'above';
  const values = points.map(() => threshold);
  return { lines: [{ rule: alert.rule, severity: alert.severity, side, values }], exact: false };
}

/** The windows that lie beyond a threshold; where the thresholds of older windows aren't known, the newest of the alert only. */
export function badWindows(points: readonly Point[], { lines, exact }: AlertLines, newest: number): Point[] {
  return points.filter((point, i) => {
    const { status, value } = point;
    if (status !== 'ok' || value === null || (!exact && point.start !== newest)) return false;
    return lines.some(({ side, values }) => {
      const limit = values[i];
      if (limit === null || limit === undefined) return false;
      return side === 'above' ? value > limit : value < limit;
    });
  });
}

interface AlertChart {
  alert: Pick<Alert, 'id'>;
  metric: string;
  points: Point[];
  bad: readonly Point[];
  lines: ThresholdLine[];
  marks: Mark[];
  span: { from: number; to: number };
  /** With room for lanes and words at the lines. */
  full: boolean;
  palette: Palette;
}

/** A metric around an alert: interval, threshold, the bad windows, and what happened meanwhile. */
export function alertOption(chart: AlertChart): EChartsCoreOption {
  const { alert, metric, points, bad, lines, marks, span, full, palette } = chart;
  const option = timelineOption({
    ...{ metric, points, span, marks, full, palette, thresholds: lines },
    ...{ shadows: [], estimates: [], detections: null, zoom: true },
    shaded: marks.filter(({ kind, id }) => kind === 'alert' && id === alert.id),
  });
  const marked = {
    type: 'scatter' as const,
    id: 'bad',
    ...{ xAxisIndex: 0, yAxisIndex: 0, silent: true, z: 7, symbolSize: 8 },
    itemStyle: { color: palette.critical, borderColor: palette.surface, borderWidth: 1 },
    data: bad.map((point) => [middle(point), point.value]),
  };
  return { ...option, series: [...(option['series'] as object[]), marked] };
}
