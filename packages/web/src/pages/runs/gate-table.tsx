import type { GateResult, GateTable as Table } from '@leeway/contract';
import { Accordion, Group, Text } from '@mantine/core';
import { forestRow } from '../../charts/forest.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { formatCount, formatDifference, formatMetric, formatNumber, words } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import { VERDICT } from '../../lib/states.ts';
import { askedBy } from './asked-by.ts';

const COLUMNS: Column<GateResult>[] = [
  { title: 'Verdict', nowrap: true, cell: ({ verdict }) => <StateLabel look={VERDICT[verdict]} /> },
  { title: 'Gate', width: '40%', cell: (gate) => <Why gate={gate} /> },
  { title: 'Champion', numeric: true, cell: ({ metric, champion }) => formatMetric(metric, champion) },
  { title: 'Challenger', numeric: true, cell: (gate) => <Challenger gate={gate} /> },
  { title: 'Difference', numeric: true, cell: (gate) => <Difference gate={gate} /> },
  {
    title: 'Champion better | challenger better',
    hint: 'The difference with its interval; dotted: no difference; dashed: what it was held against',
    width: 240,
    cell: (gate) => <Forest gate={gate} />,
  },
];

export function GateTable({ gates }: { gates: readonly GateResult[] }) {
  return <DataTable label="Gates" rows={gates} columns={COLUMNS} rowKey={({ name }) => name} empty="" />;
}

function Challenger({ gate: { metric, challenger, difference, lower, upper, limit } }: { gate: GateResult }) {
  return (
    <>
      {formatMetric(metric, challenger)}
      {difference === null && lower !== null && upper !== null && (
        <Text size="xs" c="dimmed">
          {formatMetric(metric, lower)} to {formatMetric(metric, upper)}
        </Text>
      )}
      {limit !== null && (
        <Text size="xs" c="dimmed">
          limit {formatMetric(metric, limit)}
        </Text>
      )}
    </>
  );
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

/** What it asks, what came of it, and how that was found. */
function Why({ gate }: { gate: GateResult }) {
  const { name, statement, reason, test, pValue, n } = gate;
  const how = [
    `asked: ${askedBy(gate)}`,
    test,
    pValue === null ? null : `p ${pValue < 0.0001 ? '< 0.0001' : formatNumber(pValue)}`,
    n > 0 ? `${formatCount(n)} rows` : null,
  ].filter((part) => part !== null);
  return (
    <>
      <span className="breaks">
        <strong>{name}</strong> {statement || words(reason)}
      </span>
      <Text size="xs" c="dimmed" className="breaks">
        {how.join('; ')}
      </Text>
    </>
  );
}

const WIDTH = 220;
const HEIGHT = 24;

/** The difference and its interval against zero and the margin; to the right the challenger is better. */
function Forest({ gate }: { gate: GateResult }) {
  const { better } = describeMetric(gate.metric);
  const { point, from, to, zero, bars } = forestRow({ ...gate, better: gate.better ?? better });
  if (point === null) return null;
  const x = (place: number) => place * WIDTH;
  const color = `var(--${VERDICT[gate.verdict].tone})`;
  const say = (value: number | null) => formatDifference(gate.metric, value);
  const label = `difference ${say(gate.difference)}, interval ${say(gate.lower)} to ${say(gate.upper)}`;
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      <line x1={x(zero)} x2={x(zero)} y1={0} y2={HEIGHT} stroke="var(--quiet)" strokeDasharray="1 3" />
      {bars.map((bar) => (
        <line key={bar} x1={x(bar)} x2={x(bar)} y1={0} y2={HEIGHT} stroke="var(--quiet)" strokeDasharray="5 2" />
      ))}
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

/** The numbers behind the verdicts, gate by gate. */
export function GateDetails({ gates }: { gates: readonly GateResult[] }) {
  const told = gates.filter(({ tables }) => tables.length > 0);
  if (told.length === 0) return null;
  return (
    <Accordion variant="contained" multiple chevronSize={16}>
      {told.map(({ name, verdict, tables }) => (
        <Accordion.Item key={name} value={name}>
          <Accordion.Control>
            <Group gap={8} component="span">
              <StateLabel look={VERDICT[verdict]} />
              <strong>{name}</strong>
              <span className="quiet">{tables.map(({ title }) => title).join(', ')}</span>
            </Group>
          </Accordion.Control>
          <Accordion.Panel>
            {tables.map((table) => (
              <GateNumbers key={table.title} table={table} />
            ))}
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

type Row = { key: string; cells: Table['rows'][number] };

function GateNumbers({ table: { title, columns, rows } }: { table: Table }) {
  return (
    <div style={{ marginBottom: 12 }}>
      <Text size="sm" fw={600} mb={4}>
        {title}
      </Text>
      <DataTable
        label={title}
        rows={rows.map((cells, i): Row => ({ key: String(i), cells }))}
        columns={columns.map(
          (column, i): Column<Row> => ({
            title: column,
            numeric: rows.some(({ [i]: cell }) => typeof cell === 'number'),
            cell: ({ cells }) => <Cell cell={cells[i] ?? null} />,
          }),
        )}
        rowKey={({ key }) => key}
        empty="No rows."
      />
    </div>
  );
}

function Cell({ cell }: { cell: Table['rows'][number][number] }) {
  if (cell === null) return <span className="quiet">–</span>;
  if (typeof cell === 'number') return formatNumber(cell);
  return Object.hasOwn(VERDICT, cell) ? <StateLabel look={VERDICT[cell as keyof typeof VERDICT]} /> : cell;
}
