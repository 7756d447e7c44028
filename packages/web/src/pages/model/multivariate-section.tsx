import type { Measurement } from '@leeway/contract';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { measurementsQuery } from '../../api/queries.ts';
import { boundsOf, type Separation, separationsOf } from '../../charts/multivariate.ts';
import { groupBy, toPoints } from '../../charts/series.ts';
import { Bar } from '../../components/bar.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Nothing, Section } from '../../components/page.tsx';
import { formatNumber, formatShare } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import { formatWindow } from '../../lib/time.ts';
import { MetricTimeline } from './metric-timeline.tsx';
import type { ModelView } from './view.ts';

const SHOWN = 10;
const METRIC = ['multivariate.*'];

/** Drift of all columns together, which no column need show by itself. */
export function MultivariateSection({ view }: { view: ModelView }) {
  const { name, monitor, span } = view;
  const { data } = useQuery(measurementsQuery(name, { metric: METRIC, monitor, column: '*', ...span }));
  const series = useMemo(
    () =>
      [...groupBy(data ?? [], 'metric')].flatMap(([metric, own]) =>
        [...groupBy(own, 'column')].map(([column, measurements]) => ({
          ...{ metric, column, measurements },
          points: toPoints(measurements),
          bounds: boundsOf(measurements),
        })),
      ),
    [data],
  );
  if (series.length === 0) return null;
  return (
    <>
      <Section
        title="Columns together"
        note="what no column need show by itself; dashed are the bounds of the reference"
      >
        <div className="small-charts">
          {series.map(({ metric, column, points, bounds }) => (
            <div key={`${metric} ${column}`}>
              <span className="quiet">
                {describeMetric(metric).label}
                {column && ` of ${column}`}
              </span>
              {points.some(({ value }) => value !== null) ? (
                <MetricTimeline {...{ view, metric, column, points, bounds }} zoom height={170} />
              ) : (
                <Nothing>No data: {points.at(-1)?.reason || 'it was not measured in this time'}.</Nothing>
              )}
            </div>
          ))}
        </div>
      </Section>
      <Separations measurements={data ?? []} at={view.search.at} />
    </>
  );
}

/** The columns by which a classifier told a window from the reference: that of the address, or the last. */
function Separations({ measurements, at }: { measurements: Measurement[]; at: string | undefined }) {
  const telling = measurements
    .filter((one) => separationsOf(one).length > 0)
    .sort((a, b) => a.windowStart.localeCompare(b.windowStart));
  const inWindow = (one: Measurement) => at !== undefined && one.windowStart <= at && at < one.windowEnd;
  const chosen = telling.find(inWindow) ?? telling.at(-1);
  if (!chosen) return null;
  const rows = separationsOf(chosen).slice(0, SHOWN);
  const most = Math.max(...rows.map(({ importance }) => importance), Number.MIN_VALUE);
  const columns: Column<Separation>[] = [
    { title: 'Column', cell: ({ column }) => column },
    {
      title: 'Share in telling them apart',
      cell: ({ importance }) => (
        <span className="nowrap">
          <Bar share={importance / most} /> {formatShare(importance)}
        </span>
      ),
    },
    {
      title: 'ROC AUC by itself',
      numeric: true,
      cell: ({ auc }) => (auc === null ? <span className="quiet">not measured</span> : formatNumber(auc)),
    },
  ];
  return (
    <Section
      title="What tells the window from the reference"
      note={`${describeMetric(chosen.metric).label}, ${formatWindow(chosen.windowStart, chosen.windowEnd)}`}
    >
      <DataTable label="Columns that separate" rows={rows} columns={columns} rowKey={({ column }) => column} empty="" />
    </Section>
  );
}
