import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { measurementsQuery } from '../../api/queries.ts';
import { rankSlices, type SliceRow } from '../../charts/slices.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Section } from '../../components/page.tsx';
import { formatCount, formatDifference, formatMetric } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import type { ModelView } from './view.ts';

const SHOWN = 8;

/** Where the model is worse than on the whole, over the time shown. */
export function SliceSection({ view, metric }: { view: ModelView; metric: string }) {
  const { name, config, monitor, dense } = view;
  const sliced = (config.monitors.find((one) => one.name === monitor)?.slices.length ?? 0) > 0;
  const { data } = useQuery({
    ...measurementsQuery(name, { metric: [metric], monitor, slice: '*', ...dense }),
    enabled: sliced,
  });
  const { label, better } = describeMetric(metric);
  const rows = useMemo(() => rankSlices(data ?? [], better), [data, better]);
  if (!sliced) return null;
  const columns: Column<SliceRow>[] = [
    { title: 'Slice', cell: ({ slice }) => slice },
    {
      title: `${label}, mean`,
      numeric: true,
      cell: ({ value }) =>
        value === null ? <span className="quiet">not enough data</span> : formatMetric(metric, value),
    },
    {
      title: 'Against all rows',
      numeric: true,
      cell: ({ difference }) =>
        difference === null ? <span className="quiet">not known</span> : formatDifference(metric, difference),
    },
    { title: 'Labelled rows', numeric: true, cell: ({ n }) => formatCount(n) },
    { title: 'Windows', numeric: true, cell: ({ windows }) => windows },
  ];
  const note =
    rows.length > SHOWN
      ? `the ${SHOWN} worst of ${rows.length}, over the ${rows[0]?.windows} last windows`
      : 'the worst first';
  return (
    <Section title="Slices" note={note}>
      <DataTable
        label={`${label} by slice`}
        rows={rows.slice(0, SHOWN)}
        columns={columns}
        rowKey={({ slice }) => slice}
        empty="No slice was measured in this time."
      />
    </Section>
  );
}
