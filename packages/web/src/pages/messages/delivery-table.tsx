import type { Delivery } from '@leeway/contract';
import { Text } from '@mantine/core';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { DELIVERY } from '../../lib/states.ts';

const COLUMNS: Column<Delivery>[] = [
  {
    title: 'State',
    cell: ({ state, error, attempts }) => (
      <>
        <StateLabel look={DELIVERY[state]} />
        {(error || attempts > 1) && (
          <Text size="xs" c="dimmed" maw={320}>
            {attempts > 1 && `${attempts} attempts`}
            {attempts > 1 && error && ': '}
            {error}
          </Text>
        )}
      </>
    ),
  },
  { title: 'Channel', nowrap: true, cell: ({ channel }) => channel },
  { title: 'Subject', cell: ({ subject }) => subject },
  { title: 'Why it was sent', cell: ({ reason }) => reason },
  { title: 'Group', cell: ({ group }) => <span className="quiet">{group}</span> },
  { title: 'Made', nowrap: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    title: 'Sent',
    nowrap: true,
    cell: ({ sentAt, state }) => <Time at={sentAt} none={state === 'failed' ? 'not sent' : 'not yet'} />,
  },
];

export function DeliveryTable({ deliveries, empty }: { deliveries: Delivery[]; empty: string }) {
  return <DataTable label="Messages" rows={deliveries} columns={COLUMNS} rowKey={({ id }) => id} empty={empty} />;
}
