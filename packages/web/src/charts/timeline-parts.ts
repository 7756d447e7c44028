import type { Palette } from './palette.ts';
import { gapsOf, middle, type Point } from './series.ts';
import type { ThresholdLine } from './thresholds.ts';

/** What a timeline shows beside the value itself: interval, reference, thresholds, other versions, coverage. */

export const base = { type: 'line' as const, xAxisIndex: 0, yAxisIndex: 0, symbol: 'none', silent: true };
export const usable = (point: Point) => (point.status === 'ok' ? point.value : null);

/** The band is two stacked lines: an unseen one at the lower end and the width of the interval above it. */
export function intervalSeries(points: Point[], color: string, of = '') {
  const known = (point: Point) => point.status === 'ok' && point.lower !== null && point.upper !== null;
  if (!points.some(known)) return [];
  const stacked = { ...base, stack: `${of}interval`, stackStrategy: 'all', lineStyle: { opacity: 0 } };
  return [
    { ...stacked, id: `${of}lower`, data: points.map((point) => [middle(point), known(point) ? point.lower : null]) },
    {
      ...stacked,
      id: `${of}width`,
      areaStyle: { color, opacity: 0.16 },
      data: points.map((point) => [middle(point), known(point) ? point.upper! - point.lower! : null]),
    },
  ];
}

/** Says at the right end of a line what it is; on the colour of the page, since the value may run below. */
const endLabel = (text: string, color: string, palette: Palette) => ({
  show: true,
  formatter: text,
  color,
  fontSize: 11,
  distance: 4,
  backgroundColor: palette.surface,
  padding: [1, 2],
});
const unstacked = { labelLayout: { moveOverlap: 'shiftY' as const } };

export function referenceSeries(points: Point[], palette: Palette, full: boolean) {
  if (!points.some(({ reference }) => reference !== null)) return [];
  return [
    {
      ...base,
      ...unstacked,
      id: 'reference',
      data: points.map((point) => [middle(point), point.reference]),
      connectNulls: true,
      step: 'middle',
      lineStyle: { color: palette.reference, width: 1.25 },
      ...(full ? { endLabel: endLabel('reference', palette.dim, palette) } : {}),
    },
  ];
}

export function thresholdSeries(points: Point[], thresholds: ThresholdLine[], palette: Palette, full: boolean) {
  return thresholds.map(({ rule, side, values }) => ({
    ...base,
    ...unstacked,
    id: `threshold ${rule} ${side}`,
    data: points.map((point, i) => [middle(point), values[i]]),
    connectNulls: true,
    step: 'middle',
    lineStyle: { color: palette.threshold, width: 1.25, type: 'dashed' },
    ...(full ? { endLabel: endLabel(`${side} = alert`, palette.threshold, palette) } : {}),
  }));
}

export function shadowSeries(
  { version, points }: { version: string; points: Point[] },
  color: string,
  palette: Palette,
  full: boolean,
) {
  return {
    ...base,
    ...unstacked,
    id: `shadow ${version}`,
    z: 4,
    data: points.map((point) => [middle(point), usable(point)]),
    lineStyle: { color, width: 1.5, type: [6, 3] },
    ...(full ? { endLabel: endLabel(version, color, palette) } : {}),
  };
}

/** What was estimated before the labels came, and the windows in which that can't be told or trusted. */
export function estimateSeries(points: Point[], palette: Palette, full: boolean) {
  if (points.length === 0) return [];
  const gaps = gapsOf(points).filter(({ status }) => status === 'insufficient');
  const withdrawn = gaps.map(({ start, end, windows }) => [
    {
      xAxis: start,
      itemStyle: { color: palette.estimate, opacity: 0.1 },
      label: {
        show: windows / points.length > 0.12,
        formatter: 'no estimate',
        color: palette.estimate,
        fontSize: 11,
        position: 'insideTop',
      },
    },
    { xAxis: end },
  ]);
  return [
    ...intervalSeries(points, palette.estimate, 'estimate '),
    {
      ...base,
      ...unstacked,
      id: 'estimate',
      z: 4,
      data: points.map((point) => [middle(point), usable(point)]),
      lineStyle: { color: palette.estimate, width: 1.75 },
      markArea: { silent: true, data: withdrawn },
      ...(full ? { endLabel: endLabel('estimate', palette.estimate, palette) } : {}),
    },
  ];
}

/** Numbers of windows with too few rows are shown, hollow and apart from the line. */
export function tooFewSeries(points: Point[], palette: Palette) {
  return {
    type: 'scatter' as const,
    id: 'too few',
    xAxisIndex: 0,
    yAxisIndex: 0,
    silent: true,
    symbolSize: 6,
    itemStyle: { color: palette.surface, borderColor: palette.dim, borderWidth: 1.25 },
    data: points
      .filter((point) => point.status === 'insufficient' && point.value !== null)
      .map((point) => [middle(point), point.value]),
  };
}

export function coverageAxis(palette: Palette, axis: number) {
  return {
    type: 'value',
    gridIndex: axis,
    min: 0,
    max: 1,
    interval: 1,
    axisLabel: { color: palette.dim, fontSize: 11, formatter: (value: number) => `${value * 100} %` },
    splitLine: { lineStyle: { color: palette.line } },
  };
}

export function coverageSeries(points: Point[], palette: Palette, axis: number) {
  return {
    type: 'bar' as const,
    id: 'coverage',
    xAxisIndex: axis,
    yAxisIndex: axis,
    silent: true,
    barCategoryGap: '15%',
    barMaxWidth: 14,
    itemStyle: { color: palette.reference, opacity: 0.55 },
    data: points.map((point) => [middle(point), point.coverage]),
  };
}
