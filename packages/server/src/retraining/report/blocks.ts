import type { GateResult, GateTable, RunEvaluation } from '@leeway/contract';
import { figure, signed } from '../gates/words.ts';

/** A piece of the page about an evaluation, whatever it is written in. */
export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'text'; text: string; tone?: 'bad' | 'warn' }
  | { kind: 'list'; items: string[] }
  | { kind: 'table'; head: string[]; rows: { cells: string[]; tone?: 'bad' | 'warn' }[] }
  | { kind: 'forest'; gates: GateResult[] }
  | { kind: 'calibration'; curves: NonNullable<RunEvaluation['calibration']> };

export const VERDICT_WORDS = { pass: 'Pass', fail: 'Fail', inconclusive: 'Inconclusive' } as const;

const TONES = { pass: undefined, fail: 'bad', inconclusive: 'warn' } as const;

/** What an evaluation says, in the order in which a person wants to know it. */
export function blocksOf(evaluation: RunEvaluation): Block[] {
  const { gates, metrics, calibration, notes } = evaluation;
  const against = evaluation.champion === null ? 'no champion yet' : `champion ${evaluation.champion}`;
  const regimes = evaluation.regimes.map(({ regime, rows }) => `${figure(rows)} ${regime}`).join(', ');
  const facts = [
    `Model ${evaluation.model}, challenger ${evaluation.challenger}, ${against}, run ${evaluation.run}`,
    `${figure(evaluation.rows)} held-out rows (${regimes}), the same for both, ${evaluation.from} to ${evaluation.to}`,
    evaluation.labelledShare === null
      ? 'How many labels were still to come is not known'
      : `Labels known of ${figure(100 * evaluation.labelledShare)} % of the predictions`,
  ];
  const compared = gates.filter(({ difference, lower }) => difference !== null && lower !== null);
  return [
    { kind: 'list', items: facts },
    ...notes.map((text): Block => ({ kind: 'text', text, tone: 'warn' })),
    { kind: 'heading', text: 'Gates' },
    { kind: 'table', head: GATE_HEAD, rows: gates.map(gateRow) },
    ...(compared.length > 0
      ? ([
          { kind: 'heading', text: 'Differences' },
          { kind: 'forest', gates: compared },
        ] satisfies Block[])
      : []),
    ...gates.flatMap(({ name, tables }) => tables.flatMap((table) => tableBlocks(name, table))),
    ...(calibration
      ? ([
          { kind: 'heading', text: 'Calibration' },
          { kind: 'calibration', curves: calibration },
        ] satisfies Block[])
      : []),
    { kind: 'heading', text: 'Metrics' },
    {
      kind: 'table',
      head: ['metric', 'champion', 'challenger', '95 % interval', 'rows'],
      rows: metrics.map(metricRow),
    },
  ];
}

const GATE_HEAD = ['', 'gate', 'champion', 'challenger', 'difference', 'interval', 'rows', 'in words'];

const gateRow = (gate: GateResult) => {
  const tone = TONES[gate.verdict];
  return {
    cells: [
      VERDICT_WORDS[gate.verdict],
      gate.name,
      gate.champion === null ? '' : figure(gate.champion),
      gate.challenger === null ? '' : figure(gate.challenger),
      gate.difference === null ? '' : signed(gate.difference),
      gate.lower === null ? '' : `${figure(gate.lower)} to ${figure(gate.upper)}`,
      gate.n === 0 ? '' : figure(gate.n),
      `${gate.statement}${gate.test ? ` (${gate.test})` : ''}`,
    ],
    ...(tone ? { tone } : {}),
  };
};

const tableBlocks = (name: string, { title, columns, rows }: GateTable): Block[] => [
  { kind: 'heading', text: `${name}: ${title}` },
  {
    kind: 'table',
    head: columns,
    rows: rows.map((row) => ({
      cells: row.map((cell) => (cell === null ? '' : typeof cell === 'number' ? figure(cell) : cell)),
      ...(row.includes('fail') ? { tone: 'bad' as const } : {}),
    })),
  },
];

const metricRow = ({ metric, challenger, champion }: RunEvaluation['metrics'][number]) => ({
  cells: [
    metric,
    champion === null ? '' : figure(champion.value),
    challenger.value === null ? (challenger.reason ?? '').replaceAll('_', ' ') : figure(challenger.value),
    challenger.lower === null ? '' : `${figure(challenger.lower)} to ${figure(challenger.upper)}`,
    figure(challenger.n),
  ],
});
