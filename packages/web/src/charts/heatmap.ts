import type { Measurement } from '@leeway/contract';
import type { EChartsCoreOption } from 'echarts/core';
import { formatNumber } from '../lib/format.ts';
import { formatWindow } from '../lib/time.ts';
import type { Palette } from './palette.ts';
import { STATUS_WORDS } from './series.ts';
import { tooltipHtml, tooltipStyle } from './tooltip.ts';

const INSUFFICIENT = -1;
const NO_DATA = -2;
export const ROW_HEIGHT = 22;

export interface HeatmapGrid {
  /** Starts of the windows, in order. */
  windows: string[];
  /** Columns, the ones that drifted most and last at the top. */
  columns: string[];
  cells: Map<string, Measurement>;
}

export const cellKey = (column: string, window: string): string => `${column} ${window}`;

/** Lays out measurements per column and window; a column's rank is its mean score, in which later windows weigh more. */
export function toGrid(measurements: readonly Measurement[]): HeatmapGrid {
  const about = measurements.filter(({ column }) => column !== '');
  const windows = [...new Set(about.map(({ windowStart }) => windowStart))].sort();
  const order = new Map(windows.map((start, i) => [start, i + 1]));
  const ranks = new Map<string, number>();
  for (const { column, value, status, windowStart } of about) {
    const excess = status === 'ok' && value !== null ? Math.min(value, 5) * order.get(windowStart)! : 0;
    ranks.set(column, (ranks.get(column) ?? 0) + excess);
  }
  return {
    windows,
    columns: [...ranks.keys()].sort((a, b) => ranks.get(b)! - ranks.get(a)! || a.localeCompare(b)),
    cells: new Map(about.map((measurement) => [cellKey(measurement.column, measurement.windowStart), measurement])),
  };
}

/** The number that a cell is coloured by: its score, or a mark for what kept it from having one. */
export function cellValue(cell: Measurement | undefined): number {
  if (!cell || cell.status === 'no_data') return NO_DATA;
  if (cell.status === 'insufficient' || cell.value === null) return INSUFFICIENT;
  return Math.max(0, cell.value);
}

/** Colour classes; the break that matters is at 1, the threshold. */
export function heatmapClasses({ calm, alarm, gap, surface }: Palette) {
  return [
    { gte: NO_DATA, lt: INSUFFICIENT, color: surface, label: 'no data' },
    { gte: INSUFFICIENT, lt: 0, color: gap, label: 'not enough data' },
    { gte: 0, lt: 0.25, color: calm[0], label: '0' },
    { gte: 0.25, lt: 0.5, color: calm[1], label: '¼' },
    { gte: 0.5, lt: 0.75, color: calm[2], label: '½' },
    { gte: 0.75, lt: 1, color: calm[3], label: '¾' },
    { gte: 1, lt: 2, color: alarm[0], label: '1' },
    { gte: 2, lt: 4, color: alarm[1], label: '2' },
    { gte: 4, color: alarm[2], label: '4' },
  ];
}

export interface HeatmapInput {
  grid: HeatmapGrid;
  palette: Palette;
  chosen?: { column: string; window: string } | undefined;
}

export function heatmapOption({ grid, palette, chosen }: HeatmapInput): EChartsCoreOption {
  const { windows, columns } = grid;
  const rows = columns.toReversed();
  const dense = windows.length > 180;
  return {
    animation: false,
    grid: { left: 132, right: 12, top: 4, bottom: 24 },
    xAxis: {
      type: 'category',
      data: windows,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: palette.dim, fontSize: 11, hideOverlap: true, formatter: dayLabel },
    },
    yAxis: {
      type: 'category',
      data: rows,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: palette.text, fontSize: 12, width: 120, overflow: 'truncate' },
    },
    tooltip: { trigger: 'item', ...tooltipStyle(palette), formatter: tooltipOf(grid, rows) },
    visualMap: { type: 'piecewise', show: false, dimension: 2, pieces: heatmapClasses(palette) },
    series: [
      {
        type: 'heatmap',
        progressive: 0,
        itemStyle: { borderColor: palette.surface, borderWidth: dense ? 0 : 1 },
        emphasis: { itemStyle: { borderColor: palette.text, borderWidth: 1.5 } },
        data: cellsOf(grid, rows, palette, chosen),
      },
    ],
  };
}

/** The chosen cell comes last, so that its neighbours do not cover its frame. */
function cellsOf({ windows, cells }: HeatmapGrid, rows: string[], palette: Palette, chosen: HeatmapInput['chosen']) {
  const all = rows.flatMap((column, y) =>
    windows.map((window, x) => ({
      value: [x, y, cellValue(cells.get(cellKey(column, window)))],
      isChosen: chosen?.column === column && chosen.window === window,
    })),
  );
  const frame = { borderColor: palette.text, borderWidth: 2 };
  return [
    ...all.filter(({ isChosen }) => !isChosen).map(({ value }) => ({ value })),
    ...all.filter(({ isChosen }) => isChosen).map(({ value }) => ({ value, itemStyle: frame })),
  ];
}

function dayLabel(window: string): string {
  const date = new Date(window);
  return `${date.getUTCDate()} ${date.toLocaleString('en-GB', { month: 'short', timeZone: 'UTC' })}`;
}

function tooltipOf({ windows, cells }: HeatmapGrid, rows: readonly string[]) {
  return ({ value: [x, y] }: { value: [number, number, number] }) => {
    const column = rows[y]!;
    const cell = cells.get(cellKey(column, windows[x]!));
    if (!cell)
      return tooltipHtml(column, [['Window', dayLabel(windows[x]!)]], 'no data: it was not measured in this window');
    return tooltipHtml(
      `${column}, ${formatWindow(cell.windowStart, cell.windowEnd)}`,
      describeDrift(cell),
      cell.reason,
    );
  };
}

/** The test behind a drift score, in words. */
export function describeDrift({ status, value, detail, n }: Measurement): [string, string][] {
  const { test, statistic, threshold, p_value: p, level, drifted } = detail;
  const number = (x: unknown) => (typeof x === 'number' ? formatNumber(x) : 'not known');
  return [
    ['Score', status === 'ok' ? `${formatNumber(value)} × its limit` : STATUS_WORDS[status]],
    ...(typeof test === 'string' ? ([['Test', test]] as [string, string][]) : []),
    ...(typeof statistic === 'number' ? ([['Statistic', number(statistic)]] as [string, string][]) : []),
    ...(typeof threshold === 'number' ? ([['Threshold', number(threshold)]] as [string, string][]) : []),
    ...(typeof p === 'number' ? ([['p', p < 0.0001 ? '< 0.0001' : number(p)]] as [string, string][]) : []),
    ...(typeof level === 'number' ? ([['Judged at the level', number(level)]] as [string, string][]) : []),
    ...(typeof drifted === 'boolean' ? ([['Verdict', drifted ? 'drifted' : 'not drifted']] as [string, string][]) : []),
    ['Rows', formatNumber(n)],
  ];
}
