import type { Alert } from '@leeway/contract';
import { Anchor, Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type AlertHistory, alertQuery } from '../../api/queries.ts';
import { Load } from '../../components/load.tsx';
import { Facts, Nothing, Page, Section } from '../../components/page.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { formatMetric } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import { ALERT_STATE, SEVERITY } from '../../lib/states.ts';
import { formatDuration, formatWindow } from '../../lib/time.ts';
import { DeliveryTable } from '../messages/delivery-table.tsx';
import type { Tab } from '../model/search.ts';
import { AlertActions } from './alert-actions.tsx';
import { CausePanel } from './cause-panel.tsx';
import { HistoryList } from './history-list.tsx';

export function AlertPage() {
  const { id } = useParams({ from: '/shell/alerts/$id' });
  const query = useQuery(alertQuery(id));
  return (
    <Load query={query} height={420}>
      {(data) => <Detail {...data} />}
    </Load>
  );
}

function Detail({ alert, history, deliveries }: AlertHistory) {
  return (
    <Page
      title={`${alert.rule} on ${alert.model}`}
      aside={
        <Group gap="md">
          <StateLabel look={SEVERITY[alert.severity]} />
          <StateLabel look={ALERT_STATE[alert.state]} />
        </Group>
      }
      actions={
        <>
          <Button variant="default" renderRoot={(props) => <ToModel alert={alert} {...props} />}>
            Open {alert.model} at this window
          </Button>
          <AlertActions alert={alert} />
        </>
      }
    >
      <Text size="md">{alert.summary}</Text>
      <Facts facts={factsOf(alert)} />
      <Section title="Likely cause">
        {alert.cause ? (
          <CausePanel alert={alert} cause={alert.cause} />
        ) : (
          <Nothing>No cause was found in the measurements of the same window.</Nothing>
        )}
      </Section>
      <Section title="History">
        <HistoryList history={history} />
      </Section>
      <Section title="Messages">
        <DeliveryTable
          deliveries={deliveries}
          empty="No message was sent about this alert: no route matches it, it is silenced, or its group still waits for company."
        />
      </Section>
    </Page>
  );
}

function factsOf(alert: Alert) {
  const { metric, value, threshold, column, slice, version, firedAt, activeAt, resolvedAt } = alert;
  const began = Date.parse(firedAt ?? activeAt);
  const lasted = resolvedAt ? formatDuration(Date.parse(resolvedAt) - began) : null;
  return [
    [describeMetric(metric).label, value === null ? 'no data' : formatMetric(metric, value)],
    ['Threshold', threshold === null ? 'none' : formatMetric(metric, threshold)],
    ['Window (UTC)', formatWindow(alert.windowStart, alert.windowEnd)],
    ...(column ? [['Column', column] as const] : []),
    ...(slice ? [['Slice', slice] as const] : []),
    ...(version ? [['Version', version] as const] : []),
    [firedAt ? 'Fired' : 'Pending since', <Time key="since" at={firedAt ?? activeAt} />],
    ...(resolvedAt
      ? ([
          [
            'Resolved',
            <span key="resolved">
              <Time at={resolvedAt} /> <span className="quiet">after {lasted}</span>
            </span>,
          ],
        ] as const)
      : []),
    ...(alert.acknowledgedBy
      ? ([
          [
            'Acknowledged',
            <span key="ack">
              {alert.acknowledgedBy}, <Time at={alert.acknowledgedAt} />
            </span>,
          ],
        ] as const)
      : []),
    ...(alert.noData ? [['Last window', 'no data'] as const] : []),
    ...(alert.runbook ? ([['Runbook', <Runbook key="runbook" address={alert.runbook} />]] as const) : []),
    ['Labels', <Labels key="labels" labels={alert.labels} />],
  ] as const;
}

/** A runbook is what a configuration says; only an http(s) address becomes a link. */
function Runbook({ address }: { address: string }) {
  if (!/^https?:\/\//.test(address)) return address;
  return (
    <Anchor href={address} target="_blank" rel="noreferrer">
      what to do
    </Anchor>
  );
}

function Labels({ labels }: { labels: Alert['labels'] }) {
  const more = Object.entries(labels).filter(
    ([label]) => !['model', 'rule', 'severity', 'column', 'slice'].includes(label),
  );
  if (more.length === 0) return <span className="quiet">none besides</span>;
  return (
    <Stack gap={2}>
      <Group gap={6}>
        {more.map(([label, value]) => (
          <Badge key={label} variant="default" tt="none" fw={400}>
            {label} = {value}
          </Badge>
        ))}
      </Group>
    </Stack>
  );
}

const TAB_OF: Record<string, Tab> = { drift: 'drift', quality: 'quality', service: 'service' };

export function ToModel({ alert, ...props }: { alert: Alert }) {
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
