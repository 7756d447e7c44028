import type { Delivery } from '@leeway/contract';
import { Text } from '@mantine/core';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { words } from '../../lib/format.ts';
import { DELIVERY } from '../../lib/states.ts';
import { DeliveryActions } from './delivery-actions.tsx';

const COLUMNS: Column<Delivery>[] = [
  {
    title: 'State',
    cell: (delivery) => (
      <>
        <StateLabel look={DELIVERY[delivery.state]} />
        <Trouble delivery={delivery} />
      </>
    ),
  },
  {
    title: 'Channel',
    nowrap: true,
    cell: ({ channel, failoverOf }) => (
      <>
        {channel}
        {failoverOf && (
          <Text size="xs" c="dimmed">
            in place of another
          </Text>
        )}
      </>
    ),
  },
  { title: 'Subject', width: '30%', cell: ({ subject }) => subject },
  {
    title: 'Why it was sent',
    cell: ({ reason, group }) => (
      <>
        {reason}
        <Text size="xs" c="dimmed" className="breaks" miw={130}>
          {group}
        </Text>
      </>
    ),
  },
  { title: 'Made', nowrap: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    title: 'Sent',
    nowrap: true,
    cell: ({ sentAt, state }) => (
      <Time at={sentAt} none={state === 'queued' || state === 'awaiting_approval' ? 'not yet' : 'not sent'} />
    ),
  },
  { title: '', cell: (delivery) => <DeliveryActions delivery={delivery} /> },
];

function Trouble({ delivery: { error, attempts, failure } }: { delivery: Delivery }) {
  if (!error && attempts <= 1) return null;
  const tries = attempts > 1 ? `${attempts} tries` : '';
  return (
    <Text size="xs" c="dimmed" miw={170} maw={320} className="breaks">
      {[tries, failure && words(failure).toLowerCase(), error].filter(Boolean).join(', ')}
    </Text>
  );
}

export function DeliveryTable({ deliveries, empty }: { deliveries: Delivery[]; empty: string }) {
  return <DataTable label="Messages" rows={deliveries} columns={COLUMNS} rowKey={({ id }) => id} empty={empty} />;
}
