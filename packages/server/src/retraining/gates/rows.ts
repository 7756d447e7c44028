import type { TableColumn } from '../../learner/read-table.ts';
import type { Evidence, Said } from './gate.ts';

export interface RowChoice {
  regime?: 'all' | 'recent' | 'old' | undefined;
  slice?: Readonly<Record<string, string>> | undefined;
}

/** The rows of a regime and a slice; or why there are none to be had. */
export function chooseRows(evidence: Evidence, { regime = 'all', slice = {} }: RowChoice): Evidence | 'no_old_regime' {
  const { old, labels } = evidence;
  if (regime === 'old' && !old) return 'no_old_regime';
  const byRegime = regime !== 'all' && old !== null;
  const conditions = Object.entries(slice).map(([name, value]) => [evidence.columns.get(name), value] as const);
  if (!byRegime && conditions.length === 0) return evidence;
  const rows: number[] = [];
  for (let row = 0; row < labels.length; row++) {
    if (byRegime && (old[row] === 1) !== (regime === 'old')) continue;
    if (conditions.every(([column, value]) => column && textOf(column, row) === value)) rows.push(row);
  }
  return takeEvidence(evidence, rows);
}

/** The value of a row as text; null where it is missing. */
export function textOf(column: TableColumn, row: number): string | null {
  if (column.kind === 'categorical') return column.categories[column.codes[row]!] ?? null;
  const value = column.values[row]!;
  return Number.isNaN(value) ? null : String(value);
}

export function takeEvidence(evidence: Evidence, rows: readonly number[]): Evidence {
  const take = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
  const said = ({ predicted, scores, ofClasses }: Said): Said => ({
    predicted: take(predicted),
    scores: scores && take(scores),
    ofClasses: ofClasses && new Map(Array.from(ofClasses, ([name, values]) => [name, take(values)])),
  });
  const { old, champion } = evidence;
  return {
    ...evidence,
    labels: take(evidence.labels),
    times: take(evidence.times),
    old: old && Uint8Array.from(rows, (row) => old[row]!),
    columns: new Map(Array.from(evidence.columns, ([name, column]) => [name, takeColumn(column, rows)])),
    challenger: said(evidence.challenger),
    champion: champion && said(champion),
  };
}

const takeColumn = (column: TableColumn, rows: readonly number[]): TableColumn =>
  column.kind === 'numeric'
    ? { kind: 'numeric', values: Float64Array.from(rows, (row) => column.values[row]!) }
    : { ...column, codes: Int32Array.from(rows, (row) => column.codes[row]!) };

/** At most so many rows, taken evenly over time: the same ones each time. */
export function thinRows(evidence: Evidence, most: number): Evidence {
  const n = evidence.labels.length;
  if (n <= most) return evidence;
  return takeEvidence(
    evidence,
    Array.from({ length: most }, (_, i) => Math.floor((i * n) / most)),
  );
}

/** Values up to which numbers are taken as they are; beyond, they are cut into quarters. */
const FEW_VALUES = 20;

/** Rows by the value of a column, the largest group first. Numbers of many values make quarters. Missing is a value. */
export function groupRows(column: TableColumn): Map<string, number[]> {
  const nameOf = column.kind === 'numeric' ? quarters(column.values) : null;
  const groups = new Map<string, number[]>();
  const rows = column.kind === 'numeric' ? column.values.length : column.codes.length;
  for (let row = 0; row < rows; row++) {
    const value = textOf(column, row);
    const name = value === null ? 'missing' : nameOf ? nameOf(Number(value)) : value;
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return new Map([...groups].sort(([a, rowsA], [b, rowsB]) => rowsB.length - rowsA.length || (a < b ? -1 : 1)));
}

function quarters(values: Float64Array): ((value: number) => string) | null {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct = new Set<number>();
  for (const value of sorted) {
    distinct.add(value);
    if (distinct.size > FEW_VALUES) break;
  }
  if (distinct.size <= FEW_VALUES) return null;
  const edges = [0.25, 0.5, 0.75].map((share) => sorted[Math.floor(share * (sorted.length - 1))]!);
  const short = (value: number) => String(Number(value.toPrecision(4)));
  const [a, b, c] = edges.map(short) as [string, string, string];
  const names = [`up to ${a}`, `${a} to ${b}`, `${b} to ${c}`, `above ${c}`];
  return (value) => names[edges.filter((edge) => value > edge).length]!;
}
