import type { GateResult } from '@leeway/contract';
import { Text } from '@mantine/core';
import { forestRow } from '../../charts/forest.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { formatDifference, formatMetric } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import { VERDICT } from '../../lib/states.ts';

const TYPES: Record<string, string> = { threshold: 'against a number', compare: 'against the champion' };

const COLUMNS: Column<GateResult>[] = [
  {
    title: 'Gate',
    nowrap: true,
    cell: ({ type, metric, name }) => (
      <>
        {name === `${type} ${metric}` ? describeMetric(metric).label : name}
        <Text size="xs" c="dimmed">
          {TYPES[type] ?? type}
        </Text>
      </>
    ),
  },
  { title: 'Verdict', cell: ({ verdict }) => <StateLabel look={VERDICT[verdict]} /> },
  { title: 'Champion', numeric: true, cell: ({ metric, champion }) => formatMetric(metric, champion) },
  { title: 'Challenger', numeric: true, cell: ({ metric, challenger }) => formatMetric(metric, challenger) },
  { title: 'Difference', numeric: true, cell: (gate) => <Difference gate={gate} /> },
  { title: 'Champion better | challenger better', width: 240, cell: (gate) => <Forest gate={gate} /> },
  { title: 'Why', cell: ({ statement }) => statement },
];

export function GateTable({ gates }: { gates: GateResult[] }) {
  return <DataTable label="Gates" rows={gates} columns={COLUMNS} rowKey={({ name }) => name} empty="" />;
}

function Difference({ gate: { metric, difference, lower, upper } }: { gate: GateResult }) {
  if (difference === null) return <span className="quiet">not compared</span>;
  return (
    <>
      {formatDifference(metric, difference)}
      {lower !== null && upper !== null && (
        <Text size="xs" c="dimmed">
          {formatDifference(metric, lower)} to {formatDifference(metric, upper)}
        </Text>
      )}
    </>
  );
}

const WIDTH = 220;
const HEIGHT = 24;

/** The difference and its interval against zero; to the right the challenger is better, whichever way the metric runs. */
function Forest({ gate }: { gate: GateResult }) {
  const better = gate.better ?? describeMetric(gate.metric).better;
  const { point, from, to, zero } = forestRow(gate);
  if (point === null) return null;
  const x = (place: number) => (better === 'lower' ? 1 - place : place) * WIDTH;
  const color = `var(--${VERDICT[gate.verdict].tone})`;
  const say = (value: number | null) => formatDifference(gate.metric, value);
  const label = `difference ${say(gate.difference)}, interval ${say(gate.lower)} to ${say(gate.upper)}`;
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      <line x1={x(zero)} x2={x(zero)} y1={0} y2={HEIGHT} stroke="var(--quiet)" strokeDasharray="2 3" />
      {from !== null && to !== null && (
        <g stroke={color} strokeWidth={2}>
          <line x1={x(from)} x2={x(to)} y1={HEIGHT / 2} y2={HEIGHT / 2} />
          <line x1={x(from)} x2={x(from)} y1={HEIGHT / 2 - 4} y2={HEIGHT / 2 + 4} />
          <line x1={x(to)} x2={x(to)} y1={HEIGHT / 2 - 4} y2={HEIGHT / 2 + 4} />
        </g>
      )}
      <circle cx={x(point)} cy={HEIGHT / 2} r={4.5} fill={color} />
    </svg>
  );
}
