import type { ChannelHealth } from '@leeway/contract';
import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { CHANNEL } from '../../lib/states.ts';
import { ChannelActions } from './channel-actions.tsx';

const COLUMNS: Column<ChannelHealth>[] = [
  {
    title: 'Channel',
    nowrap: true,
    cell: ({ name, label, failover }) => (
      <>
        <Text size="sm" fw={600}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {label}
        </Text>
        {failover && (
          <Text size="xs" c="dimmed">
            else {failover}
          </Text>
        )}
      </>
    ),
  },
  { title: 'State', width: '36%', cell: (channel) => <State channel={channel} /> },
  {
    title: 'Waiting',
    nowrap: true,
    cell: ({ queued, oldestQueuedAt }) =>
      queued === 0 ? (
        <span className="quiet">none</span>
      ) : (
        <>
          {queued}
          <Text size="xs" c="dimmed">
            since <Time at={oldestQueuedAt} />
          </Text>
        </>
      ),
  },
  { title: 'Last sent', nowrap: true, cell: ({ lastSentAt }) => <Time at={lastSentAt} none="never" /> },
  {
    title: 'Messages',
    cell: ({ name }) => (
      <Anchor renderRoot={(props) => <Link to="/messages" search={{ channel: name }} {...props} />}>show</Anchor>
    ),
  },
  { title: '', cell: (channel) => <ChannelActions channel={channel} /> },
];

export function ChannelTable({ channels }: { channels: ChannelHealth[] }) {
  return (
    <DataTable
      label="Channels"
      rows={channels}
      columns={COLUMNS}
      rowKey={({ name }) => name}
      empty="No channel is configured: alerts are shown here, and nobody is told of them. Add one under `channels` in leeway.yaml."
    />
  );
}

function State({ channel }: { channel: ChannelHealth }) {
  const { state, lastError, failingSince, failures, pausedUntil, disabledAt, disabledReason } = channel;
  return (
    <>
      <StateLabel look={CHANNEL[state]} />
      {state === 'disabled' && (
        <Detail>
          since <Time at={disabledAt} />
          {disabledReason && `: ${disabledReason}`}
        </Detail>
      )}
      {state === 'paused' && (
        <Detail>
          until <Time at={pausedUntil} />: the service asked for a rest
        </Detail>
      )}
      {failingSince && state !== 'disabled' && (
        <Detail>
          failing since <Time at={failingSince} />, {failures} {failures === 1 ? 'try' : 'tries'}
        </Detail>
      )}
      {lastError && !disabledReason?.includes(lastError) && (
        <Detail>
          {state === 'ok' ? 'last failure: ' : ''}
          {lastError}
        </Detail>
      )}
    </>
  );
}

const Detail = ({ children }: { children: ReactNode }) => (
  <Text size="xs" c="dimmed" className="breaks" component="div">
    {children}
  </Text>
);
