import type { BacktestEpisode, Mark } from '@leeway/contract';
import type { EChartsCoreOption } from 'echarts/core';
import type { Palette } from './palette.ts';
import { type TimelineInput, timelineOption } from './timeline.ts';

interface BacktestTimeline
  extends Omit<TimelineInput, 'marks' | 'shaded' | 'shadows' | 'estimates' | 'detections' | 'full'> {
  episodes: readonly BacktestEpisode[];
  incidents: readonly { start: string; end?: string | null | undefined; note?: string | null | undefined }[];
  /** Versions and runs of the time. */
  marks: readonly Mark[];
}

/** The metric with the times in which the rule would have fired, and the incidents that it should have told of. */
export function backtestOption(input: BacktestTimeline): EChartsCoreOption {
  const { episodes, incidents, marks, ...rest } = input;
  const fired = episodes.map(
    ({ rule, severity, firedAt, resolvedAt, column, slice }, i): Mark => ({
      ...{ at: firedAt, until: resolvedAt, kind: 'alert', state: severity, id: String(i) },
      label: [rule, column, slice].filter(Boolean).join(' '),
    }),
  );
  const option = timelineOption({
    ...rest,
    ...{ shadows: [], estimates: [], detections: null, full: true, shaded: fired },
    marks: [...marks.filter(({ kind }) => kind !== 'alert'), ...fired],
  });
  const series = option['series'] as unknown[];
  return { ...option, series: [...series, incidentSeries(incidents, rest.span, rest.palette)] };
}

/** Incidents lie as a bar along the foot of the chart. */
function incidentSeries(
  incidents: BacktestTimeline['incidents'],
  span: { from: number; to: number },
  palette: Palette,
) {
  const areas = incidents
    .map(({ start, end, note }) => ({ from: Date.parse(start), to: end ? Date.parse(end) : span.to, note }))
    .filter(({ from, to }) => to > span.from && from < span.to)
    .map(({ from, to, note }) => [
      {
        xAxis: Math.max(from, span.from),
        itemStyle: { color: palette.estimate, opacity: 0.16, borderColor: palette.estimate, borderWidth: 1 },
        label: {
          show: true,
          formatter: note?.slice(0, 40) || 'incident',
          color: palette.estimate,
          fontSize: 11,
          position: 'insideTopLeft',
          overflow: 'truncate',
        },
      },
      { xAxis: Math.min(to, span.to) },
    ]);
  return {
    type: 'line',
    id: 'incidents',
    xAxisIndex: 0,
    yAxisIndex: 0,
    data: [],
    silent: true,
    markArea: { silent: true, data: areas },
  };
}
