import type { EChartsCoreOption } from 'echarts/core';
import { formatNumber, formatTick } from '../lib/format.ts';
import { describeMetric } from '../lib/metrics.ts';
import type { Palette } from './palette.ts';
import { tooltipHtml, tooltipStyle } from './tooltip.ts';

interface Correlation {
  value: number | null;
  lower: number | null;
  upper: number | null;
  n: number;
}

/** "0.52 (0.31 to 0.68)", or why there is none. */
export function correlationInWords({ value, lower, upper, reason }: Correlation & { reason: string }): string {
  if (value === null) return `no answer${reason ? `: ${reason}` : ''}`;
  const interval = lower === null || upper === null ? '' : ` (${formatNumber(lower)} to ${formatNumber(upper)})`;
  return `${formatNumber(value)}${interval}`;
}

/** How a lag reads: above zero the KPI follows the metric. */
export function lagInWords(lag: number): string {
  if (lag === 0) return 'in the same window';
  const windows = `${Math.abs(lag)} ${Math.abs(lag) === 1 ? 'window' : 'windows'}`;
  return lag > 0 ? `with the KPI ${windows} later` : `with the KPI ${windows} earlier`;
}

/** Correlation at each lag; where the interval leaves zero out, the bar is full. */
export function lagOption(lags: readonly (Correlation & { lag: number })[], palette: Palette): EChartsCoreOption {
  const sure = ({ lower, upper }: Correlation) => lower !== null && upper !== null && (lower > 0 || upper < 0);
  return {
    animation: false,
    aria: { enabled: false },
    grid: { left: 44, right: 14, top: 12, bottom: 42 },
    xAxis: {
      type: 'category',
      data: lags.map(({ lag }) => String(lag)),
      name: 'windows by which the KPI follows',
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: { color: palette.dim, fontSize: 11 },
      axisLine: { lineStyle: { color: palette.line } },
      axisTick: { show: false },
      axisLabel: { color: palette.dim, fontSize: 11 },
    },
    yAxis: {
      type: 'value',
      min: -1,
      max: 1,
      interval: 0.5,
      axisLabel: { color: palette.dim, fontSize: 11 },
      splitLine: { lineStyle: { color: palette.line } },
    },
    tooltip: {
      trigger: 'axis',
      ...tooltipStyle(palette),
      formatter: (hovered: { dataIndex: number }[]) => {
        const lag = lags[hovered[0]?.dataIndex ?? -1];
        if (!lag) return '';
        return tooltipHtml(lagInWords(lag.lag), [
          ['Correlation', correlationInWords({ ...lag, reason: '' })],
          ['Pairs', formatNumber(lag.n)],
        ]);
      },
    },
    series: [
      {
        type: 'bar',
        barMaxWidth: 22,
        data: lags.map((lag) => ({
          value: lag.value,
          itemStyle: { color: palette.accent, opacity: sure(lag) ? 0.9 : 0.35 },
        })),
      },
    ],
  };
}

interface Pairs {
  metric: string;
  kpi: string;
  points: readonly { windowStart: string; metric: number | null; kpi: number | null }[];
}

/** One dot for each window that has both numbers. */
export function pairsOption({ metric, kpi, points }: Pairs, palette: Palette): EChartsCoreOption {
  const axis = (of: string) => ({
    type: 'value',
    scale: true,
    name: describeMetric(of).label,
    nameTextStyle: { color: palette.dim, fontSize: 11 },
    axisLabel: {
      color: palette.dim,
      fontSize: 11,
      hideOverlap: true,
      formatter: (value: number) => formatTick(of, value),
    },
    splitLine: { lineStyle: { color: palette.line } },
  });
  return {
    animation: false,
    aria: { enabled: false },
    grid: { left: 62, right: 20, top: 26, bottom: 42 },
    xAxis: { ...axis(metric), nameLocation: 'middle', nameGap: 26, axisLine: { lineStyle: { color: palette.line } } },
    yAxis: { ...axis(kpi), nameTextStyle: { color: palette.dim, fontSize: 11, align: 'left' } },
    tooltip: {
      trigger: 'item',
      ...tooltipStyle(palette),
      formatter: ({ data }: { data: { name: string; value: [number, number] } }) =>
        tooltipHtml(data.name.slice(0, 16).replace('T', ' '), [
          [describeMetric(metric).label, formatNumber(data.value[0])],
          [describeMetric(kpi).label, formatNumber(data.value[1])],
        ]),
    },
    series: [
      {
        type: 'scatter',
        symbolSize: 6,
        itemStyle: { color: palette.accent, opacity: 0.65 },
        data: points
          .filter((point) => point.metric !== null && point.kpi !== null)
          .map((point) => ({ name: point.windowStart, value: [point.metric, point.kpi] })),
      },
    ],
  };
}
