import { Badge } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { channelsQuery, deliveriesQuery } from '../../api/channels.ts';
import { Load } from '../../components/load.tsx';
import { Page, Section } from '../../components/page.tsx';
import { DeliveryTable } from '../messages/delivery-table.tsx';
import { ChannelTable } from './channel-table.tsx';
import { RetryAll } from './retry-all.tsx';

/** Where messages go, how that is going, and the messages that wait for a person. */
export function ChannelsPage() {
  const channels = useQuery(channelsQuery);
  const failed = useInfiniteQuery(deliveriesQuery({ state: 'failed' }));
  const waiting = useInfiniteQuery(deliveriesQuery({ state: 'awaiting_approval' }));
  const more = failed.hasNextPage ? '+' : '';
  return (
    <Page title="Channels" aside={<span className="quiet">where messages go, and how that is going</span>}>
      <Load query={channels} height={220}>
        {(all) => <ChannelTable channels={all} />}
      </Load>
      {(waiting.data?.length ?? 0) > 0 && (
        <Section title="Await approval" note="everybody would see them, so a person lets them go">
          <DeliveryTable deliveries={waiting.data!} empty="" />
        </Section>
      )}
      <Section
        title="Failed messages"
        note={
          failed.data && failed.data.length > 0 ? (
            <Badge size="sm" color="orange" variant="light">
              {failed.data.length}
              {more}
            </Badge>
          ) : undefined
        }
        actions={failed.data && <RetryAll deliveries={failed.data} />}
      >
        <Load query={failed} height={120}>
          {(all) => <DeliveryTable deliveries={all} empty="No message is left that could not be sent." />}
        </Load>
      </Section>
    </Page>
  );
}
