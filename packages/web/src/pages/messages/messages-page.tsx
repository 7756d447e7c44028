import { useQuery } from '@tanstack/react-query';
import { deliveriesQuery } from '../../api/queries.ts';
import { Load } from '../../components/load.tsx';
import { Page } from '../../components/page.tsx';
import { DeliveryTable } from './delivery-table.tsx';

export function MessagesPage() {
  const deliveries = useQuery(deliveriesQuery);
  const failed = deliveries.data?.filter(({ state }) => state === 'failed').length ?? 0;
  const note = failed > 0 ? `${failed} could not be sent` : 'what was sent to whom, the newest first';
  return (
    <Page title="Messages" aside={<span className="quiet">{note}</span>}>
      <Load query={deliveries} height={260}>
        {(data) => <DeliveryTable deliveries={data} empty="No message yet. The first alert that fires sends one." />}
      </Load>
    </Page>
  );
}
