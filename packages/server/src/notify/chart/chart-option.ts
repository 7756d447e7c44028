import type { EChartsCoreOption } from 'echarts/core';
import { cut, formatTime, formatValue } from '../format.ts';
import type { ChartData } from './chart-data.ts';

export const CHART_WIDTH = 640;
export const CHART_HEIGHT = 240;

const INK = '#212529';
const DIM = '#495057';
const LINE = '#dee2e6';
const BLUE = '#1864ab';
const RED = '#c92a2a';
const GREY = '#868e96';
const VIOLET = '#5f3dc4';

const FONT = 'DejaVu Sans';
const TOP = 58;
const BOTTOM = 40;
const PLOT_HEIGHT = CHART_HEIGHT - TOP - BOTTOM;
/** Of the digits of DejaVu Sans at the size of the labels, in pixels, and a little more. */
const CHARACTER = 7.2;
const MOST_TICKS = 6;
/** Labels nearer than this would touch, in pixels. */
const LABEL_ROOM = 13;
const DAY = 86_400_000;

/** The picture as options of ECharts: on light ground, readable in a mail, with every line named at its end. */
export function chartOption(data: ChartData): EChartsCoreOption {
  const { points, metric } = data;
  const times = points.map(({ at }) => at);
  const [first, last] = [times[0]!, times.at(-1)!];
  const { min, max } = extent(data);
  const lines = levelsOf(data);
  const step = Math.ceil(times.length / MOST_TICKS);
  const ticks = times.filter((_, i) => (times.length - 1 - i) % step === 0);
  const line = (name: string, values: (number | null)[], over: object) => ({
    type: 'line',
    name,
    data: values.map((value, i) => [times[i], value]),
    showSymbol: false,
    silent: true,
    lineStyle: { opacity: 0 },
    ...over,
  });
  const banded = points.some(({ lower, upper }) => lower !== null && upper !== null);
  const band = banded
    ? [
        line(
          'lower',
          points.map(({ lower, upper }) => (upper === null ? null : lower)),
          { stack: 'band', stackStrategy: 'all' },
        ),
        line(
          'interval',
          points.map(({ lower, upper }) => (lower === null || upper === null ? null : upper - lower)),
          {
            stack: 'band',
            stackStrategy: 'all',
            areaStyle: { color: BLUE, opacity: 0.15 },
          },
        ),
      ]
    : [];
  return {
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: FONT, fontSize: 11, color: INK },
    title: {
      text: cut(data.title, 72),
      subtext: legendText(data, banded),
      left: 12,
      top: 8,
      itemGap: 5,
      textStyle: { fontFamily: FONT, fontSize: 13, fontWeight: 'bold', color: INK },
      subtextStyle: { fontFamily: FONT, fontSize: 11, color: DIM },
    },
    grid: {
      top: TOP,
      bottom: BOTTOM,
      left: Math.max(44, widest([min, max], metric) + 16),
      right: Math.max(24, ...lines.map(({ text }) => text.length * CHARACTER + 14)),
    },
    xAxis: {
      type: 'time',
      min: first,
      max: last,
      axisLine: { onZero: false, lineStyle: { color: GREY } },
      axisTick: { lineStyle: { color: GREY }, customValues: ticks },
      axisLabel: {
        color: DIM,
        fontSize: 11,
        customValues: ticks,
        formatter: (at: number) => tickText(at, last - first > 3 * DAY),
      },
      name: 'start of the window, UTC',
      nameLocation: 'middle',
      nameGap: 22,
      nameTextStyle: { color: DIM, fontSize: 10 },
    },
    yAxis: {
      type: 'value',
      min,
      max,
      splitNumber: 4,
      axisLabel: {
        color: DIM,
        fontSize: 11,
        // The ends of the axis are no round numbers.
        showMinLabel: min === 0,
        showMaxLabel: false,
        formatter: (value: number) => formatValue(metric, Number(value.toPrecision(6))),
      },
      splitLine: { showMaxLine: false, lineStyle: { color: LINE } },
    },
    series: [
      ...band,
      line(
        'value',
        points.map(({ value }) => value),
        { lineStyle: { color: BLUE, width: 2, opacity: 1 }, itemStyle: { color: BLUE }, z: 3 },
      ),
      {
        type: 'scatter',
        name: 'bad',
        data: marked(points),
        itemStyle: { opacity: 1 },
        z: 4,
        silent: true,
        markLine: {
          silent: true,
          symbol: 'none',
          animation: false,
          data: [
            ...levels(),
            ...data.deploys.map(({ at, label }, i) => ({
              xAxis: Math.min(at, last),
              lineStyle: { color: VIOLET, type: [3, 3], width: 1 },
              label: {
                // Of deploys that stand close together the last is named.
                show: farFromNext(data.deploys, i, (last - first) / 10),
                formatter: cut(label, 12),
                position: 'end',
                distance: 2,
                color: VIOLET,
                fontFamily: FONT,
                fontSize: 10,
              },
            })),
          ],
        },
      },
    ],
  };

  function levels() {
    const [a, b] = lines;
    const pixels = a && b ? (Math.abs(a.value - b.value) / (max - min)) * PLOT_HEIGHT : Number.POSITIVE_INFINITY;
    const shift = Math.max(0, (LABEL_ROOM - pixels) / 2);
    return lines.map(({ text, value, color, type }, i) => {
      const other = lines[1 - i];
      const up = !other || value > other.value || (value === other.value && i === 0);
      return {
        yAxis: value,
        lineStyle: { color, type, width: 1.5 },
        label: {
          position: 'end',
          formatter: text,
          color,
          fontFamily: FONT,
          fontSize: 11,
          offset: [0, up ? -shift : shift],
        },
      };
    });
  }
}

