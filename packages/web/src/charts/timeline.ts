import type { Mark } from '@leeway/contract';
import type { EChartsCoreOption } from 'echarts/core';
import { formatMetric, formatNumber, formatShare, formatTick } from '../lib/format.ts';
import { describeMetric } from '../lib/metrics.ts';
import { formatWindow } from '../lib/time.ts';
import type { Detection } from './detections.ts';
import { laneNames, laneParts } from './lanes.ts';
import { type Palette, severityColor } from './palette.ts';
import { gapsOf, middle, type Point, STATUS_WORDS } from './series.ts';
import type { ThresholdLine } from './thresholds.ts';
import { timeAxis } from './time-axis.ts';
import {
  base,
  coverageAxis,
  coverageSeries,
  estimateSeries,
  intervalSeries,
  referenceSeries,
  shadowSeries,
  thresholdSeries,
  tooFewSeries,
  usable,
} from './timeline-parts.ts';
import { tooltipHtml, tooltipStyle } from './tooltip.ts';

export interface TimelineInput {
  metric: string;
  points: Point[];
  span: { from: number; to: number };
  thresholds: ThresholdLine[];
  /** What happened, for the lanes. */
  marks: Mark[];
  /** Those of them that are about this metric: they shade the chart. */
  shaded: Mark[];
  /** Other versions that scored the same rows. */
  shadows: { version: string; points: Point[] }[];
  /** What was estimated of the same windows before their labels came; empty where nothing was. */
  estimates: Point[];
  /** What streaming detectors found, for a lane of their own; null without one. */
  detections: Detection[] | null;
  /** With lanes of alerts, runs and versions above and label coverage below; without, the lines alone. */
  full: boolean;
  /** Whether the axis need not begin at 0 where it is small too. */
  zoom?: boolean;
  palette: Palette;
}

const LANES = { axis: 1, top: 4, each: 22 };
const COVERAGE = { axis: 2, height: 34 };
const RIGHT = 84;

/** A metric over time: interval, threshold, reference, what happened meanwhile, and where there is nothing to show, why. */
export function timelineOption(input: TimelineInput): EChartsCoreOption {
  const { metric, points, span, marks, full, palette } = input;
  const { unit } = describeMetric(metric);
  const ofOne = unit === 'share' || metric.endsWith('_ratio');
  const coverage = full && points.some((point) => point.coverage !== null);
  const laneHeight = laneNames(input.detections).length * LANES.each;
  const top = full ? LANES.top + laneHeight + 14 : 12;
  const bottom = coverage ? COVERAGE.height + 46 : 26;
  const side = { left: 58, right: full ? RIGHT : 14 };
  const lanes = full ? laneParts(marks, input.detections, span, palette, LANES.axis) : null;
  return {
    useUTC: true,
    animation: false,
    aria: { enabled: false },
    grid: [
      { ...side, top, bottom },
      { ...side, top: LANES.top, height: laneHeight },
      { ...side, bottom: 22, height: COVERAGE.height },
    ].slice(0, full ? (coverage ? 3 : 2) : 1),
    axisPointer: { link: [{ xAxisIndex: 'all' }], lineStyle: { color: palette.dim, type: 'solid', width: 1 } },
    xAxis: [
      { ...timeAxis(palette, span), ...(coverage ? { axisLabel: { show: false } } : {}) },
      ...(lanes ? [lanes.xAxis] : []),
      ...(coverage ? [{ ...timeAxis(palette, span), gridIndex: COVERAGE.axis, containShape: false }] : []),
    ],
    yAxis: [
      {
        type: 'value',
        scale: full || input.zoom === true,
        max: ({ max }: { max: number }) =>
          ofOne && max > 0.9 && max <= 1 ? 1 : unit === 'share' && max === 0 ? 0.012 : null,
        splitNumber: full ? 5 : 3,
        axisLabel: { color: palette.dim, fontSize: 11, formatter: (value: number) => formatTick(metric, value) },
        splitLine: { lineStyle: { color: palette.line } },
      },
      ...(lanes ? [lanes.yAxis] : []),
      ...(coverage ? [coverageAxis(palette, COVERAGE.axis)] : []),
    ],
    tooltip: {
      trigger: 'axis',
      ...tooltipStyle(palette),
      formatter: tooltipOf(input),
    },
    series: [
      ...intervalSeries(points, palette.accent),
      ...estimateSeries(input.estimates, palette, full),
      ...referenceSeries(points, palette, full),
      ...thresholdSeries(points, input.thresholds, palette, full),
      ...input.shadows.map((shadow, i) =>
        shadowSeries(shadow, palette.shadows[i % palette.shadows.length]!, palette, full),
      ),
      valueSeries(input),
      tooFewSeries(points, palette),
      ...(lanes ? lanes.series : []),
      ...(coverage ? [coverageSeries(points, palette, COVERAGE.axis)] : []),
    ],
  };
}

