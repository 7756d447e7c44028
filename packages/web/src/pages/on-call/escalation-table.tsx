import type { Alert, ExplainStage } from '@leeway/contract';
import { Anchor } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { explainQuery } from '../../api/alerts.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Problem } from '../../components/problem.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { SEVERITY } from '../../lib/states.ts';
import { AlertActions } from '../alerts/alert-actions.tsx';
import { AlertBadges } from '../alerts/alert-badges.tsx';
import classes from './on-call.module.css';

interface Escalating {
  alert: Alert;
  stage: ExplainStage;
}

const COLUMNS: Column<Escalating>[] = [
  { title: 'Severity', cell: ({ alert }) => <StateLabel look={SEVERITY[alert.severity]} /> },
  {
    title: 'Alert',
    cell: ({ alert }) => (
      <div className={classes['roomy']}>
        <Anchor fw={600} renderRoot={(props) => <Link to="/alerts/$id" params={{ id: alert.id }} {...props} />}>
          {alert.rule}
        </Anchor>{' '}
        <span className="quiet">{alert.model}</span>
        <AlertBadges alert={alert} />
      </div>
    ),
  },
  { title: 'Where it is', cell: ({ stage }) => <div className={classes['roomy']}>{stage.text}</div> },
  { title: 'Next step', nowrap: true, cell: ({ stage }) => <Time at={stage.at} none="none" /> },
  { title: 'Since', nowrap: true, cell: ({ alert }) => <Time at={alert.firedAt} /> },
  { title: '', cell: ({ alert }) => <AlertActions alert={alert} compact /> },
];

/** Where open alerts are on the way through their escalations. */
export function EscalationTable({ alerts }: { alerts: readonly Alert[] }) {
  const explained = useQueries({ queries: alerts.map(({ id }) => explainQuery(id)) });
  const failed = explained.find(({ error }) => error !== null);
  if (failed) return <Problem error={failed.error} onRetry={() => void failed.refetch()} />;
  const rows = alerts.flatMap((alert, i) =>
    (explained[i]?.data?.stages ?? []).filter(({ stage }) => stage === 'escalation').map((stage) => ({ alert, stage })),
  );
  const pending = explained.some(({ isPending }) => isPending);
  return (
    <DataTable
      label="Escalations"
      rows={rows}
      columns={COLUMNS}
      rowKey={({ alert, stage }) => `${alert.id} ${stage.text}`}
      empty={pending ? 'Looking…' : 'No open alert escalates.'}
    />
  );
}
