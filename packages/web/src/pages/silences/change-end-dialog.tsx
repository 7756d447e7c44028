import type { Silence } from '@leeway/contract';
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChangeSilence } from '../../api/actions.ts';
import { useNow } from '../../api/clock.ts';
import { Problem } from '../../components/problem.tsx';
import { matcherLines, toInput } from './draft.ts';

const HOUR_MS = 3_600_000;
const LONGER = [
  ['1 h more', HOUR_MS],
  ['1 day more', 24 * HOUR_MS],
  ['1 week more', 168 * HOUR_MS],
] as const;

export function ChangeEndDialog({ silence, onClose }: { silence: Silence; onClose: () => void }) {
  const [endsAt, setEndsAt] = useState(() => toInput(silence.endsAt));
  const change = useChangeSilence();
  const now = useNow();
  const good = Date.parse(endsAt) > Math.max(now(), Date.parse(silence.startsAt));
  return (
    <Modal opened onClose={onClose} title="Change the end" centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate({ silence: silence.id, endsAt: new Date(endsAt).toISOString() }, { onSuccess: onClose });
        }}
      >
        <Stack gap="sm">
          <Text size="sm" c="dimmed" className="breaks">
            {matcherLines(silence.matchers).join(', ')}
          </Text>
          <TextInput
            type="datetime-local"
            label="Ends at"
            description="in your zone"
            value={endsAt}
            onChange={(event) => setEndsAt(event.currentTarget.value)}
            error={good ? null : 'It must end after now, and after its beginning.'}
            required
            data-autofocus
          />
          <Group gap={6}>
            {LONGER.map(([label, ms]) => (
              <Button
                key={label}
                variant="default"
                onClick={() => setEndsAt(toInput((Date.parse(endsAt) || now()) + ms))}
              >
                {label}
              </Button>
            ))}
          </Group>
          {change.error && <Problem error={change.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={change.isPending} disabled={!good}>
              Change
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
