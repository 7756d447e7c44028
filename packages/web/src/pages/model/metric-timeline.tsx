import type { Mark } from '@leeway/contract';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { marksQuery } from '../../api/queries.ts';
import type { Detection } from '../../charts/detections.ts';
import { type Point, STATUS_WORDS } from '../../charts/series.ts';
import { type ThresholdLine, thresholdsOf } from '../../charts/thresholds.ts';
import { timelineOption } from '../../charts/timeline.ts';
import { Chart, usePalette } from '../../components/chart.tsx';
import { formatMetric } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import type { ModelView } from './view.ts';

interface MetricTimelineProps {
  view: ModelView;
  metric: string;
  column?: string;
  points: Point[];
  shadows?: { version: string; points: Point[] }[];
  /** Estimates of the same windows. */
  estimates?: Point[];
  detections?: Detection[] | null;
  /** Limits that are not those of a rule. */
  bounds?: ThresholdLine[];
  /** With the lanes of events and the coverage of labels. */
  full?: boolean;
  zoom?: boolean;
  height: number;
}

const NO_SHADOWS: { version: string; points: Point[] }[] = [];
const NO_POINTS: Point[] = [];
const NO_BOUNDS: ThresholdLine[] = [];
const NO_MARKS: Mark[] = [];

export function MetricTimeline(props: MetricTimelineProps) {
  const { view, metric, column = '', points, shadows = NO_SHADOWS, full = false, height } = props;
  const { estimates = NO_POINTS, detections = null, bounds = NO_BOUNDS, zoom = false } = props;
  const palette = usePalette();
  const navigate = useNavigate();
  const marks = useQuery(marksQuery(view.name, { from: view.span.from })).data ?? NO_MARKS;
  const option = useMemo(() => {
    const { rules } = view.config;
    const about = new Set(rules.filter((rule) => rule.metric === metric).map(({ name }) => name));
    return timelineOption({
      metric,
      points,
      span: { from: Math.max(Date.parse(view.span.from), points[0]?.start ?? 0), to: Date.parse(view.span.to) },
      thresholds: [...bounds, ...thresholdsOf(rules, { metric, column }, points)],
      marks,
      shaded: marks.filter(({ kind, label }) => kind === 'alert' && about.has(label)),
      shadows,
      estimates,
      detections,
      full,
      zoom,
      palette,
    });
  }, [
    view.config,
    view.span,
    metric,
    column,
    points,
    shadows,
    estimates,
    detections,
    bounds,
    full,
    zoom,
    marks,
    palette,
  ]);

  const open = (data: unknown) => {
    const mark = (data as { mark?: Mark } | undefined)?.mark;
    if (mark?.kind === 'alert') void navigate({ to: '/alerts/$id', params: { id: mark.id } });
    if (mark?.kind === 'run') void navigate({ to: '/runs/$id', params: { id: mark.id } });
    if (mark?.kind === 'version') view.change({ tab: 'versions' });
  };
  return <Chart option={option} height={height} label={inWords(metric, column, points)} onPick={open} />;
}

/** What the picture says first, for those who cannot see it. */
function inWords(metric: string, column: string, points: Point[]): string {
  const last = points.at(-1);
  const name = `${describeMetric(metric).label}${column ? ` of ${column}` : ''}`;
  if (!last) return `${name} over time: no window yet`;
  const now = last.status === 'ok' ? formatMetric(metric, last.value) : STATUS_WORDS[last.status];
  const without = points.filter(({ status }) => status !== 'ok').length;
  return `${name} over ${points.length} windows; the last: ${now}; ${without} without a usable value`;
}
