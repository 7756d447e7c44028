import type { Contribution, FeatureImportance } from '@leeway/contract';
import type { EChartsCoreOption } from 'echarts/core';
import { formatNumber, formatShare } from '../lib/format.ts';
import type { Palette } from './palette.ts';
import { tooltipHtml, tooltipStyle } from './tooltip.ts';

/** Features as lying bars, the most important on top. */

const ROW = 26;
const FRAME = 42;
export const barsHeight = (rows: number): number => FRAME + ROW * Math.max(1, rows);

function base(names: readonly string[], palette: Palette, axisLabel: (value: number) => string) {
  return {
    animation: false,
    aria: { enabled: false },
    grid: { left: 8, right: 24, top: 8, bottom: 8, containLabel: true },
    xAxis: {
      type: 'value',
      axisLabel: { color: palette.dim, fontSize: 11, hideOverlap: true, formatter: axisLabel },
      splitLine: { lineStyle: { color: palette.line } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: names,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.line } },
      axisLabel: { color: palette.text, fontSize: 11, width: 130, overflow: 'truncate' },
    },
  };
}

/** Shares of importance, the challenger's beside the champion's. */
export function importanceOption(features: readonly FeatureImportance[], palette: Palette): EChartsCoreOption {
  const compared = features.some(({ championShare }) => championShare !== null);
  const series = (name: string, color: string, of: (one: FeatureImportance) => number | null) => ({
    type: 'bar',
    name,
    id: name,
    barMaxWidth: compared ? 8 : 14,
    itemStyle: { color },
    data: features.map(of),
  });
  return {
    ...base(
      features.map(({ feature }) => feature),
      palette,
      (value) => `${Math.round(value * 100)} %`,
    ),
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      ...tooltipStyle(palette),
      formatter: (hovered: { dataIndex: number }[]) => {
        const one = features[hovered[0]?.dataIndex ?? -1];
        return one ? tooltipHtml(one.feature, importanceInWords(one)) : '';
      },
    },
    series: [
      series('challenger', palette.accent, ({ share }) => share),
      ...(compared ? [series('champion', palette.reference, ({ championShare }) => championShare)] : []),
    ],
  };
}

export function importanceInWords(one: FeatureImportance): (readonly [string, string])[] {
  const interval = (lower: number | null, upper: number | null) =>
    lower === null || upper === null ? '' : ` (${formatNumber(lower)} to ${formatNumber(upper)})`;
  return [
    ['Share', formatShare(one.share)],
    ...(one.championShare === null ? [] : [['Of the champion', formatShare(one.championShare)] as const]),
    ['Importance', `${formatNumber(one.importance)}${interval(one.lower, one.upper)}`],
    ...(one.effect === null
      ? []
      : [['High against low', `${formatNumber(one.effect)}${interval(one.effectLower, one.effectUpper)}`] as const]),
  ];
}

/** What each feature adds to what is said of a row, or takes from it. */
export function contributionOption(contributions: readonly Contribution[], palette: Palette): EChartsCoreOption {
  return {
    ...base(contributions.map(contributionLabel), palette, (value) => formatNumber(value)),
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      ...tooltipStyle(palette),
      formatter: (hovered: { dataIndex: number }[]) => {
        const one = contributions[hovered[0]?.dataIndex ?? -1];
        if (!one) return '';
        const error = one.error === null ? '' : ` ± ${formatNumber(one.error)}`;
        return tooltipHtml(contributionLabel(one), [['Adds', `${formatNumber(one.contribution)}${error}`]]);
      },
    },
    series: [
      {
        type: 'bar',
        barMaxWidth: 14,
        data: contributions.map(({ contribution }) => ({
          value: contribution,
          itemStyle: { color: contribution < 0 ? palette.accent : palette.threshold },
        })),
      },
    ],
  };
}

/** "departure_delay = 42", or the bin that LIME speaks of. */
export function contributionLabel({ feature, value, condition }: Contribution): string {
  if (condition !== null) return condition;
  const shown = typeof value === 'number' ? formatNumber(value) : value === null ? 'missing' : String(value);
  return `${feature} = ${shown}`;
}
