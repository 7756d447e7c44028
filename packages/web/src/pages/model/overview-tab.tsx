import type { Measurement } from '@leeway/contract';
import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { alertsQuery, measurementsQuery, type WindowInfo, windowsQuery } from '../../api/queries.ts';
import { groupBy, toPoints } from '../../charts/series.ts';
import { TimelineLegend } from '../../components/chart-legend.tsx';
import { Load } from '../../components/load.tsx';
import { Nothing, Section } from '../../components/page.tsx';
import { describeMetric, PERFORMANCE_METRICS } from '../../lib/metrics.ts';
import { endOf } from '../../lib/time.ts';
import { MetricTiles } from './metric-tiles.tsx';
import { MetricTimeline } from './metric-timeline.tsx';
import { SliceSection } from './slice-section.tsx';
import type { ModelView } from './view.ts';

/** Labels that take longer than this make the tiles wait; the chart of a metric shows the whole time. */
const RECENT_MS = 10 * 86_400_000;

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
  const chosen = metrics.includes(search.metric ?? '') ? search.metric! : metrics[0]!;
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
      <ChosenMetric view={view} metric={chosen} windows={windows} />
      <SliceSection view={view} metric={chosen} />
    </Stack>
  );
}

/** One metric over the whole time, of what served and of the versions that ran in the shadow. */
function ChosenMetric({ view, metric, windows }: { view: ModelView; metric: string; windows: WindowInfo[] }) {
  const { name, config, monitor, span } = view;
  const query = useQuery(measurementsQuery(name, { metric: [metric], monitor, version: '*', ...span }));
  const { points, shadows } = useMemo(() => {
    const { '': served = [], ...others } = Object.fromEntries(groupBy(query.data ?? [], 'version'));
    return {
      points: toPoints(served, windows),
      shadows: Object.entries(others).map(([version, theirs]) => ({ version, points: toPoints(theirs) })),
    };
  }, [query.data, windows]);
  const ruled = config.rules.some((rule) => rule.metric === metric);
  const { label, better } = describeMetric(metric);
  return (
    <Section
      title={label}
      note={<Note better={better} />}
      actions={
        <TimelineLegend
          interval={points.some(({ lower }) => lower !== null)}
          reference={points.some(({ reference }) => reference !== null)}
          threshold={ruled}
          alert={ruled}
        />
      }
    >
      <Load query={query} height={396}>
        {() => <MetricTimeline view={view} metric={metric} points={points} shadows={shadows} full height={396} />}
      </Load>
    </Section>
  );
}

function Note({ better }: { better: 'higher' | 'lower' | null }) {
  return better === null ? 'per window, UTC' : `${better} is better; per window, UTC`;
}

/** The last window whose labels are in: the windows after it can't have a value yet. */
function lastMeasured(points: ReturnType<typeof toPoints> = []) {
  return points.findLast(({ status }) => status !== 'waiting') ?? points.at(-1);
}
