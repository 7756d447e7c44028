import type { Delivery } from '@leeway/contract';
import { Button, Select } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { channelsQuery, deliveriesQuery } from '../../api/channels.ts';
import { Load } from '../../components/load.tsx';
import { Page } from '../../components/page.tsx';
import { DELIVERY } from '../../lib/states.ts';
import { DeliveryTable } from './delivery-table.tsx';
import type { MessagesSearch } from './search.ts';

const STATES = Object.entries(DELIVERY).map(([value, { label }]) => ({ value, label }));

export function MessagesPage() {
  const { channel, state } = useSearch({ from: '/shell/messages' });
  const navigate = useNavigate({ from: '/messages' });
  const deliveries = useInfiniteQuery(deliveriesQuery({ channel, state }));
  const channels = useQuery(channelsQuery).data ?? [];
  const choose = (patch: { [Key in keyof MessagesSearch]: MessagesSearch[Key] | undefined }) => {
    const next = Object.entries({ channel, state, ...patch }).filter(([, value]) => value !== undefined);
    void navigate({ search: Object.fromEntries(next) });
  };
  const filtered = channel !== undefined || state !== undefined;
  return (
    <Page
      title="Messages"
      aside={<span className="quiet">what was sent to whom, the newest first</span>}
      actions={
        <>
          <Select
            aria-label="Channel"
            placeholder="Every channel"
            size="xs"
            w={150}
            clearable
            data={[...new Set([...channels.map(({ name }) => name), ...(channel ? [channel] : [])])]}
            value={channel ?? null}
            onChange={(value) => choose({ channel: value ?? undefined })}
          />
          <Select
            aria-label="State"
            placeholder="Every state"
            size="xs"
            w={150}
            clearable
            data={STATES}
            value={state ?? null}
            onChange={(value) => choose({ state: (value as Delivery['state'] | null) ?? undefined })}
          />
        </>
      }
    >
      <Load query={deliveries} height={260}>
        {(data) => (
          <DeliveryTable
            deliveries={data}
            empty={filtered ? 'No such message.' : 'No message yet. The first alert that fires sends one.'}
          />
        )}
      </Load>
      {deliveries.hasNextPage && (
        <Button
          variant="default"
          style={{ alignSelf: 'center' }}
          loading={deliveries.isFetchingNextPage}
          onClick={() => void deliveries.fetchNextPage()}
        >
          Older messages
        </Button>
      )}
    </Page>
  );
}
