import type { Alert } from '@leeway/contract';
import { Badge, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { Facts } from '../../components/page.tsx';
import { Time } from '../../components/time.tsx';
import { formatCount, formatMetric, formatNumber, formatShare } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import { formatDuration, formatWindow } from '../../lib/time.ts';

type Fact = readonly [string, ReactNode];

/** What is known of an alert, each where there is something to say. */
export function AlertFacts({ alert }: { alert: Alert }) {
  return <Facts facts={[...measuredOf(alert), ...timesOf(alert), ...peopleOf(alert), ...restOf(alert)]} />;
}

function measuredOf(alert: Alert): Fact[] {
  const { metric, value, threshold, lower, upper, reference, n, coverage, cost, noData } = alert;
  const say = (number: number | null) => formatMetric(metric, number);
  return [
    [describeMetric(metric).label, value === null ? 'no data' : say(value)],
    ['Threshold', threshold === null ? 'none' : say(threshold)],
    ...(lower !== null && upper !== null ? ([['Interval', `${say(lower)} to ${say(upper)}`]] as const) : []),
    ...(reference === null ? [] : ([['Reference', say(reference)]] as const)),
    ['Window (UTC)', formatWindow(alert.windowStart, alert.windowEnd)],
    ['Rows', formatCount(n)],
    ...(coverage === null ? [] : ([['With label', formatShare(coverage)]] as const)),
    ...(cost === null ? [] : ([['Cost of the window', formatNumber(cost)]] as const)),
    ...(noData ? ([['Last window', 'no data']] as const) : []),
  ];
}

function timesOf({ firedAt, activeAt, resolvedAt }: Alert): Fact[] {
  const began = firedAt ?? activeAt;
  const lasted = resolvedAt ? formatDuration(Date.parse(resolvedAt) - Date.parse(began)) : null;
  return [
    [firedAt ? 'Fired' : 'Pending since', <Time key="since" at={began} />],
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
  ];
}

function peopleOf({ state, acknowledgedBy, acknowledgedAt, acknowledgedUntil, assignee, muted }: Alert): Fact[] {
  return [
    ...(acknowledgedBy
      ? ([
          [
            state === 'resolved' ? 'Acknowledged' : 'In hand',
            <span key="ack">
              {acknowledgedBy}, <Time at={acknowledgedAt} />
              {acknowledgedUntil && (
                <>
                  {' '}
                  until <Time at={acknowledgedUntil} />
                </>
              )}
            </span>,
          ],
        ] as const)
      : []),
    ...(assignee ? ([['Assigned to', assignee]] as const) : []),
    ...(muted
      ? ([
          [
            'Muted',
            <span key="muted" className="breaks">
              {muted.text}
              {muted.until && (
                <>
                  {' '}
                  until <Time at={muted.until} />
                </>
              )}
            </span>,
          ],
        ] as const)
      : []),
  ];
}

function restOf({ column, slice, version, labels }: Alert): Fact[] {
  return [
    ...(column ? ([['Column', column]] as const) : []),
    ...(slice ? ([['Slice', slice]] as const) : []),
    ...(version ? ([['Version', version]] as const) : []),
    ['Labels', <Labels key="labels" labels={labels} />],
  ];
}

const SHOWN = ['model', 'rule', 'severity', 'column', 'slice'];

function Labels({ labels }: { labels: Alert['labels'] }) {
  const more = Object.entries(labels).filter(([label]) => !SHOWN.includes(label));
  if (more.length === 0) return <span className="quiet">none besides</span>;
  return (
    <Group gap={6}>
      {more.map(([label, value]) => (
        <Badge key={label} variant="default" tt="none" fw={400}>
          {label} = {value}
        </Badge>
      ))}
    </Group>
  );
}
