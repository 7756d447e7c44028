import type { ChannelHealth, Delivery } from '@leeway/contract';
import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEnableChannel, useTestChannel } from '../../api/channels.ts';
import { reasonOf } from '../../api/http.ts';
import { PreviewDialog } from './preview-dialog.tsx';

/** Test, preview, and use again. */
export function ChannelActions({ channel: { name, state } }: { channel: ChannelHealth }) {
  const test = useTestChannel();
  const enable = useEnableChannel();
  const [previewing, preview] = useDisclosure(false);
  return (
    <>
      <Group gap={6} justify="flex-end" wrap="nowrap">
        {(state === 'disabled' || state === 'paused') && (
          <Button loading={enable.isPending} onClick={() => enable.mutate(name)}>
            Enable
          </Button>
        )}
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate(name)}>
          Test
        </Button>
        <Button variant="default" onClick={preview.open}>
          Preview
        </Button>
      </Group>
      <div role="status">
        {test.data && !test.isPending && <Outcome delivery={test.data} />}
        {(test.error ?? enable.error) && <p className="complaint">{reasonOf(test.error ?? enable.error)}</p>}
      </div>
      {previewing && <PreviewDialog channel={name} onClose={preview.close} />}
    </>
  );
}

/** How a test went. */
function Outcome({ delivery: { state, error } }: { delivery: Delivery }) {
  if (state === 'sent') return <p className="praise">The test message was sent.</p>;
  if (state === 'failed') return <p className="complaint">The test failed: {error ?? 'no reason is known'}</p>;
  return <p className="complaint">The test message still waits{error ? `: ${error}` : '.'}</p>;
}
