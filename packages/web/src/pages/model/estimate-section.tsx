import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { measurementsQuery } from '../../api/queries.ts';
import { estimateRecord } from '../../charts/estimate.ts';
import { type Point, STATUS_WORDS, toPoints } from '../../charts/series.ts';
import { Load } from '../../components/load.tsx';
import { Facts, Nothing, Section } from '../../components/page.tsx';
import { formatDifference, formatMetric } from '../../lib/format.ts';
import { formatWindow } from '../../lib/time.ts';
import { MetricTimeline } from './metric-timeline.tsx';
import type { ModelView } from './view.ts';

interface EstimateSectionProps {
  view: ModelView;
  metric: string;
  estimates: Point[];
}

/** How far the estimate of a metric can be trusted: how wrong it was, and whether it stands now. */
export function EstimateSection({ view, metric, estimates }: EstimateSectionProps) {
  const { name, monitor, span } = view;
  const id = `estimate_error.${metric}`;
  const errors = useQuery(measurementsQuery(name, { metric: [id], monitor, ...span }));
  const { record, points } = useMemo(() => {
    const measured = errors.data ?? [];
    return { record: estimateRecord(measured), points: toPoints(measured) };
  }, [errors.data]);
  const last = estimates.at(-1);
  return (
    <Section title="How wrong the estimate has been" note="in the windows shown whose labels have come">
      {last && last.status !== 'ok' && (
        <Nothing>The last window has no estimate: {last.reason || STATUS_WORDS[last.status]}.</Nothing>
      )}
      <Load query={errors} height={190}>
        {() =>
          record === null ? (
            <Nothing>No window has both an estimate and its labels yet.</Nothing>
          ) : (
            <>
              <Facts
                facts={[
                  ['Estimate of the last window', last?.status === 'ok' ? formatMetric(metric, last.value) : 'none'],
                  ['Off on average', formatMetric(metric, record.error)],
                  ['Too high (+) or too low (−)', formatDifference(metric, record.bias)],
                  [
                    'Inside its interval',
                    record.withInterval === 0 ? 'it had none' : `${record.inside} of ${record.withInterval} windows`,
                  ],
                  [
                    'Off most',
                    `${formatDifference(metric, record.worst.value)}, ${formatWindow(record.worst.windowStart, record.worst.windowEnd)}`,
                  ],
                  ['Windows compared', String(record.windows)],
                ]}
              />
              <MetricTimeline view={view} metric={id} points={points} height={120} />
            </>
          )
        }
      </Load>
    </Section>
  );
}