function valueSeries({ points, marks, shaded, span, full, palette }: TimelineInput) {
  const lone = points.filter(
    (point, i) => point.status === 'ok' && points[i - 1]?.status !== 'ok' && points[i + 1]?.status !== 'ok',
  );
  const few = points.length <= 45;
  return {
    ...base,
    id: 'value',
    z: 5,
    data: points.map((point) => ({
      value: [middle(point), usable(point)],
      symbol: few || lone.includes(point) ? 'circle' : 'none',
    })),
    symbolSize: 5,
    showSymbol: true,
    lineStyle: { color: palette.accent, width: 2 },
    itemStyle: { color: palette.accent },
    connectNulls: false,
    markArea: { silent: true, data: [...gapAreas(points, palette), ...alertAreas(shaded, span, palette)] },
    markLine: { silent: true, symbol: 'none', data: full ? eventLines(marks, palette) : [] },
  };
}

function gapAreas(points: Point[], palette: Palette) {
  return gapsOf(points).map(({ start, end, status, windows }) => [
    {
      xAxis: start,
      itemStyle: { color: palette.gap },
      label: {
        show: windows / points.length > 0.12,
        formatter: STATUS_WORDS[status],
        color: palette.dim,
        fontSize: 11,
        position: 'insideBottom',
      },
    },
    { xAxis: end },
  ]);
}

function alertAreas(marks: Mark[], span: { from: number; to: number }, palette: Palette) {
  return marks
    .filter(({ kind }) => kind === 'alert')
    .map(({ at, until, state }) => [
      {
        xAxis: Math.max(span.from, Date.parse(at)),
        itemStyle: { color: severityColor(palette, state), opacity: 0.12 },
      },
      { xAxis: Math.min(span.to, until ? Date.parse(until) : span.to) },
    ]);
}

function eventLines(marks: Mark[], palette: Palette) {
  return marks
    .filter(({ kind }) => kind !== 'alert')
    .map(({ at, kind }) => ({
      xAxis: Date.parse(at),
      label: { show: false },
      lineStyle: {
        color: kind === 'version' ? palette.good : palette.dim,
        type: kind === 'version' ? 'solid' : 'dotted',
        width: 1,
      },
    }));
}

/** What a window was, in words; also where it has no number. */
export function describePoint(metric: string, point: Point): (readonly [string, string])[] {
  const interval = point.lower !== null && point.upper !== null;
  return [
    [
      describeMetric(metric).label,
      point.value === null ? STATUS_WORDS[point.status] : formatMetric(metric, point.value),
    ],
    ...(point.status !== 'ok' && point.value !== null ? [['State', STATUS_WORDS[point.status]] as const] : []),
    ...(interval
      ? [['Interval', `${formatMetric(metric, point.lower)} to ${formatMetric(metric, point.upper)}`] as const]
      : []),
    ...(point.reference === null ? [] : [['Reference', formatMetric(metric, point.reference)] as const]),
    ['Rows', formatNumber(point.n)],
    ...(point.coverage === null ? [] : [['With label', formatShare(point.coverage)] as const]),
    ...(point.revision > 0 ? [['Revision', String(point.revision)] as const] : []),
  ];
}

function describeEstimate(metric: string, { status, reason, value, lower, upper }: Point): readonly [string, string] {
  if (status !== 'ok') return ['Estimate', reason.startsWith('withdrawn') ? 'withdrawn' : STATUS_WORDS[status]];
  const interval =
    lower === null || upper === null ? '' : ` (${formatMetric(metric, lower)} to ${formatMetric(metric, upper)})`;
  return ['Estimate', `${formatMetric(metric, value)}${interval}`];
}

function tooltipOf({ metric, points, thresholds, shadows, estimates }: TimelineInput) {
  const index = new Map(points.map((point, i) => [middle(point), i]));
  return (hovered: { axisValue: number }[]) => {
    const i = index.get(Number(hovered[0]?.axisValue));
    const point = i === undefined ? undefined : points[i];
    if (i === undefined || !point) return '';
    const lines = thresholds.map(
      ({ side, values, rule }) =>
        [
          `${rule === null ? 'Out of bounds' : 'Alert'} ${side}`,
          `${formatMetric(metric, values[i])}${rule === null ? '' : ` (${rule})`}`,
        ] as const,
    );
    const others = shadows.flatMap(({ version, points: theirs }) => {
      const same = theirs.find(({ start }) => start === point.start);
      return same ? [[`${version} in shadow`, formatMetric(metric, same.value)] as const] : [];
    });
    const estimate = estimates.find(({ start }) => start === point.start);
    const title = formatWindow(new Date(point.start).toISOString(), new Date(point.end).toISOString());
    const without = estimate?.status === 'insufficient' ? `No estimate: ${estimate.reason}` : '';
    return tooltipHtml(
      title,
      [...describePoint(metric, point), ...(estimate ? [describeEstimate(metric, estimate)] : []), ...lines, ...others],
      [point.reason, without].filter((text) => text !== '').join('. '),
    );
  };
}
