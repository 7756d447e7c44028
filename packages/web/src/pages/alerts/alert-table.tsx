import type { Alert } from '@leeway/contract';
import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { formatMetric } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import { ALERT_STATE, SEVERITY } from '../../lib/states.ts';
import { formatWindow } from '../../lib/time.ts';
import { AlertActions } from './alert-actions.tsx';

interface AlertTableProps {
  alerts: Alert[];
  ofOneModel?: boolean;
  empty: string;
}

const COLUMNS: Column<Alert>[] = [
  { title: 'Severity', cell: ({ severity }) => <StateLabel look={SEVERITY[severity]} /> },
  {
    title: 'Model',
    nowrap: true,
    cell: ({ model }) => (
      <Anchor renderRoot={(props) => <Link to="/models/$model" params={{ model }} {...props} />}>{model}</Anchor>
    ),
  },
  { title: 'Rule and likely cause', width: '34%', cell: (alert) => <Rule alert={alert} /> },
  { title: 'Value', numeric: true, cell: (alert) => <Value alert={alert} /> },
  { title: 'State', nowrap: true, cell: (alert) => <State alert={alert} /> },
  { title: 'Since', nowrap: true, cell: ({ firedAt, activeAt }) => <Time at={firedAt ?? activeAt} /> },
  { title: 'Window', nowrap: true, cell: ({ windowStart, windowEnd }) => formatWindow(windowStart, windowEnd) },
  { title: '', cell: (alert) => <AlertActions alert={alert} compact /> },
];

export function AlertTable({ alerts, ofOneModel, empty }: AlertTableProps) {
  const columns = ofOneModel ? COLUMNS.filter(({ title }) => title !== 'Model') : COLUMNS;
  return <DataTable label="Alerts" rows={alerts} columns={columns} rowKey={({ id }) => id} empty={empty} />;
}

function Rule({ alert: { id, rule, column, slice, cause, summary } }: { alert: Alert }) {
  const about = [column, slice].filter(Boolean).join(', ');
  return (
    <>
      <Anchor fw={600} renderRoot={(props) => <Link to="/alerts/$id" params={{ id }} {...props} />}>
        {rule}
      </Anchor>
      {about && <span className="quiet"> {about}</span>}
      <Text size="xs" c="dimmed" lineClamp={2} maw={460}>
        {cause?.summary ?? summary}
      </Text>
    </>
  );
}

export function Value({ alert: { metric, value, threshold, noData } }: { alert: Alert }) {
  return (
    <>
      {value === null ? <span className="quiet">no data</span> : formatMetric(metric, value)}
      {threshold !== null && (
        <Text size="xs" c="dimmed">
          threshold {formatMetric(metric, threshold)}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {describeMetric(metric).label}
        {noData && value !== null ? ', now no data' : ''}
      </Text>
    </>
  );
}

function State({ alert: { state, acknowledgedBy, muted } }: { alert: Alert }) {
  return (
    <>
      <StateLabel look={ALERT_STATE[state]} />
      {acknowledgedBy && (
        <Text size="xs" c="dimmed">
          acknowledged by {acknowledgedBy}
        </Text>
      )}
      {muted && (
        <Text size="xs" c="dimmed">
          silenced
        </Text>
      )}
    </>
  );
}
