import type { Delivery } from '@leeway/contract';
import { Button } from '@mantine/core';
import { useApproveDelivery, useRetryDelivery } from '../../api/channels.ts';
import { reasonOf } from '../../api/http.ts';

/** What can be done about a message that is not sent: send it once more, or let it go out. */
export function DeliveryActions({ delivery: { id, state, subject } }: { delivery: Delivery }) {
  const retry = useRetryDelivery();
  const approve = useApproveDelivery();
  const act = state === 'failed' ? retry : state === 'awaiting_approval' ? approve : null;
  if (!act) return null;
  const label = act === retry ? 'Retry' : 'Approve';
  return (
    <>
      <Button
        variant="default"
        aria-label={`${label}: ${subject}`}
        loading={act.isPending}
        onClick={() => act.mutate(id)}
      >
        {label}
      </Button>
      {act.error && (
        <p role="alert" className="complaint">
          {reasonOf(act.error)}
        </p>
      )}
    </>
  );
}
