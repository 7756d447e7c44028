import type { Alert } from '@leeway/contract';
import { DataTable } from '../../components/data-table.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { formatMetric } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import type { Look } from '../../lib/states.ts';

type Condition = Alert['conditions'][number];

const SAYS: Record<Condition['verdict'], Look> = {
  breach: { label: 'Broken', tone: 'critical', shape: 'octagon' },
  clear: { label: 'Well', tone: 'good', shape: 'check' },
  between: { label: 'In between', tone: 'warning', shape: 'dashed' },
  no_data: { label: 'No data', tone: 'quiet', shape: 'dashed' },
  error: { label: 'Failed', tone: 'warning', shape: 'triangle' },
};

/** What each condition of a combined rule says of the newest window. */
export function ConditionTable({ conditions }: { conditions: readonly Condition[] }) {
  return (
    <DataTable
      label="Conditions"
      rows={conditions}
      rowKey={({ metric, column, slice, threshold, why }) => `${metric} ${column} ${slice} ${threshold} ${why}`}
      empty=""
      columns={[
        { title: 'Says', cell: ({ verdict }) => <StateLabel look={SAYS[verdict]} /> },
        {
          title: 'Condition',
          cell: ({ metric, column, slice }) => [describeMetric(metric).label, column, slice].filter(Boolean).join(', '),
        },
        { title: 'Value', numeric: true, cell: ({ metric, value }) => formatMetric(metric, value) },
        { title: 'Threshold', numeric: true, cell: ({ metric, threshold }) => formatMetric(metric, threshold) },
        { title: 'In words', cell: ({ why }) => why },
      ]}
    />
  );
}
