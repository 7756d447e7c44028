import type { Mark } from '@leeway/contract';
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts';
import { formatNumber, words } from '../lib/format.ts';
import { formatUtc } from '../lib/time.ts';
import type { Detection } from './detections.ts';
import { type Palette, severityColor } from './palette.ts';
import { timeAxis } from './time-axis.ts';
import { tooltipHtml } from './tooltip.ts';

const LANE_OF = { version: 0, run: 1, alert: 2, detector: 3 } as const;
const CROSS = 'path://M2,0 L5,3 L8,0 L10,2 L7,5 L10,8 L8,10 L5,7 L2,10 L0,8 L3,5 L0,2 Z';
const LANE_HEIGHT = 16;
const NARROWEST = 4;
const EDGE_SHARE = 0.12;

/** Rows within a lane, so that what overlaps in time lies below one another: for each item its row. */
export function packRows(items: readonly { from: number; to: number }[]): number[] {
  const ends: number[] = [];
  return items.map(({ from, to }) => {
    const free = ends.findIndex((end) => end <= from);
    const row = free < 0 ? ends.length : free;
    ends[row] = to;
    return row;
  });
}

/** Names of the lanes, from below; that of detectors is there where the monitor has some. */
export const laneNames = (detections: readonly Detection[] | null): string[] => [
  ...['Versions', 'Runs', 'Alerts'],
  ...(detections ? ['Detectors'] : []),
];

/** The lanes above a chart, in which alerts, runs, versions and what detectors found stand at their time. */
export function laneParts(
  marks: Mark[],
  detections: readonly Detection[] | null,
  span: { from: number; to: number },
  palette: Palette,
  axis: number,
) {
  const alerts = marks
    .filter(({ kind }) => kind === 'alert')
    .map((mark) => ({ mark, from: Date.parse(mark.at), to: mark.until ? Date.parse(mark.until) : span.to }))
    .sort((a, b) => a.from - b.from);
  const rows = packRows(alerts);
  const rowCount = Math.max(1, ...rows.map((row) => row + 1));
  const nearEnd = span.to - (span.to - span.from) * EDGE_SHARE;
  const shared = { xAxisIndex: axis, yAxisIndex: axis };
  return {
    xAxis: {
      ...timeAxis(palette, span),
      gridIndex: axis,
      axisLabel: { show: false },
      axisLine: { show: false },
      axisPointer: { show: false },
    },
    yAxis: {
      type: 'category' as const,
      gridIndex: axis,
      data: laneNames(detections),
      axisLine: { show: false },
      axisTick: { show: false },
      // A pointer along the axis would take the place of what is told of a mark.
      axisPointer: { show: false },
      axisLabel: { color: palette.dim, fontSize: 11 },
    },
    series: [
      {
        ...shared,
        type: 'custom' as const,
        id: 'alerts',
        clip: true,
        encode: { x: [0, 1], y: 2 },
        dimensions: ['from', 'to', 'lane', 'row', 'rows'],
        renderItem: renderAlert,
        tooltip: { trigger: 'item', formatter: ({ data }: { data: { mark: Mark } }) => describeMark(data.mark) },
        data: alerts.map(({ mark, from, to }, i) => ({
          value: [from, to, LANE_OF.alert, rows[i], rowCount],
          itemStyle: { color: severityColor(palette, mark.state) },
          mark,
        })),
      },
      {
        ...shared,
        type: 'scatter' as const,
        id: 'events',
        symbolSize: 9,
        label: { show: true, position: 'right', distance: 4, color: palette.text, fontSize: 11, formatter: '{b}' },
        labelLayout: { hideOverlap: true },
        z: 6,
        tooltip: { trigger: 'item', formatter: ({ data }: { data: { mark: Mark } }) => describeMark(data.mark) },
        data: marks
          .filter(({ kind }) => kind !== 'alert')
          .map((mark) => ({
            name: mark.label,
            value: [Date.parse(mark.at), LANE_OF[mark.kind]],
            label: { position: Date.parse(mark.at) > nearEnd ? ('left' as const) : ('right' as const) },
            ...symbolOf(mark, palette),
            mark,
          })),
      },
      {
        ...shared,
        type: 'scatter' as const,
        id: 'detections',
        symbol: 'rect',
        itemStyle: { color: palette.warning },
        tooltip: {
          trigger: 'item',
          formatter: ({ data }: { data: { detection: Detection } }) => describeDetection(data.detection),
        },
        data: detectionItems(detections ?? []),
      },
    ],
  };
}

/** Each stream has its own row within the lane, so that one that finds much does not hide the others. */
function detectionItems(detections: readonly Detection[]) {
  const streamOf = ({ detector, on }: Detection) => `${detector} ${on}`;
  const streams = [...new Set(detections.map(streamOf))].sort();
  const height = LANE_HEIGHT / Math.max(1, streams.length);
  return detections.map((detection) => ({
    value: [detection.at, LANE_OF.detector],
    symbolSize: [3, Math.max(2, height - 1)],
    symbolOffset: [0, (streams.indexOf(streamOf(detection)) - (streams.length - 1) / 2) * height],
    detection,
  }));
}

/** A bar from the firing of an alert to its end, at least wide enough to be seen and hit. */
function renderAlert(params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) {
  const [left = 0, y = 0] = api.coord([api.value(0), api.value(2)]);
  const [right = 0] = api.coord([api.value(1), api.value(2)]);
  const area = params.coordSys as unknown as { x: number; width: number };
  const x = Math.max(left, area.x);
  const width = Math.max(NARROWEST, Math.min(right, area.x + area.width) - x);
  const rows = Number(api.value(4));
  const row = LANE_HEIGHT / Math.max(2, rows);
  const top = y - (rows * row) / 2 + Number(api.value(3)) * row;
  return {
    type: 'rect' as const,
    shape: { x, y: top, width, height: row - 1, r: 2 },
    style: { fill: api.visual('color') as string },
  };
}

function symbolOf({ kind, state }: Mark, palette: Palette) {
  if (kind === 'version') return { symbol: 'diamond', symbolSize: 11, itemStyle: { color: palette.good } };
  if (state === 'promoted') return { symbol: 'triangle', itemStyle: { color: palette.good } };
  if (['rejected', 'vetoed', 'failed', 'cancelled'].includes(state)) {
    return { symbol: CROSS, symbolSize: 8, itemStyle: { color: palette.dim } };
  }
  return { symbol: 'circle', itemStyle: { color: palette.accent } };
}

function describeMark({ kind, label, state, at, until }: Mark): string {
  const rows: [string, string][] = [[kind === 'version' ? 'Serves since' : 'Since', formatUtc(at)]];
  if (until) rows.push(['Until', formatUtc(until)]);
  if (kind === 'version') return tooltipHtml(`Version ${label}`, rows, state);
  return tooltipHtml(`${kind === 'alert' ? 'Alert' : 'Run'} ${label}`, [
    [kind === 'alert' ? 'Severity' : 'State', words(state)],
    ...rows,
  ]);
}

function describeDetection({ at, detector, on, version, index, count }: Detection): string {
  return tooltipHtml(`Change found by ${detector}`, [
    ['At', formatUtc(new Date(at).toISOString())],
    ['In', on],
    ...(version ? [['Version', version] as const] : []),
    ...(index === null ? [] : [['Row of the stream', formatNumber(index)] as const]),
    ...(count > 1 ? [['Changes in the window', formatNumber(count)] as const] : []),
  ]);
}
