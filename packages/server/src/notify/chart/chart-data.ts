import type { Alert, Measurement } from '@leeway/contract';
import { formatValue, nameMetric, plain } from '../format.ts';

/** What the picture of an alert shows. */
export interface ChartData {
  title: string;
  metric: string;
  /** By time, no time twice. */
  points: ChartPoint[];
  threshold: number | null;
  reference: number | null;
  deploys: { at: number; label: string }[];
}

export interface ChartPoint {
  /** Start of the window, milliseconds since 1970. */
  at: number;
  value: number | null;
  lower: number | null;
  upper: number | null;
  /** Whether the window lies beyond the threshold, on the side on which the alert does. */
  bad: boolean;
}

/** So many windows are shown at most, the newest. */
export const CHART_WINDOWS = 60;

/** The measurements of an alert's metric as a chart; null where there are too few to see anything. */
export function chartData(
  alert: Pick<Alert, 'model' | 'metric' | 'column' | 'slice' | 'value' | 'threshold' | 'reference'>,
  measurements: readonly Measurement[],
  deploys: readonly { version: string; startedAt: number }[],
): ChartData | null {
  const { value, threshold } = alert;
  const below = value !== null && threshold !== null && value < threshold;
  const byTime = new Map(measurements.map((m) => [Date.parse(m.windowStart), m]));
  const points = [...byTime]
    .sort(([a], [b]) => a - b)
    .slice(-CHART_WINDOWS)
    .map(([at, m]): ChartPoint => {
      const known = m.status === 'ok' && m.value !== null;
      const bad =
        known && value !== null && threshold !== null && (below ? m.value! < threshold : m.value! > threshold);
      return {
        at,
        value: known ? m.value : null,
        lower: known ? m.lower : null,
        upper: known ? m.upper : null,
        bad,
      };
    });
  if (points.filter((point) => point.value !== null).length < 2) return null;
  const first = points[0]!.at;
  return {
    title: plain(`${alert.model}: ${nameMetric(alert)}`, 200),
    metric: alert.metric,
    points,
    threshold,
    reference: alert.reference,
    deploys: deploys
      .filter(({ startedAt }) => startedAt > first)
      .toSorted((a, b) => a.startedAt - b.startedAt)
      .map(({ version, startedAt }) => ({ at: startedAt, label: plain(version, 24) })),
  };
}

/** The same in words, for those who do not see the picture, with the last windows as a line of bars: "▂▅▇". */
export function chartAlt({ title, metric, points, threshold }: ChartData): string {
  const known = points.flatMap(({ value }) => (value === null ? [] : [value]));
  const format = (x: number) => formatValue(metric, x);
  const bad = points.filter((point) => point.bad).length;
  const range = `from ${format(Math.min(...known))} to ${format(Math.max(...known))}, last ${format(known.at(-1)!)}`;
  const beyond = threshold === null ? '' : `; ${bad} beyond the threshold ${format(threshold)}`;
  const line = sparkline(points.map(({ value }) => value));
  return `${title}, ${points.length} windows ${range}${beyond}: ${line}`;
}

const BARS = '▁▂▃▄▅▆▇█';

/** "▁▂▅▇": the last values in one line; a middle dot where there is none. Empty for fewer than two values. */
function sparkline(values: readonly (number | null)[], most = 24): string {
  const shown = values.slice(-most);
  const known = shown.filter((value) => value !== null);
  if (known.length < 2) return '';
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return shown
    .map((value) => {
      if (value === null) return '·';
      // All the same is a line in the middle.
      const place = high === low ? 0.5 : (value - low) / (high - low);
      return BARS[Math.min(BARS.length - 1, Math.floor(place * BARS.length))];
    })
    .join('');
}
