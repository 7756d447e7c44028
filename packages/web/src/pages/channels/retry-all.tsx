import type { Delivery } from '@leeway/contract';
import { Button } from '@mantine/core';
import { useRetryAll } from '../../api/channels.ts';
import { reasonOf } from '../../api/http.ts';

/** For each channel with failed messages: send them all once more. */
export function RetryAll({ deliveries }: { deliveries: Delivery[] }) {
  const retry = useRetryAll();
  const channels = [...new Set(deliveries.map(({ channel }) => channel))].sort();
  return (
    <>
      {retry.error && <span className="complaint">{reasonOf(retry.error)}</span>}
      {channels.map((channel) => (
        <Button
          key={channel}
          variant="default"
          loading={retry.isPending && retry.variables === channel}
          onClick={() => retry.mutate(channel)}
        >
          Retry all of {channel}
        </Button>
      ))}
    </>
  );
}
