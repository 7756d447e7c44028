import {
  type ColumnSummary,
  coarsen,
  findWorstSlices,
  type LossSums,
  type NumericSummary,
  rankColumns,
  type SliceCondition,
  type SliceLosses,
  type WorstSlices,
  type WorstSlicesOptions,
} from '@leeway/stats';
import { float, type Params } from '../warehouse/warehouse.ts';

/** A column that rows are cut by, into slices that its reference tells. */
export interface SearchColumn {
  name: string;
  /** SQL of its value; null where it is missing. */
  expression: string;
  /** Of the reference: its most frequent values, or its bins of nearly equal mass, become the slices. */
  reference: ColumnSummary;
}

export interface LossRows {
  /** SQL of a subquery. */
  sql: string;
  params: Params;
  /** SQL of a row's loss; null where it is not known. */
  loss: string;
}

type Query = <T>(sql: string, params: Params) => Promise<T[]>;

const MOST_VALUES = 30;
const NUMERIC_BINS = 5;
/** Columns whose pairs are searched: 6 make 15 pairs. */
const PAIRED_COLUMNS = 6;

/**
 * The slices of one and of two columns in which the losses are worst. The engine counts each slice, in one pass for the columns
 * and one for the pairs of those columns that matter most; the decision is `findWorstSlices`.
 */
export async function searchSlices(
  query: Query,
  rows: LossRows,
  columns: readonly SearchColumn[],
  options: WorstSlicesOptions,
): Promise<WorstSlices> {
  const cuts = columns.map(cutOf);
  const { whole, slices } = await count(
    query,
    rows,
    cuts,
    cuts.map((_, i) => [i]),
  );
  const ranked = rankColumns(whole, slices).slice(0, PAIRED_COLUMNS);
  const positions = ranked.map((name) => cuts.findIndex((cut) => cut.name === name));
  const pairs = positions.flatMap((a, i) => positions.slice(i + 1).map((b) => [Math.min(a, b), Math.max(a, b)]));
  const paired = pairs.length === 0 ? [] : (await count(query, rows, cuts, pairs)).slices;
  return findWorstSlices(whole, [...slices, ...paired], options);
}

/** How a column's rows become slices: SQL of a slice's number from 1 on, 0 for rows in none, and what each number means. */
interface Cut {
  name: string;
  code: string;
  params: Params;
  conditions: SliceCondition[];
}

function cutOf({ name, expression, reference }: SearchColumn, position: number): Cut {
  const missing = { column: name, value: '(missing)' };
  if (reference.kind !== 'numeric') {
    const values = reference.values.slice(0, MOST_VALUES).map(([value]) => value);
    const bound = `cut${position}`;
    const code = `if(isNull(${expression}), ${values.length + 1}, indexOf({${bound}:Array(String)}, ifNull(toString(${expression}), '')))`;
    const conditions = [...values.map((value) => ({ column: name, value })), missing];
    return { name, code, params: { [bound]: values }, conditions };
  }
  const coarse = coarsen(reference, NUMERIC_BINS);
  const { edges } = coarse;
  const x = `toFloat64(${expression})`;
  const passed = edges.map((edge) => `(${x} >= ${float(edge)})`).join(' + ') || '0';
  const conditions = binsOf(name, coarse, reference.edges);
  // What is no number is missing, as in the summaries.
  const code = `if(isFinite(${x}), 1 + ifNull(${passed}, 0), ${edges.length + 2})`;
  return { name, code: `ifNull(${code}, ${edges.length + 2})`, params: {}, conditions: [...conditions, missing] };
}

/**
 * The bins of a numeric column in words. `fine`: the edges before they were made coarse, where one just above another only
 * serves to give that value a bin of its own.
 */
export function binsOf(column: string, coarse: NumericSummary, fine: readonly number[]): SliceCondition[] {
  return coarse.bins.map((_, i) => binOf(column, coarse, i, fine));
}

function binOf(
  column: string,
  { edges, bins, sums }: NumericSummary,
  i: number,
  fine: readonly number[],
): SliceCondition {
  const [low = null, high = null] = [edges[i - 1], edges[i]];
  const short = (x: number) => String(Number(x.toPrecision(4)));
  const under = (edge: number) => {
    const before = fine[fine.indexOf(edge) - 1];
    return before !== undefined && edge - before <= Math.max(Math.abs(edge) * 1e-15, Number.MIN_VALUE) ? before : null;
  };
  const bound = (edge: number | null, exactly: string, justAbove: string) => {
    if (edge === null) return [];
    const value = under(edge);
    return [value === null ? `${exactly} ${short(edge)}` : `${justAbove} ${short(value)}`];
  };
  const alone = low !== null && bins[i]! > 0 && Math.abs(sums[i]! / bins[i]! - low) <= 1e-12 * Math.abs(low);
  const value = alone ? short(low) : [...bound(low, '>=', '>'), ...bound(high, '<', '<=')].join(' and ') || '(any)';
  return { column, value, low, high };
}

/** Sums of the losses over all rows and over each slice of each combination of cuts. */
async function count(
  query: Query,
  { sql, params, loss }: LossRows,
  cuts: readonly Cut[],
  combinations: readonly number[][],
): Promise<{ whole: LossSums; slices: SliceLosses[] }> {
  const used = [...new Set(combinations.flat())];
  const codes = used.map((i) => `toUInt32(${cuts[i]!.code}) AS __k${i}`);
  const keys = combinations.map(
    ([a, b], i) => `(toUInt32(${i + 1}), __k${a}, ${b === undefined ? 'toUInt32(1)' : `__k${b}`})`,
  );
  const all = ['(toUInt32(0), toUInt32(1), toUInt32(1))', ...keys].join(', ');
  const counted = await query<{ c: number; a: number; b: number; n: number; s: number; q: number }>(
    `SELECT __t.1 AS c, __t.2 AS a, __t.3 AS b, count() AS n, sum(__loss) AS s, sum(__loss * __loss) AS q
     FROM (
       SELECT __loss, arrayJoin([${all}]) AS __t
       FROM (SELECT ${[`toFloat64(${loss}) AS __loss`, ...codes].join(', ')} FROM ${sql})
       WHERE isFinite(__loss)
     ) WHERE a > 0 AND b > 0 GROUP BY c, a, b ORDER BY c, a, b`,
    { ...params, ...Object.assign({}, ...used.map((i) => cuts[i]!.params)) },
  );
  let whole: LossSums = { n: 0, sum: 0, sumSquares: 0 };
  const slices: SliceLosses[] = [];
  for (const { c, a, b, n, s, q } of counted) {
    const sums = { n, sum: s, sumSquares: q };
    if (c === 0) {
      whole = sums;
      continue;
    }
    const [first, second] = combinations[c - 1]!;
    const conditions = [cuts[first!]!.conditions[a - 1]!];
    if (second !== undefined) conditions.push(cuts[second]!.conditions[b - 1]!);
    slices.push({ conditions, ...sums });
  }
  return { whole, slices };
}
