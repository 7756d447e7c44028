import { Button, Checkbox, Group, Modal, Select, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useSilence } from '../../api/actions.ts';
import { Problem } from '../../components/problem.tsx';

const LENGTHS = [
  { value: '1', label: '1 hour' },
  { value: '4', label: '4 hours' },
  { value: '24', label: '1 day' },
  { value: '72', label: '3 days' },
  { value: '168', label: '1 week' },
];
const HOUR_MS = 3_600_000;

/** Which of an alert's labels must match is chosen; by default its model, rule, column and slice. */
export function SilenceDialog({ labels, onClose }: { labels: Record<string, string>; onClose: () => void }) {
  const usual = ['model', 'rule', 'column', 'slice'].filter((label) => label in labels);
  const [chosen, setChosen] = useState<string[]>(usual);
  const [hours, setHours] = useState('4');
  const [comment, setComment] = useState('');
  const silence = useSilence();

  const submit = () => {
    const matchers = Object.fromEntries(chosen.map((label) => [label, labels[label]!]));
    const endsAt = new Date(Date.now() + Number(hours) * HOUR_MS).toISOString();
    silence.mutate({ matchers, endsAt, comment: comment.trim() }, { onSuccess: onClose });
  };
  return (
    <Modal opened onClose={onClose} title="Silence" centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap="sm">
          <Text size="sm">
            Alerts with all of these labels send no message until the silence ends. They are still shown here.
          </Text>
          <Checkbox.Group label="Labels that must match" value={chosen} onChange={setChosen}>
            <Stack gap={6} mt={6}>
              {Object.entries(labels).map(([label, value]) => (
                <Checkbox key={label} value={label} label={`${label} = ${value}`} />
              ))}
            </Stack>
          </Checkbox.Group>
          <Select
            label="For"
            data={LENGTHS}
            value={hours}
            allowDeselect={false}
            onChange={(value) => setHours(value ?? '4')}
          />
          <Textarea
            label="Why, for the record"
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
            required
            autosize
            minRows={2}
            data-autofocus
          />
          {silence.error && <Problem error={silence.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={silence.isPending} disabled={chosen.length === 0 || comment.trim() === ''}>
              Silence
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
