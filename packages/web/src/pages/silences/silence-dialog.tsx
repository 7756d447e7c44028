import { Button, Checkbox, Chip, Group, Modal, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useSilence } from '../../api/actions.ts';
import { useNow } from '../../api/clock.ts';
import { Problem } from '../../components/problem.tsx';
import { complaintOf, type Draft, matcherLines, newDraft, readMatchers, toSilence } from './draft.ts';
import { MutedPreview } from './muted-preview.tsx';

const ENDS = [
  { value: '1', label: 'in 1 hour' },
  { value: '4', label: 'in 4 hours' },
  { value: '24', label: 'in 1 day' },
  { value: '72', label: 'in 3 days' },
  { value: '168', label: 'in 1 week' },
  { value: 'time', label: 'at a time…' },
  { value: 'resolved', label: 'when what it matches is over' },
];
const IDLE = [
  { value: '', label: 'no' },
  { value: '1h', label: 'for 1 hour' },
  { value: '1d', label: 'for 1 day' },
  { value: '1w', label: 'for 1 week' },
];
const USUAL = ['model', 'rule', 'column', 'slice'];

/** Makes a silence. From an alert its labels are offered; chosen are its model, rule, column and slice. */
export function SilenceDialog({ labels = {}, onClose }: { labels?: Record<string, string>; onClose: () => void }) {
  const usual = Object.fromEntries(USUAL.filter((label) => label in labels).map((label) => [label, labels[label]!]));
  const [draft, setDraft] = useState(() => newDraft(matcherLines(usual).join('\n')));
  const silence = useSilence();
  const change = (patch: Partial<Draft>) => setDraft((before) => ({ ...before, ...patch }));
  const now = useNow();
  const complaint = complaintOf(draft, now());
  return (
    <Modal opened onClose={onClose} title="Silence" centered size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          silence.mutate(toSilence(draft, now()), { onSuccess: onClose });
        }}
      >
        <Stack gap="sm">
          <Text size="sm">
            What matches sends no message until the silence ends. It is still shown here, and whoever was told of an
            alert is told of its end all the same.
          </Text>
          <Offered labels={labels} text={draft.matchers} onChange={(matchers) => change({ matchers })} />
          <Textarea
            label="Matches alerts with all of these labels"
            description='A line each: model=flights, severity=~critical|warning, team!=infra; or {model="flights", …}'
            value={draft.matchers}
            onChange={(event) => change({ matchers: event.currentTarget.value })}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            autosize
            minRows={2}
            required
            spellCheck={false}
            {...(Object.keys(labels).length === 0 ? { 'data-autofocus': true } : {})}
          />
          <MutedPreview matchers={readMatchers(draft.matchers).matchers} />
          <Times draft={draft} change={change} />
          <Textarea
            label="Why, for the record"
            value={draft.comment}
            onChange={(event) => change({ comment: event.currentTarget.value })}
            required
            autosize
            minRows={2}
            {...(Object.keys(labels).length > 0 ? { 'data-autofocus': true } : {})}
          />
          <Stack gap={6}>
            <Checkbox
              label="This is planned maintenance"
              checked={draft.maintenance}
              onChange={(event) => change({ maintenance: event.currentTarget.checked })}
            />
            <Checkbox
              label="Tell channels that know of an alert that it is silenced"
              checked={draft.tellStart}
              onChange={(event) => change({ tellStart: event.currentTarget.checked })}
            />
            <Checkbox
              label="Tell them when it ends over an alert that still fires"
              checked={draft.tellEnd}
              onChange={(event) => change({ tellEnd: event.currentTarget.checked })}
            />
          </Stack>
          {silence.error && <Problem error={silence.error} />}
          <Group justify="flex-end" gap="xs">
            {complaint && draft.matchers !== '' && (
              <Text size="xs" c="dimmed" mr="auto" maw={340} role="status">
                {complaint}
              </Text>
            )}
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              loading={silence.isPending}
              disabled={complaint !== null || draft.comment.trim() === ''}
            >
              Silence
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface OfferedProps {
  labels: Record<string, string>;
  text: string;
  onChange: (text: string) => void;
}

/** The labels of an alert; a click takes one in or out. */
function Offered({ labels, text, onChange }: OfferedProps): ReactNode {
  if (Object.keys(labels).length === 0) return null;
  const lines = readMatchers(text).matchers;
  return (
    <Group gap={6} role="group" aria-label="Labels of the alert">
      {matcherLines(labels).map((line) => (
        <Chip
          key={line}
          size="xs"
          checked={lines.includes(line)}
          onChange={(chosen) => onChange((chosen ? [...lines, line] : lines.filter((one) => one !== line)).join('\n'))}
        >
          {line}
        </Chip>
      ))}
    </Group>
  );
}

function Times({ draft, change }: { draft: Draft; change: (patch: Partial<Draft>) => void }) {
  const chosen = draft.end === 'length' ? String(draft.hours) : draft.end;
  return (
    <Group gap="sm" align="flex-start" grow preventGrowOverflow={false}>
      <TextInput
        type="datetime-local"
        label="Begins"
        description="empty: now"
        miw={180}
        value={draft.startsAt}
        onChange={(event) => change({ startsAt: event.currentTarget.value })}
      />
      <Select
        label="Ends"
        description={draft.end === 'resolved' ? 'after 90 days at the latest' : 'counted from its beginning'}
        miw={180}
        data={ENDS}
        value={chosen}
        allowDeselect={false}
        onChange={(value) =>
          change(value === 'time' || value === 'resolved' ? { end: value } : { end: 'length', hours: Number(value) })
        }
      />
      {draft.end === 'time' && (
        <TextInput
          type="datetime-local"
          label="Ends at"
          description="in your zone"
          miw={180}
          required
          value={draft.endsAt}
          onChange={(event) => change({ endsAt: event.currentTarget.value })}
        />
      )}
      <Select
        label="Ends before, if idle"
        description="when nothing has matched"
        miw={160}
        data={IDLE}
        value={draft.idle}
        allowDeselect={false}
        onChange={(value) => change({ idle: value ?? '' })}
      />
    </Group>
  );
}
