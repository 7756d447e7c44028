import type { Measurement } from '@leeway/contract';
import { Anchor, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { measurementsQuery, windowsQuery } from '../../api/queries.ts';
import { groupBy, toPoints } from '../../charts/series.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Load } from '../../components/load.tsx';
import { Section } from '../../components/page.tsx';
import { formatShare } from '../../lib/format.ts';
import { formatWindow } from '../../lib/time.ts';
import { MetricTimeline } from './metric-timeline.tsx';
import { type QualityRow, qualityRows } from './quality-rows.ts';
import type { ModelView } from './view.ts';

const BY_COLUMN = ['quality.missing_share', 'quality.range_share', 'quality.new_category_share'] as const;
const TITLES: Record<(typeof BY_COLUMN)[number], string> = {
  'quality.missing_share': 'Missing values',
  'quality.range_share': 'Out of range',
  'quality.new_category_share': 'New categories',
};

export function QualityTab({ view }: { view: ModelView }) {
  const { name, monitor, span, dense } = view;
  const whole = useQuery(
    measurementsQuery(name, { metric: ['quality.rows', 'quality.rejected_share'], monitor, ...span }),
  );
  const columns = useQuery(measurementsQuery(name, { metric: [...BY_COLUMN], monitor, column: '*', ...dense }));
  const windows = useQuery(windowsQuery(name, span)).data;
  const rows = useMemo(
    () =>
      toPoints(
        (whole.data ?? []).filter(({ metric }) => metric === 'quality.rows'),
        windows?.filter((window) => window.monitor === monitor && window.rows === 0),
      ),
    [whole.data, windows, monitor],
  );
  return (
    <Stack gap="lg">
      <Section title="Predictions" note="rows per window">
        <Load query={whole} height={150}>
          {() => <MetricTimeline view={view} metric="quality.rows" points={rows} height={150} />}
        </Load>
      </Section>
      <Load query={columns} height={300}>
        {(measurements) => <ByColumn view={view} measurements={measurements} />}
      </Load>
    </Stack>
  );
}

function ByColumn({ view, measurements }: { view: ModelView; measurements: Measurement[] }) {
  const rows = useMemo(() => qualityRows(measurements, BY_COLUMN), [measurements]);
  const chosen = rows.find(({ column }) => column === view.search.column)?.column ?? rows[0]?.column;
  const columns: Column<QualityRow>[] = [
    {
      title: 'Column',
      cell: ({ column }) => (
        <Anchor
          component="button"
          type="button"
          fw={column === chosen ? 600 : 400}
          aria-pressed={column === chosen}
          onClick={() => view.change({ column })}
        >
          {column}
        </Anchor>
      ),
    },
    ...BY_COLUMN.map(
      (metric): Column<QualityRow> => ({
        title: `${TITLES[metric]}, last window`,
        numeric: true,
        cell: (row) => <LastShare measurement={row.last.get(metric)} />,
      }),
    ),
    {
      title: 'Worst in the time shown',
      cell: ({ worst }) =>
        worst === null ? (
          <span className="quiet">nothing found</span>
        ) : (
          `${formatShare(worst.value)} ${TITLES[worst.metric as keyof typeof TITLES].toLowerCase()}, ${formatWindow(worst.windowStart, worst.windowEnd)}`
        ),
    },
  ];
  const own = groupBy(
    measurements.filter(({ column }) => column === chosen),
    'metric',
  );
  return (
    <>
      {chosen && (
        <Section title={`${chosen} over time`}>
          <div style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(380px, 1fr))', gap: 16 }}>
            {BY_COLUMN.filter((metric) => own.has(metric)).map((metric) => (
              <div key={metric}>
                <span className="quiet">{TITLES[metric]}</span>
                <MetricTimeline
                  view={view}
                  metric={metric}
                  column={chosen}
                  points={toPoints(own.get(metric)!)}
                  height={140}
                />
              </div>
            ))}
          </div>
        </Section>
      )}
      <Section title="Columns" note="those with findings first">
        <DataTable
          label="Data quality by column"
          rows={rows}
          columns={columns}
          rowKey={({ column }) => column}
          empty="No quality was measured in this time."
        />
      </Section>
    </>
  );
}

function LastShare({ measurement }: { measurement: Measurement | undefined }) {
  if (!measurement) return <span className="quiet">does not apply</span>;
  const { status, value, reference } = measurement;
  if (status !== 'ok') return <span className="quiet">{status === 'no_data' ? 'no data' : 'not enough data'}</span>;
  return (
    <>
      {formatShare(value)}
      {reference !== null && reference > 0 && <span className="quiet"> (reference {formatShare(reference)})</span>}
    </>
  );
}
