import type { Silence } from '@leeway/contract';
import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useEndSilence } from '../../api/actions.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Problem } from '../../components/problem.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { SILENCE } from '../../lib/states.ts';
import { ChangeEndDialog } from './change-end-dialog.tsx';
import { matcherLines, type Phase } from './draft.ts';

interface SilenceTableProps {
  silences: Silence[];
  phase: Phase;
  empty: string;
}

export function SilenceTable({ silences, phase, empty }: SilenceTableProps) {
  const end = useEndSilence();
  const [changing, setChanging] = useState<Silence | null>(null);
  const columns: Column<Silence>[] = [
    {
      title: 'Kind',
      nowrap: true,
      cell: ({ kind, automatic }) => (
        <>
          <StateLabel look={SILENCE[kind]} />
          {automatic && (
            <Text size="xs" c="dimmed">
              by itself
            </Text>
          )}
        </>
      ),
    },
    { title: 'Matches', width: '26%', cell: ({ matchers }) => <MatcherList lines={matcherLines(matchers)} /> },
    { title: 'Why', width: '24%', cell: ({ comment }) => <span className="breaks">{comment}</span> },
    { title: 'By', nowrap: true, cell: ({ createdBy }) => createdBy },
    { title: 'From', nowrap: true, cell: ({ startsAt }) => <Time at={startsAt} /> },
    { title: 'Until', cell: (silence) => <Until silence={silence} over={phase === 'ended'} /> },
    ...(phase === 'ended'
      ? []
      : [{ title: '', cell: (silence: Silence) => <Acts silence={silence} end={end} onChange={setChanging} /> }]),
  ];
  return (
    <>
      {end.error && <Problem error={end.error} />}
      <DataTable label="Silences" rows={silences} columns={columns} rowKey={({ id }) => id} empty={empty} />
      {changing && <ChangeEndDialog silence={changing} onClose={() => setChanging(null)} />}
    </>
  );
}

function MatcherList({ lines }: { lines: string[] }) {
  return (
    <div className="matchers">
      {lines.map((line) => (
        <code key={line}>{line}</code>
      ))}
    </div>
  );
}

function Until({ silence: { endsAt, untilResolved, expireWhenIdle }, over }: { silence: Silence; over: boolean }) {
  return (
    <>
      <Time at={endsAt} />
      {!over && (untilResolved || expireWhenIdle) && (
        <Text size="xs" c="dimmed">
          {[
            untilResolved && 'or when what it matches is over',
            expireWhenIdle && `or when nothing has matched for ${expireWhenIdle}`,
          ]
            .filter(Boolean)
            .join(', ')}
        </Text>
      )}
    </>
  );
}

interface ActsProps {
  silence: Silence;
  end: ReturnType<typeof useEndSilence>;
  onChange: (silence: Silence) => void;
}

function Acts({ silence, end, onChange }: ActsProps) {
  const { id, kind, automatic } = silence;
  if (automatic) {
    return <span className="quiet">{kind === 'maintenance' ? 'set in the configuration' : 'ends by itself'}</span>;
  }
  return (
    <Group gap={6} wrap="nowrap" justify="flex-end">
      <Button variant="default" onClick={() => onChange(silence)}>
        Change end
      </Button>
      <Button variant="default" loading={end.isPending && end.variables === id} onClick={() => end.mutate(id)}>
        End now
      </Button>
    </Group>
  );
}
