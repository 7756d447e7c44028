import { Select, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { measurementsQuery, metricsQuery } from '../../api/queries.ts';
import { groupBy, toPoints } from '../../charts/series.ts';
import { Load } from '../../components/load.tsx';
import { Nothing, Section } from '../../components/page.tsx';
import { describeMetric, PERFORMANCE_METRICS } from '../../lib/metrics.ts';
import { MetricTimeline } from './metric-timeline.tsx';
import { RelationSection } from './relation-section.tsx';
import type { ModelView } from './view.ts';

/** A number of the business over time, and how it goes with a metric of the model. */
export function KpiTab({ view }: { view: ModelView }) {
  const { name, config, monitor, span, search, change } = view;
  const kpi = config.kpis.find((one) => one.name === search.kpi) ?? config.kpis[0];
  const offered = useOffered(view);
  const metric = offered.includes(search.metric ?? '') ? search.metric! : offered[0]!;
  const id = `kpi.${kpi?.name}`;
  const query = useQuery(measurementsQuery(name, { metric: [id, metric], monitor, ...span }));
  const points = useMemo(() => {
    const groups = groupBy(query.data ?? [], 'metric');
    return { kpi: toPoints(groups.get(id) ?? []), metric: toPoints(groups.get(metric) ?? []) };
  }, [query.data, id, metric]);
  if (!kpi) return <Nothing>This model has no KPI: its configuration has no `kpis`.</Nothing>;
  return (
    <Stack gap="md">
      <Section
        title={kpi.description ?? describeMetric(id).label}
        note={[kpi.unit, `${kpi.aggregate} of each window`].filter(Boolean).join(', ')}
        actions={
          config.kpis.length > 1 && (
            <Select
              aria-label="KPI"
              size="xs"
              w={190}
              allowDeselect={false}
              value={kpi.name}
              data={config.kpis.map(({ name: value }) => ({ value, label: describeMetric(`kpi.${value}`).label }))}
              onChange={(value) => change({ kpi: value ?? undefined })}
            />
          )
        }
      >
        <Load query={query} height={260}>
          {() =>
            points.kpi.length === 0 ? (
              <Nothing>No window of this time has a number of it.</Nothing>
            ) : (
              <MetricTimeline view={view} metric={id} points={points.kpi} full height={280} />
            )
          }
        </Load>
      </Section>
      <Section
        title={describeMetric(metric).label}
        note="to compare it with"
        actions={
          <Select
            aria-label="Metric to compare with"
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
        <MetricTimeline view={view} metric={metric} points={points.metric} full height={280} />
      </Section>
      <RelationSection view={view} kpi={kpi.name} metric={metric} />
    </Stack>
  );
}

/** The metrics of the task first, then whatever else has one number a window. */
function useOffered({ name, config }: ModelView): string[] {
  const known = useQuery(metricsQuery(name)).data;
  return useMemo(() => {
    const others = (known ?? []).filter(({ id, of }) => of === 'model' && !id.startsWith('kpi.'));
    return [...new Set([...PERFORMANCE_METRICS[config.task], ...others.map(({ id }) => id)])];
  }, [known, config.task]);
}
