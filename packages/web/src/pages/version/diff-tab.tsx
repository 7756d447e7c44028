import type { DiffRow, VersionInfo } from '@leeway/contract';
import { Alert, Select, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { versionsQuery } from '../../api/queries.ts';
import { diffQuery } from '../../api/registry.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Load } from '../../components/load.tsx';
import { Nothing, Section } from '../../components/page.tsx';
import { formatDifference, formatMetric, formatNumber, sentence, words } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import { withReadableTimes } from '../../lib/time.ts';

interface DiffTabProps {
  version: VersionInfo;
  other: string | undefined;
  onChoose: (other: string) => void;
}

/** What differs from another version; by default from the one that it was made from. */
export function DiffTab({ version: { model, version, parent }, other, onChoose }: DiffTabProps) {
  const versions = useQuery(versionsQuery(model)).data ?? [];
  const others = versions.map((one) => one.version).filter((one) => one !== version);
  const chosen = other ?? parent ?? others[0];
  if (chosen === undefined) return <Nothing>There is no other version to compare it with.</Nothing>;
  return (
    <Stack gap="md">
      <Select
        label="Compare with"
        w={220}
        allowDeselect={false}
        searchable
        value={chosen}
        data={[...new Set([chosen, ...others])]}
        onChange={(value) => value && onChoose(value)}
      />
      <Diff model={model} a={chosen} b={version} />
    </Stack>
  );
}

/** From the other to this one, so that a change reads as what this version brought. */
function Diff({ model, a, b }: { model: string; a: string; b: string }) {
  const query = useQuery(diffQuery(model, a, b));
  return (
    <Load query={query}>
      {({ comparable, why, rows }) => {
        const sections = [...new Set(rows.map(({ section }) => section))];
        return (
          <Stack gap="lg">
            <Alert
              {...(comparable ? { variant: 'default' } : { variant: 'light', color: 'orange' })}
              title={comparable ? 'Metrics may be compared' : 'Metrics may not be compared'}
            >
              {sentence(why)}
            </Alert>
            {sections.map((section) => (
              <Section key={section} title={HEADINGS[section] ?? words(section)}>
                <DataTable
                  label={HEADINGS[section] ?? words(section)}
                  rows={rows.filter((row) => row.section === section)}
                  columns={columnsOf(section, a, b)}
                  rowKey={({ name }) => name}
                  empty=""
                />
              </Section>
            ))}
            {sections.length === 0 && <Nothing>Nothing differs.</Nothing>}
          </Stack>
        );
      }}
    </Load>
  );
}

const HEADINGS: Partial<Record<DiffRow['section'], string>> = { params: 'Parameters' };

function columnsOf(section: DiffRow['section'], a: string, b: string): Column<DiffRow>[] {
  const metric = section === 'metrics';
  const side = (title: string, which: 'a' | 'b'): Column<DiffRow> => ({
    title,
    numeric: metric,
    cell: (row) => <Value row={row} which={which} />,
  });
  return [
    { title: 'Name', cell: ({ name }) => (metric ? describeMetric(name).label : name) },
    side(a, 'a'),
    side(b, 'b'),
    ...(metric
      ? [
          {
            title: 'Change',
            numeric: true,
            cell: ({ name, change }: DiffRow) =>
              change === null ? <span className="quiet">not compared</span> : formatDifference(name, change),
          },
        ]
      : []),
  ];
}

function Value({ row: { section, name, better, ...row }, which }: { row: DiffRow; which: 'a' | 'b' }) {
  const value = row[which];
  const text =
    value === null || value === undefined ? (
      <span className="quiet">none</span>
    ) : typeof value === 'number' ? (
      section === 'metrics' ? (
        formatMetric(name, value)
      ) : (
        formatNumber(value)
      )
    ) : typeof value === 'string' ? (
      withReadableTimes(value)
    ) : (
      JSON.stringify(value)
    );
  return (
    <span className="breaks" {...(better === which ? { style: { fontWeight: 600 } } : {})}>
      {text}
      {better === which && <span className="praise"> better</span>}
    </span>
  );
}
