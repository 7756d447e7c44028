import type { Measurement } from '@leeway/contract';
import { Anchor, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { measurementsQuery, metricsQuery, windowsQuery } from '../../api/queries.ts';
import { groupBy, STATUS_WORDS, toPoints } from '../../charts/series.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Load } from '../../components/load.tsx';
import { Section } from '../../components/page.tsx';
import { formatMetric } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import { formatWindow } from '../../lib/time.ts';
import { MetricTimeline } from './metric-timeline.tsx';
import { isFinding, type QualityRow, qualityRows } from './quality-rows.ts';
import type { ModelView } from './view.ts';

const METRIC = ['quality.*'];
const ROWS = 'quality.rows';

export function QualityTab({ view }: { view: ModelView }) {
  const { name, monitor, span, dense } = view;
  const whole = useQuery(measurementsQuery(name, { metric: METRIC, monitor, ...span }));
  const columns = useQuery(measurementsQuery(name, { metric: METRIC, monitor, column: '*', ...dense }));
  const known = useQuery(metricsQuery(name)).data;
  const texts = useMemo(() => new Map(known?.map(({ id, text }) => [id, text])), [known]);
  return (
    <Stack gap="lg">
      <Load query={whole} height={300}>
        {(measurements) => <OfWindow view={view} measurements={measurements} texts={texts} />}
      </Load>
      <Load query={columns} height={300}>
        {(measurements) => (
          <ByColumn view={view} measurements={measurements.filter(({ column }) => column !== '')} texts={texts} />
        )}
      </Load>
    </Stack>
  );
}

interface PartProps {
  view: ModelView;
  measurements: Measurement[];
  /** What each metric is, in words. */
  texts: ReadonlyMap<string, string>;
}

/** What is measured of the window as a whole: its rows, what was refused, how late it came. */
function OfWindow({ view, measurements, texts }: PartProps) {
  const { name, monitor, span, search, change } = view;
  const windows = useQuery(windowsQuery(name, span)).data;
  const rows = useMemo(() => qualityRows(measurements, 'metric'), [measurements]);
  const chosen = rows.find(({ key }) => key === search.metric)?.key ?? ROWS;
  const points = useMemo(
    () =>
      toPoints(
        groupBy(measurements, 'metric').get(chosen) ?? [],
        windows?.filter((window) => window.monitor === monitor && window.rows === 0),
      ),
    [measurements, windows, monitor, chosen],
  );
  const columns: Column<QualityRow>[] = [
    {
      title: 'Measure',
      cell: ({ key }) => (
        <Choice chosen={key === chosen} hint={texts.get(key)} onChoose={() => change({ metric: key })}>
          {describeMetric(key).label}
        </Choice>
      ),
    },
    { title: 'Last window', numeric: true, cell: ({ key, last }) => <Last measurement={last.get(key)} /> },
    { title: 'Worst in the time shown', cell: ({ worst }) => <Worst worst={worst} /> },
  ];
  return (
    <>
      <Section title={describeMetric(chosen).label} note={texts.get(chosen) ?? 'per window'}>
        <MetricTimeline view={view} metric={chosen} points={points} height={150} />
      </Section>
      {rows.length > 1 && (
        <Section title="The window as a whole" note="choose one to see it over time">
          <DataTable
            label="Data quality of the window"
            rows={rows}
            columns={columns}
            rowKey={({ key }) => key}
            empty="No quality was measured in this time."
          />
        </Section>
      )}
    </>
  );
}

function ByColumn({ view, measurements, texts }: PartProps) {
  const rows = useMemo(() => qualityRows(measurements, 'column'), [measurements]);
  const metrics = useMemo(() => [...groupBy(measurements, 'metric').keys()], [measurements]);
  const chosen = rows.find(({ key }) => key === view.search.column)?.key ?? rows[0]?.key;
  const columns: Column<QualityRow>[] = [
    {
      title: 'Column',
      cell: ({ key }) => (
        <Choice chosen={key === chosen} onChoose={() => view.change({ column: key })}>
          {key}
        </Choice>
      ),
    },
    { title: 'Worst in the time shown', cell: ({ worst }) => <Worst worst={worst} named /> },
    ...metrics.map(
      (metric): Column<QualityRow> => ({
        title: describeMetric(metric).label,
        hint: texts.get(metric),
        numeric: true,
        cell: ({ last }) => <Last measurement={last.get(metric)} />,
      }),
    ),
  ];
  const own = groupBy(
    measurements.filter(({ column }) => column === chosen),
    'metric',
  );
  return (
    <>
      {chosen && (
        <Section title={`${chosen} over time`}>
          <div className="small-charts">
            {[...own].map(([metric, series]) => (
              <div key={metric}>
                <span className="quiet">{describeMetric(metric).label}</span>
                <MetricTimeline view={view} metric={metric} column={chosen} points={toPoints(series)} height={140} />
              </div>
            ))}
          </div>
        </Section>
      )}
      <Section title="Columns" note="those with findings first; numbers are of the last window">
        <DataTable
          label="Data quality by column"
          rows={rows}
          columns={columns}
          rowKey={({ key }) => key}
          empty="No quality was measured in this time."
        />
      </Section>
    </>
  );
}

interface ChoiceProps {
  chosen: boolean;
  hint?: string | undefined;
  onChoose: () => void;
  children: ReactNode;
}

function Choice({ chosen, hint, onChoose, children }: ChoiceProps) {
  return (
    <Anchor
      component="button"
      type="button"
      fw={chosen ? 600 : 400}
      aria-pressed={chosen}
      title={hint}
      onClick={onChoose}
    >
      {children}
    </Anchor>
  );
}

function Worst({ worst, named = false }: { worst: Measurement | null; named?: boolean }) {
  if (worst === null) return <span className="quiet">nothing found</span>;
  const { metric, value, windowStart, windowEnd, detail } = worst;
  const other = typeof detail['with'] === 'string' ? ` with ${detail['with']}` : '';
  const what = named ? ` ${describeMetric(metric).label.toLowerCase()}${other}` : '';
  return `${formatMetric(metric, value)}${what}, ${formatWindow(windowStart, windowEnd)}`;
}

function Last({ measurement }: { measurement: Measurement | undefined }) {
  if (!measurement)
    return (
      <span className="quiet" title="does not apply">
        –
      </span>
    );
  const { metric, status, reason, value, reference } = measurement;
  if (status !== 'ok') {
    return (
      <span className="quiet" title={reason}>
        {STATUS_WORDS[status]}
      </span>
    );
  }
  return (
    <span style={isFinding(measurement) ? { color: 'var(--warning)', fontWeight: 500 } : {}}>
      {formatMetric(metric, value)}
      {reference !== null && reference > 0 && (
        <span className="quiet"> (reference {formatMetric(metric, reference)})</span>
      )}
    </span>
  );
}
