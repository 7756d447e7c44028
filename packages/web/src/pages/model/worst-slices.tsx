import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { measurementsQuery } from '../../api/queries.ts';
import { STATUS_WORDS } from '../../charts/series.ts';
import { type WorstSlice, worstSlices } from '../../charts/worst-slices.ts';
import { Bar } from '../../components/bar.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Nothing, Section } from '../../components/page.tsx';
import { formatCount, formatNumber, formatShare } from '../../lib/format.ts';
import { formatWindow } from '../../lib/time.ts';
import type { ModelView } from './view.ts';

/** Slices that nobody named: those in which a search found the model to do worst. */
export function WorstSlices({ view }: { view: ModelView }) {
  const { name, monitor, dense } = view;
  const metric = ['slices.found', 'slices.excess'];
  const { data } = useQuery(measurementsQuery(name, { metric, monitor, slice: '*', ...dense }));
  const found = useMemo(() => worstSlices(data ?? []), [data]);
  if (!found) return null;
  const { window, slices, searched } = found;
  const { status, reason } = window;
  const most = Math.max(...slices.map(({ excess }) => excess), 0.05);
  const columns: Column<WorstSlice>[] = [
    { title: 'Slice', cell: ({ slice }) => slice },
    {
      title: 'Loss that it adds, of all',
      cell: ({ excess }) => (
        <span className="nowrap">
          <Bar share={excess / most} /> {formatShare(excess)}
        </span>
      ),
    },
    { title: 'Loss', numeric: true, cell: Loss },
    { title: 'Other rows', numeric: true, cell: ({ rest }) => formatNumber(rest) },
    { title: 'Times', numeric: true, cell: ({ ratio }) => (ratio === null ? '–' : `${formatNumber(ratio)} ×`) },
    { title: 'Labelled rows', numeric: true, cell: ({ n }) => formatCount(n) },
    { title: 'Found', numeric: true, cell: ({ windows }) => `${windows} of ${searched} windows` },
  ];
  return (
    <Section
      title="Worst slices of the last window"
      note={`found among all slices of one and two features; ${formatWindow(window.windowStart, window.windowEnd)}`}
    >
      {status === 'ok' ? (
        <DataTable
          label="Worst slices of the last window"
          rows={slices}
          columns={columns}
          rowKey={({ slice }) => slice}
          empty="No slice does worse than the other rows, beyond what chance explains."
        />
      ) : (
        <Nothing>
          No slices of this window: {STATUS_WORDS[status]}
          {reason && `, ${reason}`}.
        </Nothing>
      )}
    </Section>
  );
}

function Loss({ loss, lower, upper }: WorstSlice) {
  return (
    <>
      {formatNumber(loss)}
      {lower !== null && upper !== null && (
        <span className="quiet">
          {' '}
          ({formatNumber(lower)} to {formatNumber(upper)})
        </span>
      )}
    </>
  );
}
