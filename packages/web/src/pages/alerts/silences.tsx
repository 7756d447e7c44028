import type { Silence } from '@leeway/contract';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEndSilence } from '../../api/actions.ts';
import { silencesQuery } from '../../api/queries.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Load } from '../../components/load.tsx';
import { Section } from '../../components/page.tsx';
import { Problem } from '../../components/problem.tsx';
import { Time } from '../../components/time.tsx';

/** The silences that have not ended. */
export function Silences() {
  const silences = useQuery(silencesQuery);
  const end = useEndSilence();
  const columns: Column<Silence>[] = [
    {
      title: 'Matches',
      cell: ({ matchers }) =>
        Object.entries(matchers)
          .map(([label, value]) => `${label} = ${value}`)
          .join(', '),
    },
    { title: 'Why', cell: ({ comment }) => comment },
    { title: 'By', nowrap: true, cell: ({ createdBy }) => createdBy },
    { title: 'From', nowrap: true, cell: ({ startsAt }) => <Time at={startsAt} /> },
    { title: 'Until', nowrap: true, cell: ({ endsAt }) => <Time at={endsAt} /> },
    {
      title: '',
      cell: ({ id }) => (
        <Button variant="default" loading={end.isPending && end.variables === id} onClick={() => end.mutate(id)}>
          End now
        </Button>
      ),
    },
  ];
  return (
    <Section title="Silences" note="begun from an alert">
      {end.error && <Problem error={end.error} />}
      <Load query={silences} height={60}>
        {(all) => (
          <DataTable
            label="Silences"
            rows={all.filter(({ endsAt }) => Date.parse(endsAt) > Date.now())}
            columns={columns}
            rowKey={({ id }) => id}
            empty="Nothing is silenced."
          />
        )}
      </Load>
    </Section>
  );
}
