import type { CorrelatedPair, Correlation } from '@leeway/stats';
import { type Params, quoted, type Warehouse } from '../../warehouse/warehouse.ts';

/** Rows whose columns are correlated, with a number by which a sample is drawn that is the same every time. */
export interface CorrelationSource {
  sql: string;
  params: Params;
  rows: number;
  /** SQL of what tells one row from another. */
  key: string;
}

export interface NumericColumn {
  name: string;
  /** SQL of a number, null where it is missing. */
  expression: string;
}

/** Correlations by the names of both columns. */
export type Correlations = Map<string, Correlation>;

/** The first so many numeric columns are looked at: their pairs grow by the square. */
const MOST_COLUMNS = 30;
/** A correlation over more rows than about this is no better for it: at 50,000 rows its interval is ±0.01. */
const SAMPLED_ROWS = 50_000;

/** Pairs of the columns that are looked at. */
export function pairsOf(columns: readonly NumericColumn[]): [string, string][] {
  const names = columns.slice(0, MOST_COLUMNS).map(({ name }) => name);
  return names.flatMap((a, i) => names.slice(i + 1).map((b): [string, string] => [a, b]));
}

/** Pearson's r of each pair over the rows that have both, in one pass over a sample by hash. */
export async function correlate(
  warehouse: Warehouse,
  { sql, params, rows, key }: CorrelationSource,
  columns: readonly NumericColumn[],
): Promise<Correlations> {
  const looked = columns.slice(0, MOST_COLUMNS);
  const pairs = pairsOf(looked);
  if (pairs.length === 0 || rows === 0) return new Map();
  const place = new Map(looked.map(({ name }, i) => [name, `x${i}`]));
  const list = (render: (a: string, b: string) => string) =>
    `[${pairs.map(([a, b]) => render(place.get(a)!, place.get(b)!)).join(', ')}]`;
  const every = Math.max(1, Math.floor(rows / SAMPLED_ROWS));
  const sample = every === 1 ? '1' : `cityHash64(k, ${quoted('correlations')}) % ${every} = 0`;
  const [row] = await warehouse.query<{ r: (number | null)[]; n: number[] }>(
    `SELECT ${list((a, b) => `toNullable(corrStable(${a}, ${b}))`)} AS r, ${list((a, b) => `countIf(${a} IS NOT NULL AND ${b} IS NOT NULL)`)} AS n
     FROM (SELECT ${looked.map((_, i) => `if(isFinite(y${i}), y${i}, NULL) AS x${i}`).join(', ')}
       FROM (SELECT ${key} AS k, ${looked.map(({ expression }, i) => `toFloat64(${expression}) AS y${i}`).join(', ')} FROM ${sql})
       WHERE ${sample})`,
    params,
    'check/correlations',
  );
  return new Map(
    pairs.map(([a, b], i) => {
      const r = row!.r[i] ?? null;
      return [pairKey(a, b), { r: r === null ? null : Math.max(-1, Math.min(1, r)), n: row!.n[i]! }];
    }),
  );
}

const pairKey = (a: string, b: string): string => JSON.stringify([a, b]);
const NONE: Correlation = { r: null, n: 0 };

/** The pairs of both sides, as `judgeCorrelations` wants them. */
export const pairUp = (
  columns: readonly NumericColumn[],
  reference: Correlations,
  current: Correlations,
): CorrelatedPair[] =>
  pairsOf(columns).map(([a, b]) => ({
    columns: [a, b],
    reference: reference.get(pairKey(a, b)) ?? NONE,
    current: current.get(pairKey(a, b)) ?? NONE,
  }));
