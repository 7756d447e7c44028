import { float, quoted, type Warehouse } from '../../../warehouse/warehouse.ts';
import type { RowSource } from '../../profile.ts';

/** Columns that are looked at together. Their values are `__v0`, `__v1`, ... in the rows; categories as text. */
export interface JointColumn {
  name: string;
  kind: 'numeric' | 'categorical' | 'boolean';
}

/**
 * SQL of rows, each with `__k`, which tells it from every other, `__t`, a number by which rows come one after the other, and a
 * value `__v0`, `__v1`, ... of each column, null where it is missing.
 */
export type JointRows = RowSource;

/** How a column becomes a number, as the reference says: a missing number is the mean, a category is its share. */
export type Encoding =
  | { kind: 'numeric'; mean: number }
  | { kind: 'categorical'; mode: string; shares: [string, number][] };

/** Categories with a share of their own; the rest, as one that was never seen, has 0. */
const LISTED_VALUES = 500;

/** Learns the encoding of every column from the reference; null for a column without a value there. */
export async function learnEncodings(
  warehouse: Warehouse,
  reference: JointRows,
  columns: readonly JointColumn[],
): Promise<(Encoding | null)[]> {
  const means = await learnMeans(warehouse, reference, columns);
  const encodings: (Encoding | null)[] = [];
  for (const [i, { kind }] of columns.entries()) {
    if (kind === 'numeric') {
      const mean = means.get(i) ?? null;
      encodings.push(mean === null ? null : { kind: 'numeric', mean });
      continue;
    }
    const values = await warehouse.query<{ v: string | null; n: number }>(
      `SELECT toString(__v${i}) AS v, count() AS n FROM ${reference.sql} GROUP BY v ORDER BY n DESC, v LIMIT ${LISTED_VALUES + 1}`,
      reference.params,
      'check/multivariate',
    );
    const [rows] = await warehouse.query<{ n: number }>(
      `SELECT count() AS n FROM ${reference.sql}`,
      reference.params,
      'check/multivariate',
    );
    const known = values.filter((value): value is { v: string; n: number } => value.v !== null);
    const mode = known[0];
    if (!mode) {
      encodings.push(null);
      continue;
    }
    // A missing category is taken for the most frequent one, whose share it therefore swells.
    const missing = values.find(({ v }) => v === null)?.n ?? 0;
    const shares = known.map(({ v, n }): [string, number] => [v, (n + (v === mode.v ? missing : 0)) / rows!.n]);
    encodings.push({ kind: 'categorical', mode: mode.v, shares });
  }
  return encodings;
}

async function learnMeans(warehouse: Warehouse, reference: JointRows, columns: readonly JointColumn[]) {
  const numeric = [...columns.keys()].filter((i) => columns[i]!.kind === 'numeric');
  if (numeric.length === 0) return new Map<number, number | null>();
  const [row] = await warehouse.query<{ means: (number | null)[] }>(
    `SELECT [${numeric.map((i) => `toNullable(avgIf(toFloat64(__v${i}), isFinite(__v${i})))`).join(', ')}] AS means FROM ${reference.sql}`,
    reference.params,
    'check/multivariate',
  );
  return new Map(numeric.map((i, place) => [i, row!.means[place] ?? null]));
}

/** SQL of a column as a number, never null. */
export function encodedSql(encoding: Encoding, i: number): string {
  if (encoding.kind === 'numeric') {
    return `if(isFinite(ifNull(toFloat64(__v${i}), nan)), assumeNotNull(toFloat64(__v${i})), ${float(encoding.mean)})`;
  }
  const values = encoding.shares.map(([value]) => quoted(value)).join(', ');
  const shares = encoding.shares.map(([, share]) => float(share)).join(', ');
  return `transform(ifNull(toString(__v${i}), ${quoted(encoding.mode)}), [${values}], [${shares}], 0.0)`;
}

/** The same of a value in hand. */
export function encode(encoding: Encoding): (value: unknown) => number {
  if (encoding.kind === 'numeric') {
    return (value) => (typeof value === 'number' && Number.isFinite(value) ? value : encoding.mean);
  }
  const shares = new Map(encoding.shares);
  return (value) => shares.get(value === null ? encoding.mode : String(value)) ?? 0;
}
