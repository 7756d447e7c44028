import type { BacktestEpisode } from '@leeway/contract';
import { Text } from '@mantine/core';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { formatMetric } from '../../lib/format.ts';
import { SEVERITY } from '../../lib/states.ts';
import { formatDuration, formatWindow } from '../../lib/time.ts';
import type { Incidents } from './backtest-result.tsx';

interface EpisodeTableProps {
  metric: string;
  episodes: BacktestEpisode[];
  incidents: Incidents;
  /** Positions of incidents that nothing told of. */
  missed: number[];
}

export function EpisodeTable({ metric, episodes, incidents, missed }: EpisodeTableProps) {
  const about = (i: number) => incidents[i]?.note ?? `incident ${i + 1}`;
  const columns: Column<BacktestEpisode>[] = [
    { title: 'Severity', cell: ({ severity }) => <StateLabel look={SEVERITY[severity]} /> },
    {
      title: 'Fired',
      nowrap: true,
      cell: ({ firedAt, resolvedAt }) => (
        <>
          <Time at={firedAt} />
          <Text size="xs" c="dimmed">
            {resolvedAt ? `for ${formatDuration(Date.parse(resolvedAt) - Date.parse(firedAt))}` : 'to the end'}
          </Text>
        </>
      ),
    },
    { title: 'Windows (UTC)', nowrap: true, cell: ({ aboutFrom, aboutTo }) => formatWindow(aboutFrom, aboutTo) },
    {
      title: 'Value',
      numeric: true,
      cell: ({ value, threshold }) => (
        <>
          {value === null ? <span className="quiet">no data</span> : formatMetric(metric, value)}
          {threshold !== null && (
            <Text size="xs" c="dimmed">
              threshold {formatMetric(metric, threshold)}
            </Text>
          )}
        </>
      ),
    },
    {
      title: 'About',
      width: '38%',
      cell: ({ column, slice, why, retracted }) => (
        <>
          {[column, slice].filter(Boolean).join(', ')}
          <Text size="xs" c="dimmed" className="breaks">
            {why}
          </Text>
          {retracted && (
            <Text size="xs" c="dimmed">
              taken back by labels that came later
            </Text>
          )}
        </>
      ),
    },
    ...(incidents.length === 0
      ? []
      : [
          {
            title: 'Incident',
            cell: ({ incident }: BacktestEpisode) =>
              incident === null ? <span style={{ color: 'var(--warning)' }}>false alarm</span> : about(incident),
          },
        ]),
  ];
  return (
    <>
      {missed.length > 0 && (
        <p style={{ margin: 0 }}>
          <strong>Missed:</strong>{' '}
          {missed
            .map((i) => `${about(i)} (${[incidents[i]?.start, incidents[i]?.end].filter(Boolean).join(' to ')})`)
            .join('; ')}
        </p>
      )}
      <DataTable
        label="Times it would have fired"
        rows={episodes}
        columns={columns}
        rowKey={({ firedAt, column, slice }) => `${firedAt} ${column} ${slice}`}
        empty="It would not have fired."
      />
    </>
  );
}
