import type { ModelSummary } from '@leeway/contract';
import { Text } from '@mantine/core';
import { formatMetric } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';

/** A model's first metric now, and what it was at the reference. */
export function Headline({ headline }: { headline: ModelSummary['headline'] }) {
  if (!headline) return <span className="quiet">not measured yet</span>;
  const { metric, value, reference } = headline;
  return (
    <>
      {value === null ? 'no data' : formatMetric(metric, value)}
      <span className="quiet">
        {' '}
        {reference === null ? 'no reference' : `reference ${formatMetric(metric, reference)}`}
      </span>
      <Text size="xs" c="dimmed">
        {describeMetric(metric).label}
      </Text>
    </>
  );
}
