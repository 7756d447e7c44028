import type { BacktestVariant } from '@leeway/contract';
import type { EChartsCoreOption } from 'echarts/core';
import { formatNumber, formatShare } from '../lib/format.ts';
import { formatDuration } from '../lib/time.ts';
import type { Palette } from './palette.ts';
import { tooltipHtml, tooltipStyle } from './tooltip.ts';

/** "above 0.06, for 2". */
export const valuesInWords = ({ values }: Pick<BacktestVariant, 'values'>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key} ${typeof value === 'number' ? formatNumber(value) : value}`)
    .join(', ');

/**
 * What is given up for what. With incidents: false alarms a week against the share of incidents found; without: pages a week
 * against the share of time in alarm.
 */
export function tradeOf(variant: Pick<BacktestVariant, 'score'>, scored: boolean): [x: number, y: number] | null {
  const { falseAlarms, recall, pages, alarmShare } = variant.score;
  if (!scored) return [pages.perWeek, alarmShare];
  const found = recall?.value ?? null;
  return falseAlarms === null || found === null ? null : [falseAlarms.perWeek, found];
}

export const isScored = (variants: readonly BacktestVariant[]): boolean =>
  variants.some(({ score }) => score.recall !== null && score.recall.value !== null);

/** Every variant as a dot: those that no other beats are joined, the one chosen is large. */
export function tradeoffOption(variants: readonly BacktestVariant[], palette: Palette): EChartsCoreOption {
  const scored = isScored(variants);
  const dots = variants.flatMap((variant) => {
    const value = tradeOf(variant, scored);
    return value ? [{ variant, value }] : [];
  });
  const frontier = dots
    .filter(({ variant }) => variant.pareto)
    .map(({ value }) => value)
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const name = { nameLocation: 'middle', nameTextStyle: { color: palette.dim, fontSize: 11 } };
  const share = (value: number) => `${Number((value * 100).toPrecision(4))} %`;
  return {
    animation: false,
    aria: { enabled: false },
    grid: { left: 62, right: 24, top: 14, bottom: 44 },
    xAxis: {
      type: 'value',
      min: 0,
      name: scored ? 'false alarms a week' : 'pages a week',
      ...name,
      nameGap: 28,
      axisLabel: { color: palette.dim, fontSize: 11, hideOverlap: true },
      axisLine: { lineStyle: { color: palette.line } },
      splitLine: { lineStyle: { color: palette.line } },
    },
    yAxis: {
      type: 'value',
      min: 0,
      ...(scored ? { max: 1 } : {}),
      name: scored ? 'incidents found' : 'time in alarm',
      ...name,
      nameGap: 46,
      axisLabel: { color: palette.dim, fontSize: 11, formatter: share },
      splitLine: { lineStyle: { color: palette.line } },
    },
    tooltip: {
      trigger: 'item',
      ...tooltipStyle(palette),
      formatter: ({ data }: { data: { variant: BacktestVariant } }) =>
        tooltipHtml(valuesInWords(data.variant), describeScore(data.variant.score), noteOf(data.variant)),
    },
    series: [
      {
        type: 'line',
        id: 'frontier',
        silent: true,
        symbol: 'none',
        data: frontier,
        lineStyle: { color: palette.accent, width: 1.25, type: 'dashed' },
      },
      {
        type: 'scatter',
        id: 'variants',
        data: dots.map(({ variant, value }) => ({
          value,
          variant,
          symbolSize: variant.chosen ? 15 : 9,
          label: {
            show: variant.chosen,
            formatter: valuesInWords(variant),
            position: 'right',
            color: palette.text,
            fontSize: 11,
            backgroundColor: palette.surface,
            padding: [1, 3],
          },
          itemStyle: {
            color: variant.pareto ? palette.accent : palette.surface,
            borderColor: variant.pareto ? palette.accent : palette.dim,
            borderWidth: 1.5,
          },
        })),
        labelLayout: { moveOverlap: 'shiftY' },
        z: 3,
      },
    ],
  };
}

/** A score as names and values; what there is no number for is left out. In short without intervals. */
export function describeScore(score: BacktestVariant['score'], short = false): (readonly [string, string])[] {
  const { episodes, pages, alarmShare, recall, precision, falseAlarms, medianDelayMs } = score;
  const rows: (readonly [string, string | null])[] = [
    ['Incidents found', recall && shareOf(recall)],
    ['Alerts about one', precision && shareOf(precision)],
    ['False alarms a week', falseAlarms && rateOf(falseAlarms, short)],
    ['Median delay', medianDelayMs === null ? null : formatDuration(medianDelayMs)],
    ['Times it fired', short ? null : formatNumber(episodes)],
    ['Pages a week', rateOf(pages, short)],
    ['Time in alarm', formatShare(alarmShare)],
  ];
  return rows.filter((row): row is readonly [string, string] => row[1] !== null);
}

const shareOf = ({ count, of, value }: NonNullable<BacktestVariant['score']['recall']>): string =>
  value === null ? `${count} of ${of}` : `${formatShare(value)} (${count} of ${of})`;

const rateOf = ({ perWeek, lower, upper }: BacktestVariant['score']['pages'], short: boolean): string =>
  short ? formatNumber(perWeek) : `${formatNumber(perWeek)} (${formatNumber(lower)} to ${formatNumber(upper)})`;

function noteOf({ chosen, pareto }: BacktestVariant): string {
  if (chosen) return 'The best of them.';
  return pareto ? 'No other is as good in everything and better in something.' : '';
}
