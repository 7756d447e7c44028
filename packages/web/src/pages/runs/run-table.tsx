import type { Run } from '@leeway/contract';
import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { shortId } from '../../lib/format.ts';
import { RUN_STATE, VERDICT } from '../../lib/states.ts';
import { formatDuration } from '../../lib/time.ts';

const COLUMNS: Column<Run>[] = [
  {
    title: 'Run',
    nowrap: true,
    cell: ({ id }) => (
      <Anchor fw={600} renderRoot={(props) => <Link to="/runs/$id" params={{ id }} title={id} {...props} />}>
        {shortId(id)}
      </Anchor>
    ),
  },
  {
    title: 'Model',
    nowrap: true,
    cell: ({ model }) => (
      <Anchor renderRoot={(props) => <Link to="/models/$model" params={{ model }} {...props} />}>{model}</Anchor>
    ),
  },
  { title: 'State', cell: ({ state }) => <StateLabel look={RUN_STATE[state]} /> },
  { title: 'Gates', nowrap: true, cell: ({ gates }) => <Gates gates={gates} /> },
  {
    title: 'Champion → challenger',
    nowrap: true,
    cell: ({ champion, challenger }) => (
      <>
        {champion ?? 'none'} → {challenger ?? <span className="quiet">none yet</span>}
      </>
    ),
  },
  {
    title: 'Why, and what came of it',
    cell: ({ trigger, reason, decision, error }) => (
      <>
        {trigger}
        {reason && <span className="quiet">: {reason}</span>}
        <Text size="xs" c="dimmed" lineClamp={2} maw={440}>
          {error?.detail ?? decision}
        </Text>
      </>
    ),
  },
  { title: 'Begun', nowrap: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    title: 'Took',
    numeric: true,
    cell: ({ createdAt, endedAt }) =>
      endedAt ? formatDuration(Date.parse(endedAt) - Date.parse(createdAt)) : <span className="quiet">under way</span>,
  },
];

interface RunTableProps {
  runs: Run[];
  ofOneModel?: boolean;
  empty: string;
}

export function RunTable({ runs, ofOneModel, empty }: RunTableProps) {
  const columns = ofOneModel ? COLUMNS.filter(({ title }) => title !== 'Model') : COLUMNS;
  return <DataTable label="Retraining runs" rows={runs} columns={columns} rowKey={({ id }) => id} empty={empty} />;
}

function Gates({ gates }: { gates: Run['gates'] }) {
  if (gates.length === 0) return <span className="quiet">not judged</span>;
  const worst = gates.some(({ verdict }) => verdict === 'fail')
    ? 'fail'
    : gates.some(({ verdict }) => verdict === 'inconclusive')
      ? 'inconclusive'
      : 'pass';
  const passed = gates.filter(({ verdict }) => verdict === 'pass').length;
  return <StateLabel look={{ ...VERDICT[worst], label: `${passed} of ${gates.length} pass` }} />;
}
