import type { AliasMove, StageNote } from '@leeway/contract';
import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { aliasMovesQuery, stagesQuery } from '../../api/registry.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Load } from '../../components/load.tsx';
import { Section } from '../../components/page.tsx';
import { Time } from '../../components/time.tsx';
import { VersionLink } from '../../components/version-link.tsx';
import { words } from '../../lib/format.ts';

const NONE = <span className="quiet">none</span>;

const MOVES: Column<AliasMove>[] = [
  { title: 'When', nowrap: true, cell: ({ at }) => <Time at={at} /> },
  { title: 'Alias', nowrap: true, cell: ({ alias }) => alias },
  {
    title: 'From',
    nowrap: true,
    cell: ({ model, from }) => (from === null ? NONE : <VersionLink model={model} version={from} />),
  },
  {
    title: 'To',
    nowrap: true,
    cell: ({ model, to }) => (to === null ? NONE : <VersionLink model={model} version={to} />),
  },
  { title: 'By', nowrap: true, cell: ({ actor }) => actor },
  { title: 'Why', width: '40%', cell: ({ reason }) => reason },
];

const STAGES: Column<StageNote>[] = [
  { title: 'When', nowrap: true, cell: ({ at }) => <Time at={at} /> },
  { title: 'Stage', nowrap: true, cell: ({ stage }) => words(stage) },
  { title: 'By', nowrap: true, cell: ({ actor }) => actor },
  { title: 'Note', width: '40%', cell: ({ note }) => note },
];

/** Every move of an alias to the version or away from it, and where people said that it stands. */
export function AliasesTab({ model, version }: { model: string; version: string }) {
  const moves = useQuery(aliasMovesQuery(model));
  const stages = useQuery(stagesQuery(model, version));
  return (
    <Stack gap="lg">
      <Section title="Aliases" note="to this version and away from it, the newest first">
        <Load query={moves}>
          {(all) => (
            <DataTable
              label="Moves of aliases"
              rows={all.filter(({ from, to }) => from === version || to === version)}
              columns={MOVES}
              rowKey={({ id }) => String(id)}
              empty="No alias has pointed to it."
            />
          )}
        </Load>
      </Section>
      <Section title="Stages" note="a word for people; what serves is said by the alias champion alone">
        <Load query={stages}>
          {(notes) => (
            <DataTable
              label="Stages"
              rows={notes}
              columns={STAGES}
              rowKey={({ at, stage }) => `${at} ${stage}`}
              empty="Nobody has said where it stands."
            />
          )}
        </Load>
      </Section>
    </Stack>
  );
}
