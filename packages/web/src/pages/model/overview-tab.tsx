import type { Measurement } from '@leeway/contract';
import { Select, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { alertsQuery, measurementsQuery, metricsQuery, type WindowInfo, windowsQuery } from '../../api/queries.ts';
import { detectionsOf } from '../../charts/detections.ts';
import { groupBy, toPoints } from '../../charts/series.ts';
import { TimelineLegend } from '../../components/chart-legend.tsx';
import { Load } from '../../components/load.tsx';
import { Nothing, Section } from '../../components/page.tsx';
import { describeMetric, PERFORMANCE_METRICS } from '../../lib/metrics.ts';
import { endOf } from '../../lib/time.ts';
import { EstimateSection } from './estimate-section.tsx';
import { MetricTiles } from './metric-tiles.tsx';
import { MetricTimeline } from './metric-timeline.tsx';
import { SliceSection } from './slice-section.tsx';
import type { ModelView } from './view.ts';
import { WorstSlices } from './worst-slices.tsx';

/** Labels that take longer than this make the tiles wait; the chart of a metric shows the whole time. */
const RECENT_MS = 10 * 86_400_000;
const HEIGHT = 396;

export function OverviewTab({ view }: { view: ModelView }) {
  const { name, config, monitor, span, windowMs } = view;
  const metrics = PERFORMANCE_METRICS[config.task];
  const recent = useMemo(() => endOf(span, Math.max(RECENT_MS, 3 * windowMs)), [span, windowMs]);
  const measurements = useQuery(measurementsQuery(name, { metric: [...metrics], monitor, ...recent }));
  const windows = useQuery(windowsQuery(name, span));
  return (
    <Load query={windows} height={420}>
      {(all) => (
        <Load query={measurements} height={420}>
          {(data) => (
            <Performance
              view={view}
              metrics={metrics}
              measurements={data}
              windows={all.filter((window) => window.monitor === monitor)}
            />
          )}
        </Load>
      )}
    </Load>
  );
}

interface PerformanceProps {
  view: ModelView;
  metrics: readonly string[];
  measurements: Measurement[];
  windows: WindowInfo[];
}

function Performance({ view, metrics, measurements, windows }: PerformanceProps) {
  const { name, monitor, search, change } = view;
  const offered = useOffered(view, metrics);
  const chosen = offered.includes(search.metric ?? '') ? search.metric! : metrics[0]!;
  const latest = useMemo(() => {
    const groups = groupBy(measurements, 'metric');
    return new Map(metrics.map((metric) => [metric, lastMeasured(toPoints(groups.get(metric) ?? [], windows))]));
  }, [measurements, metrics, windows]);
  const alerts = useQuery(alertsQuery({ model: name, state: 'firing' })).data;
  const firing = useMemo(() => new Set(alerts?.map(({ metric }) => metric)), [alerts]);
  if (windows.length === 0 && measurements.length === 0) {
    return (
      <Nothing>
        No window of the monitor {monitor} has closed in this time. A window closes when its end and its grace have
        passed; choose a longer time to look further back.
      </Nothing>
    );
  }
  return (
    <Stack gap="md">
      <MetricTiles
        metrics={metrics}
        latest={(metric) => latest.get(metric)}
        firing={firing}
        chosen={chosen}
        onChoose={(metric) => change({ metric })}
      />
      <ChosenMetric view={view} metric={chosen} offered={offered} windows={windows} />
      <SliceSection view={view} metric={chosen} />
      <WorstSlices view={view} />
    </Stack>
  );
}

/** What can be chosen: the metrics of the tiles, and the others that the server knows for the task. */
function useOffered({ name }: ModelView, metrics: readonly string[]): string[] {
  const known = useQuery(metricsQuery(name)).data;
  return useMemo(() => {
    const others = (known ?? []).filter(
      ({ id, of }) => of === 'model' && (!id.includes('.') || id.startsWith('value.')),
    );
    return [...new Set([...metrics, ...others.map(({ id }) => id)])];
  }, [known, metrics]);
}

interface ChosenMetricProps {
  view: ModelView;
  metric: string;
  offered: string[];
  windows: WindowInfo[];
}

/** One metric over the whole time, of what served and of the versions that ran in the shadow, beside its estimate. */
function ChosenMetric({ view, metric, offered, windows }: ChosenMetricProps) {
  const { name, config, monitor, span, change } = view;
  const ids = [metric, `estimated.${metric}`];
  const query = useQuery(measurementsQuery(name, { metric: ids, monitor, version: '*', ...span }));
  const found = useQuery(
    measurementsQuery(name, { metric: ['detector.*'], monitor, column: '*', version: '*', ...span }),
  ).data;
  const detections = useMemo(() => (found && found.length > 0 ? detectionsOf(found) : null), [found]);
  const { points, estimates, shadows } = useMemo(() => {
    const own = groupBy(query.data ?? [], 'metric');
    const estimated = (own.get(`estimated.${metric}`) ?? []).filter(({ version }) => version === '');
    const empty = windows.filter(({ rows }) => rows === 0);
    const { '': served = [], ...others } = Object.fromEntries(groupBy(own.get(metric) ?? [], 'version'));
    return {
      points: toPoints(served, windows),
      estimates: estimated.length === 0 ? [] : toPoints(estimated, empty),
      shadows: Object.entries(others).map(([version, theirs]) => ({ version, points: toPoints(theirs) })),
    };
  }, [query.data, windows, metric]);
  const ruled = config.rules.some((rule) => rule.metric === metric);
  const { label, better } = describeMetric(metric);
  return (
    <>
      <Section
        title={label}
        note={<Note better={better} />}
        actions={
          <Select
            aria-label="Metric of the chart, any"
            size="xs"
            w={230}
            searchable
            allowDeselect={false}
            value={metric}
            data={offered.map((value) => ({ value, label: describeMetric(value).label }))}
            onChange={(value) => change({ metric: value ?? undefined })}
          />
        }
      >
        <TimelineLegend
          interval={points.some(({ lower }) => lower !== null)}
          reference={points.some(({ reference }) => reference !== null)}
          estimate={estimates.length > 0}
          threshold={ruled}
          alert={ruled}
        />
        <Load query={query} height={HEIGHT}>
          {() => (
            <MetricTimeline
              view={view}
              metric={metric}
              points={points}
              shadows={shadows}
              estimates={estimates}
              detections={detections}
              full
              height={detections ? HEIGHT + 22 : HEIGHT}
            />
          )}
        </Load>
      </Section>
      {estimates.length > 0 && <EstimateSection view={view} metric={metric} estimates={estimates} />}
    </>
  );
}

function Note({ better }: { better: 'higher' | 'lower' | null }) {
  return better === null ? 'per window, UTC' : `${better} is better; per window, UTC`;
}

/** The last window whose labels are in: the windows after it can't have a value yet. */
function lastMeasured(points: ReturnType<typeof toPoints> = []) {
  return points.findLast(({ status }) => status !== 'waiting') ?? points.at(-1);
}
