import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { measurementsQuery } from '../../api/queries.ts';
import { groupBy, toPoints } from '../../charts/series.ts';
import { Load } from '../../components/load.tsx';
import { Nothing, Section } from '../../components/page.tsx';
import { describeMetric } from '../../lib/metrics.ts';
import { MetricTimeline } from './metric-timeline.tsx';
import type { ModelView } from './view.ts';

const METRICS = ['service.requests', 'service.error_share', 'service.latency_p50', 'service.latency_p95'];

export function ServiceTab({ view }: { view: ModelView }) {
  const { name, monitor, span } = view;
  const query = useQuery(measurementsQuery(name, { metric: METRICS, monitor, ...span }));
  const series = useMemo(() => {
    const groups = groupBy(query.data ?? [], 'metric');
    return METRICS.map((metric) => ({ metric, points: toPoints(groups.get(metric) ?? []) }));
  }, [query.data]);
  return (
    <Load query={query} height={400}>
      {(measurements) =>
        measurements.length === 0 ? (
          <Nothing>
            Nothing was measured about the service in this time. Latency and errors come from the gateway, or with the
            predictions that your service sends.
          </Nothing>
        ) : (
          <div
            style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(420px, 1fr))', gap: '20px 24px' }}
          >
            {series.map(({ metric, points }) => (
              <Section key={metric} title={describeMetric(metric).label}>
                {points.some(({ value }) => value !== null) ? (
                  <MetricTimeline view={view} metric={metric} points={points} height={190} />
                ) : (
                  <Nothing>No data: {points.at(-1)?.reason || 'it was not measured in this time'}.</Nothing>
                )}
              </Section>
            ))}
          </div>
        )
      }
    </Load>
  );
}
