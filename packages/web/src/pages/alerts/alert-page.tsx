import type { Alert, AlertDetail } from '@leeway/contract';
import { Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { alertQuery } from '../../api/alerts.ts';
import { Load } from '../../components/load.tsx';
import { Nothing, Page, Section } from '../../components/page.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { ALERT_STATE, SEVERITY } from '../../lib/states.ts';
import { DeliveryTable } from '../messages/delivery-table.tsx';
import type { Tab } from '../model/search.ts';
import { ActionList } from './action-list.tsx';
import { AlertActions } from './alert-actions.tsx';
import { AlertBadges } from './alert-badges.tsx';
import { AlertChart } from './alert-chart.tsx';
import { AlertFacts } from './alert-facts.tsx';
import classes from './alerts.module.css';
import { CausePanel } from './cause-panel.tsx';
import { Comments } from './comments.tsx';
import { ConditionTable } from './condition-table.tsx';
import { ExplainPanel } from './explain-panel.tsx';
import { HistoryList } from './history-list.tsx';
import { RunbookPanel } from './runbook-panel.tsx';
import { VerdictPanel } from './verdict-panel.tsx';

export function AlertPage() {
  const { id } = useParams({ from: '/shell/alerts/$id' });
  const query = useQuery(alertQuery(id));
  return (
    <Load query={query} height={420}>
      {(data) => <Detail key={id} {...data} />}
    </Load>
  );
}

function Detail({ alert, history, comments, verdicts, deliveries }: AlertDetail) {
  return (
    <Page
      title={`${alert.rule} on ${alert.model}`}
      aside={
        <Group gap="md">
          <StateLabel look={SEVERITY[alert.severity]} />
          <StateLabel look={ALERT_STATE[alert.state]} />
        </Group>
      }
      actions={<AlertActions alert={alert} />}
    >
      <div>
        <Text size="md">{alert.summary}</Text>
        {alert.why && (
          <Text size="sm" c="dimmed">
            Newest window: {alert.why}
          </Text>
        )}
        <AlertBadges alert={alert} />
      </div>
      <AlertFacts alert={alert} />
      <div className={classes['columns']}>
        <div className={classes['column']}>
          <ActionList alert={alert.id} />
          <AlertChart alert={alert} />
          <RunbookPanel alert={alert} />
          {alert.conditions.length > 0 && (
            <Section title="Conditions" note="of the newest window">
              <ConditionTable conditions={alert.conditions} />
            </Section>
          )}
          <Section
            title="Likely cause"
            actions={
              <Button variant="default" renderRoot={(props) => <ToModel alert={alert} {...props} />}>
                Open {alert.model} at this window
              </Button>
            }
          >
            {alert.cause ? (
              <CausePanel alert={alert} cause={alert.cause} />
            ) : (
              <Nothing>No cause was found in the measurements of the same window.</Nothing>
            )}
          </Section>
          <ExplainPanel alert={alert.id} />
        </div>
        <div className={classes['column']}>
          <VerdictPanel alert={alert} verdicts={verdicts} />
          <Comments alert={alert.id} comments={comments} />
          <Section title="History">
            <HistoryList history={history} />
          </Section>
        </div>
      </div>
      <Section title="Messages">
        <DeliveryTable deliveries={deliveries} empty="No message was sent about this alert. Above stands why." />
      </Section>
    </Page>
  );
}

const TAB_OF: Record<string, Tab> = { drift: 'drift', quality: 'quality', service: 'service' };

function ToModel({ alert, ...props }: { alert: Alert }) {
  const tab = TAB_OF[alert.metric.split('.')[0]!] ?? 'overview';
  return (
    <Link
      to="/models/$model"
      params={{ model: alert.model }}
      search={{
        tab,
        at: alert.windowStart,
        ...(tab === 'overview' ? { metric: alert.metric } : {}),
        ...(alert.column ? { column: alert.column } : {}),
        ...(alert.labels['monitor'] ? { monitor: alert.labels['monitor'] } : {}),
      }}
      {...props}
    />
  );
}
