import type { RunEvaluation } from '@leeway/contract';
import type { EChartsCoreOption } from 'echarts/core';
import { formatCount, formatNumber } from '../lib/format.ts';
import type { Palette } from './palette.ts';
import { tooltipHtml, tooltipStyle } from './tooltip.ts';

type Curves = NonNullable<RunEvaluation['calibration']>;

/** Scores against the share of positives among the rows that have them; on the diagonal a score is a probability. */
export function calibrationOption({ challenger, champion }: Curves, palette: Palette): EChartsCoreOption {
  const axis = (name: string) => ({
    type: 'value',
    min: 0,
    max: 1,
    interval: 0.25,
    name,
    nameLocation: 'middle',
    nameTextStyle: { color: palette.dim, fontSize: 11 },
    axisLabel: { color: palette.dim, fontSize: 11 },
    axisLine: { show: true, lineStyle: { color: palette.line } },
    splitLine: { lineStyle: { color: palette.line } },
  });
  const curve = (name: string, points: Curves['challenger'], color: string, symbol: string) => ({
    type: 'line',
    id: name,
    name,
    symbol,
    symbolSize: 7,
    lineStyle: { color, width: 2 },
    itemStyle: { color },
    data: points.map(({ score, positives, n }) => ({ name, n, value: [score, positives] })),
  });
  return {
    animation: false,
    aria: { enabled: false },
    grid: { left: 52, right: 16, top: 12, bottom: 42 },
    xAxis: { ...axis('mean score'), nameGap: 26 },
    yAxis: { ...axis('share of positives'), nameGap: 36 },
    tooltip: {
      trigger: 'item',
      ...tooltipStyle(palette),
      formatter: ({ data }: { data: { name: string; n: number; value: [number, number] } }) =>
        tooltipHtml(data.name, [
          ['Mean score', formatNumber(data.value[0])],
          ['Share of positives', formatNumber(data.value[1])],
          ['Rows', formatCount(data.n)],
        ]),
    },
    series: [
      {
        type: 'line',
        id: 'diagonal',
        silent: true,
        symbol: 'none',
        lineStyle: { color: palette.dim, type: 'dashed', width: 1 },
        data: [
          [0, 0],
          [1, 1],
        ],
      },
      ...(champion ? [curve('champion', champion, palette.reference, 'rect')] : []),
      curve('challenger', challenger, palette.accent, 'circle'),
    ],
  };
}