/** The lines across the picture, with what stands at their ends. */
function levelsOf({ metric, threshold, reference }: ChartData) {
  return [
    { name: 'threshold', value: threshold, color: RED, type: 'dashed' },
    { name: 'reference', value: reference, color: GREY, type: 'dotted' },
  ].flatMap(({ name, value, ...style }) =>
    value === null ? [] : [{ ...style, value, text: `${name} ${formatValue(metric, value)}` }],
  );
}

/** Bad windows, and windows between two without a value, through which no line goes. */
function marked(points: ChartData['points']) {
  return points.flatMap(({ at, value, bad }, i) => {
    if (value === null) return [];
    if (bad) return [{ value: [at, value], symbolSize: 7, itemStyle: { color: RED } }];
    const alone = (points[i - 1]?.value ?? null) === null && (points[i + 1]?.value ?? null) === null;
    return alone ? [{ value: [at, value], symbolSize: 4, itemStyle: { color: BLUE } }] : [];
  });
}

const widest = (values: number[], metric: string): number =>
  Math.max(...values.map((value) => formatValue(metric, Number(value.toPrecision(3))).length)) * CHARACTER;

/** "Jan 8", or "Jan 8 06:00". */
function tickText(at: number, byDay: boolean): string {
  const day = new Date(at).toLocaleDateString('en-US', { month: 'short', day: 'numeric', timeZone: 'UTC' });
  return byDay ? day : `${day} ${formatTime(at).slice(11, 16)}`;
}

/** All that is drawn, and some air; an axis of what cannot be negative does not go below 0. */
function extent({ points, threshold, reference }: ChartData): { min: number; max: number } {
  const drawn = [threshold, reference, ...points.flatMap(({ value, lower, upper }) => [value, lower, upper])].filter(
    (value) => value !== null,
  );
  const [low, high] = [Math.min(...drawn), Math.max(...drawn)];
  const air = (high - low) * 0.08 || Math.abs(high) * 0.1 || 1;
  const floor = low - air;
  return { min: low >= 0 && floor < 0 ? 0 : floor, max: high + air };
}

function legendText({ points, deploys }: ChartData, banded: boolean): string {
  const bad = points.filter((point) => point.bad).length;
  return [
    `${points.length} windows to ${formatTime(points.at(-1)!.at).slice(0, 10)}`,
    ...(bad > 0 ? [`${bad} bad (red)`] : []),
    ...(banded ? ['shaded: interval'] : []),
    ...(deploys.length > 0 ? ['violet: another version serves'] : []),
  ].join('  ·  ');
}

const farFromNext = (deploys: ChartData['deploys'], i: number, room: number): boolean =>
  i === deploys.length - 1 || deploys[i + 1]!.at - deploys[i]!.at > room;
