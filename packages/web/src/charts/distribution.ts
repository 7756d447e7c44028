import type { Distribution } from '@leeway/contract';
import type { EChartsCoreOption } from 'echarts/core';
import { formatShare } from '../lib/format.ts';
import type { Palette } from './palette.ts';
import { tooltipHtml, tooltipStyle } from './tooltip.ts';

/** Shares of a column's values now, beside those of the reference. */
export function distributionOption({ kind, cells }: Distribution, palette: Palette): EChartsCoreOption {
  const bar = {
    type: 'bar' as const,
    barGap: kind === 'numeric' ? '-100%' : '8%',
    barCategoryGap: kind === 'numeric' ? '6%' : '34%',
  };
  const longest = Math.max(0, ...cells.map(({ label }) => label.length));
  const slanted = cells.length * longest > 60;
  return {
    animation: false,
    grid: { left: 46, right: 8, top: 8, bottom: slanted ? 64 : 26 },
    xAxis: {
      type: 'category',
      data: cells.map(({ label }) => label),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.line } },
      axisLabel: { color: palette.dim, fontSize: 11, hideOverlap: true, ...(slanted ? { rotate: 40 } : {}) },
    },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      axisLabel: {
        color: palette.dim,
        fontSize: 11,
        formatter: (value: number) => `${Math.round(value * 1000) / 10} %`,
      },
      splitLine: { lineStyle: { color: palette.line } },
    },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: palette.gap } },
      ...tooltipStyle(palette),
      formatter: ([hovered]: { dataIndex: number }[]) => {
        const cell = cells[hovered?.dataIndex ?? -1];
        if (!cell) return '';
        const change = cell.current - cell.reference;
        return tooltipHtml(cell.label, [
          ['Now', formatShare(cell.current)],
          ['Reference', formatShare(cell.reference)],
          ['Change', `${change > 0 ? '+' : '−'}${formatShare(Math.abs(change))}`],
        ]);
      },
    },
    series: [
      {
        ...bar,
        id: 'reference',
        itemStyle: { color: palette.reference, opacity: kind === 'numeric' ? 0.35 : 0.6 },
        data: cells.map(({ reference }) => reference),
      },
      {
        ...bar,
        id: 'current',
        itemStyle:
          kind === 'numeric'
            ? { color: 'transparent', borderColor: palette.accent, borderWidth: 1.75 }
            : { color: palette.accent },
        data: cells.map(({ current }) => current),
      },
    ],
  };
}
