import type { Alert } from '@leeway/contract';
import { Anchor, Checkbox, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { formatMetric } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import { ALERT_STATE, SEVERITY } from '../../lib/states.ts';
import { formatWindow } from '../../lib/time.ts';
import { AlertActions } from './alert-actions.tsx';
import { AlertBadges } from './alert-badges.tsx';
import classes from './alerts.module.css';

interface AlertTableProps {
  alerts: readonly Alert[];
  empty: string;
  /** Ids that are chosen, and what is called when that changes; without, nothing can be chosen. */
  chosen?: ReadonlySet<string>;
  onChoose?: (chosen: ReadonlySet<string>) => void;
}

/** The link of a row, for who goes through them by keys. */
export const ROW_LINK = 'data-alert';

const COLUMNS: Column<Alert>[] = [
  { title: 'Severity', cell: ({ severity }) => <StateLabel look={SEVERITY[severity]} /> },
  { title: 'Alert and likely cause', width: '46%', cell: (alert) => <Rule alert={alert} /> },
  { title: 'Value', numeric: true, cell: (alert) => <Value alert={alert} /> },
  { title: 'State', nowrap: true, cell: ({ state }) => <StateLabel look={ALERT_STATE[state]} /> },
  {
    title: 'Since, window',
    hint: 'Since when, and the newest window that was judged (UTC)',
    cell: (alert) => <Since alert={alert} />,
  },
  { title: '', cell: (alert) => <AlertActions alert={alert} compact /> },
];

export function AlertTable({ alerts, empty, chosen, onChoose }: AlertTableProps) {
  const choosing = chosen && onChoose ? [choosingColumn(alerts, chosen, onChoose)] : [];
  return (
    <DataTable label="Alerts" rows={alerts} columns={[...choosing, ...COLUMNS]} rowKey={({ id }) => id} empty={empty} />
  );
}

function choosingColumn(
  alerts: readonly Alert[],
  chosen: ReadonlySet<string>,
  onChoose: (chosen: ReadonlySet<string>) => void,
): Column<Alert> {
  const open = alerts.filter(({ state }) => state !== 'resolved').map(({ id }) => id);
  const all = open.length > 0 && open.every((id) => chosen.has(id));
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  return {
    title: 'Chosen',
    width: 36,
    head: (
      <Checkbox
        size="xs"
        aria-label="Choose all that are open"
        checked={all}
        indeterminate={!all && chosen.size > 0}
        disabled={open.length === 0}
        onChange={() => onChoose(new Set(all ? [] : open))}
      />
    ),
    cell: ({ id, rule, model, state }) =>
      state === 'resolved' ? null : (
        <Checkbox
          size="xs"
          mt={2}
          aria-label={`Choose ${rule} of ${model}`}
          checked={chosen.has(id)}
          onChange={() => toggle(id)}
        />
      ),
  };
}

function Rule({ alert }: { alert: Alert }) {
  const { id, model, rule, column, slice, cause, summary } = alert;
  const about = [column, slice].filter(Boolean).join(', ');
  return (
    <div className={classes['about']}>
      <Anchor
        fw={600}
        renderRoot={(props) => <Link to="/alerts/$id" params={{ id }} {...{ [ROW_LINK]: id }} {...props} />}
      >
        {rule}
      </Anchor>
      {about && <span className="quiet"> {about}</span>}
      {' on '}
      <Anchor renderRoot={(props) => <Link to="/models/$model" params={{ model }} {...props} />}>{model}</Anchor>
      <Text size="xs" c="dimmed" lineClamp={2} maw={560}>
        {cause?.summary ?? summary}
      </Text>
      <AlertBadges alert={alert} />
    </div>
  );
}

function Since({ alert: { firedAt, activeAt, windowStart, windowEnd } }: { alert: Alert }) {
  return (
    <>
      <Time at={firedAt ?? activeAt} />
      <Text size="xs" c="dimmed" className="nowrap">
        {formatWindow(windowStart, windowEnd)}
      </Text>
    </>
  );
}

function Value({ alert: { metric, value, threshold, noData } }: { alert: Alert }) {
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
