import type { Alert } from '@leeway/contract';
import { List, Select } from '@mantine/core';
import { useState } from 'react';
import { useSilenceAll } from '../../api/alerts.ts';
import { useNow } from '../../api/clock.ts';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { matcherLines, newDraft, toSilence } from '../silences/draft.ts';
import { subjectsOf } from './subjects.ts';

const ENDS = [
  { value: '1', label: 'in 1 hour' },
  { value: '4', label: 'in 4 hours' },
  { value: '24', label: 'in 1 day' },
  { value: '168', label: 'in 1 week' },
  { value: 'resolved', label: 'each when its alert is over' },
];

/** Silences what several alerts are about, each by itself. */
export function SilenceManyDialog({ alerts, onClose }: { alerts: readonly Alert[]; onClose: () => void }) {
  const [ends, setEnds] = useState('4');
  const silence = useSilenceAll();
  const now = useNow();
  const subjects = subjectsOf(alerts);
  const submit = (comment: string) => {
    const end = ends === 'resolved' ? { end: 'resolved' as const } : { end: 'length' as const, hours: Number(ends) };
    const drafts = subjects.map((subject) => ({ ...newDraft(matcherLines(subject).join('\n')), ...end, comment }));
    return silence.mutateAsync(drafts.map((draft) => toSilence(draft, now())));
  };
  return (
    <ReasonDialog
      opened
      onClose={onClose}
      title={`Silence ${alerts.length} alerts`}
      confirm="Silence"
      reasonLabel="Why, for the record"
      onConfirm={submit}
    >
      Each gets a silence of its own, for what has these labels:
      <List size="sm" my="xs">
        {subjects.map((subject) => (
          <List.Item key={JSON.stringify(subject)}>{matcherLines(subject).join(', ')}</List.Item>
        ))}
      </List>
      <Select label="Ends" data={ENDS} value={ends} allowDeselect={false} onChange={(value) => setEnds(value ?? '4')} />
    </ReasonDialog>
  );
}
