import {
  binEdges,
  type CategoricalSummary,
  type ColumnSummary,
  distinctValueEdges,
  type NumericSummary,
} from '@leeway/stats';
import { float, type Params, quoted, type Warehouse } from '../warehouse/warehouse.ts';

/**
 * Column summaries, counted by the engine. A plan says how a column is counted: over which bins, or which values are listed.
 * It is made once from the reference; every window is then counted by the same plan, so that the two can be compared and
 * windows can be merged.
 */

/** Rows to be counted: SQL of a subquery with its bound values. */
export interface RowSource {
  sql: string;
  params: Params;
}

export interface NumericPlan {
  kind: 'numeric';
  /** SQL of the value; null where it is missing. */
  expression: string;
  edges: number[];
  /** Moments are taken about it; see NumericSummary. */
  shift: number;
}

export interface CategoricalPlan {
  kind: 'categorical' | 'boolean';
  expression: string;
  /** The reference's values: they are always listed. */
  values: string[];
}

export type ColumnPlan = NumericPlan | CategoricalPlan;

/** Rows are counted for each value of `expression`; the rows of other values are left out. Without it, all together as ''. */
export interface Slicing {
  column: string;
  expression: string;
  values: string[];
  /** Whether all rows are counted too, as '', in the same pass. */
  whole?: boolean;
}

/** SQL of the slices that a row belongs to, with its values bound as `sliceValues`: each row comes once for each of them. */
export function sliceSql({ column, expression, whole }: Slicing): string {
  const own = `if(has({sliceValues:Array(String)}, ifNull(toString(${expression}), '')), [concat(${quoted(`${column}=`)}, ifNull(toString(${expression}), ''))], [])`;
  return `arrayJoin(${whole ? `arrayPushFront(${own}, '')` : own})`;
}

/** Summaries by slice; the slice is '' or 'column=value'. */
export type SlicedSummaries = Map<string, ColumnSummary>;

/** Numeric columns are cut at this many quantiles of the reference. */
const QUANTILES = 100;
/** Up to so many distinct values, each has a bin of its own. */
const FEW_VALUES = 64;
/** Most frequent values that are listed by name. */
const LISTED_VALUES = 500;
const LOWEST = -Number.MAX_VALUE;

/** Plans how to count a column, from the rows of the reference, which have an `id`: by it a sample is taken, the same every time. */
export async function planColumn(
  warehouse: Warehouse,
  source: RowSource,
  kind: ColumnPlan['kind'],
  expression: string,
): Promise<ColumnPlan> {
  if (kind !== 'numeric') {
    const rows = await warehouse.query<{ value: string }>(
      `SELECT toString(${expression}) AS value FROM ${source.sql} WHERE ${expression} IS NOT NULL
       GROUP BY value ORDER BY count() DESC, value LIMIT ${LISTED_VALUES}`,
      source.params,
      'plan-column',
    );
    return { kind, expression, values: rows.map((row) => row.value) };
  }
  const levels = Array.from({ length: QUANTILES + 1 }, (_, i) => i / QUANTILES).join(', ');
  const [row] = await warehouse.query<{
    few: number[];
    cuts: number[];
    mean: number | null;
    low: number;
    high: number;
  }>(
    `SELECT min(x) AS low, max(x) AS high, arraySort(groupUniqArray(${FEW_VALUES + 1})(x)) AS few, quantilesDeterministic(${levels})(x, key) AS cuts, avg(x) AS mean
     FROM (SELECT assumeNotNull(toFloat64(${expression})) AS x, cityHash64(id) AS key FROM ${source.sql} WHERE isFinite(${expression}))`,
    source.params,
    'plan-column',
  );
  const few = row?.few ?? [];
  const edges =
    few.length <= FEW_VALUES ? distinctValueEdges(few) : binEdges(row ? [row.low, ...row.cuts, row.high] : []);
  return { kind, expression, edges, shift: row?.mean ?? 0 };
}

/** Counts a column of the source by its plan, whole or by slices. */
export async function summarizeColumn(
  warehouse: Warehouse,
  source: RowSource,
  plan: ColumnPlan,
  slicing?: Slicing,
): Promise<SlicedSummaries> {
  const slice = slicing ? sliceSql(slicing) : `''`;
  const params = { ...source.params, ...(slicing ? { sliceValues: slicing.values } : {}) };
  const summaries: SlicedSummaries = new Map();
  if (plan.kind === 'numeric') {
    const rows = await warehouse.query<NumericRow>(numericSql(plan, source.sql, slice), params, 'summarize-numeric');
    for (const row of rows) summaries.set(row.slice, numericSummary(plan, row));
  } else {
    const rows = await warehouse.query<CategoricalRow>(
      categoricalSql(plan, source.sql, slice),
      {
        ...params,
        listed: plan.values,
      },
      'summarize-categorical',
    );
    for (const row of rows) summaries.set(row.slice, categoricalSummary(plan, row));
  }
  if ((!slicing || slicing.whole) && !summaries.has('')) summaries.set('', emptySummary(plan));
  return summaries;
}

/** A column of several sources, counted by one plan, side by side in one query. */
export async function summarizeSources(
  warehouse: Warehouse,
  sources: readonly RowSource[],
  plan: ColumnPlan,
): Promise<ColumnSummary[]> {
  if (plan.kind !== 'numeric') {
    const summaries = [];
    for (const source of sources) summaries.push((await summarizeColumn(warehouse, source, plan)).get('')!);
    return summaries;
  }
  const parts = sources.map(({ sql }, i) => numericSql(plan, sql, `'${i}'`));
  const params = Object.assign({}, ...sources.map((source) => source.params));
  const rows = await warehouse.query<NumericRow>(parts.join(' UNION ALL '), params, 'summarize-numeric');
  const bySource = new Map(rows.map((row) => [Number(row.slice), row]));
  return sources.map((_, i) => {
    const row = bySource.get(i);
    return row ? numericSummary(plan, row) : emptySummary(plan);
  });
}

interface NumericRow {
  slice: string;
  missing: number;
  /** Lower ends of the bins that have rows. */
  starts: number[];
  counts: number[];
  sums: number[];
  lowest: number | null;
  highest: number | null;
  squares: number;
}

function numericSql(plan: NumericPlan, source: string, slice: string): string {
  const x = `toFloat64(${plan.expression})`;
  const edges = `[${[LOWEST, ...plan.edges].map(float).join(', ')}]`;
  return `SELECT slice, sumIf(n, edge IS NULL) AS missing, groupArrayIf(edge, edge IS NOT NULL) AS starts,
      groupArrayIf(n, edge IS NOT NULL) AS counts, groupArrayIf(s, edge IS NOT NULL) AS sums,
      min(low) AS lowest, max(high) AS highest, sum(q) AS squares
    FROM (
      SELECT ${slice} AS slice, if(isFinite(${x}), roundDown(ifNull(${x}, 0), ${edges}), NULL) AS edge, count() AS n,
        sumIf(${x}, isFinite(${x})) AS s, minIf(${x}, isFinite(${x})) AS low, maxIf(${x}, isFinite(${x})) AS high,
        sumIf(pow(${x} - (${float(plan.shift)}), 2), isFinite(${x})) AS q
      FROM ${source} GROUP BY slice, edge
    ) GROUP BY slice`;
}

function numericSummary(plan: NumericPlan, row: NumericRow): NumericSummary {
  const bins = new Array<number>(plan.edges.length + 1).fill(0);
  const sums = new Array<number>(plan.edges.length + 1).fill(0);
  const position = new Map([LOWEST, ...plan.edges].map((edge, i) => [edge, i]));
  row.starts.forEach((edge, i) => {
    const bin = position.get(edge);
    if (bin === undefined) throw new Error(`the engine answered with the edge ${edge}, which it was not given`);
    bins[bin] = row.counts[i]!;
    sums[bin] = row.sums[i]!;
  });
  return {
    kind: 'numeric',
    count: bins.reduce((a, b) => a + b, 0),
    missing: row.missing,
    edges: plan.edges,
    bins,
    sums,
    min: row.lowest,
    max: row.highest,
    sum: sums.reduce((a, b) => a + b, 0),
    sumSquares: row.squares,
    shift: plan.shift,
  };
}

interface CategoricalRow {
  slice: string;
  rows: number;
  missing: number;
  distinct: number;
  names: string[];
  counts: number[];
}

function categoricalSql(plan: CategoricalPlan, source: string, slice: string): string {
  return `SELECT slice, sum(n) AS rows, sumIf(n, v IS NULL) AS missing, countIf(v IS NOT NULL) AS distinct,
      groupArrayIf(ifNull(v, ''), shown) AS names, groupArrayIf(n, shown) AS counts
    FROM (
      SELECT slice, v, n, v IS NOT NULL AND (has({listed:Array(String)}, ifNull(v, ''))
        OR row_number() OVER (PARTITION BY slice ORDER BY n DESC, v) <= ${LISTED_VALUES}) AS shown
      FROM (SELECT ${slice} AS slice, toString(${plan.expression}) AS v, count() AS n FROM ${source} GROUP BY slice, v)
      ORDER BY slice, n DESC, v
    ) GROUP BY slice`;
}

function categoricalSummary(plan: CategoricalPlan, row: CategoricalRow): CategoricalSummary {
  const listed = row.counts.reduce((a, b) => a + b, 0);
  const values = row.names.map((name, i) => [name, row.counts[i]!] as const);
  values.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return {
    kind: plan.kind,
    count: row.rows - row.missing,
    missing: row.missing,
    values,
    other: row.rows - row.missing - listed,
    distinct: row.distinct,
  };
}

function emptySummary(plan: ColumnPlan): ColumnSummary {
  if (plan.kind !== 'numeric') return { kind: plan.kind, count: 0, missing: 0, values: [], other: 0, distinct: 0 };
  const zeros = new Array<number>(plan.edges.length + 1).fill(0);
  return {
    kind: 'numeric',
    count: 0,
    missing: 0,
    edges: plan.edges,
    bins: zeros,
    sums: zeros,
    min: null,
    max: null,
    sum: 0,
    sumSquares: 0,
    shift: plan.shift,
  };
}

/** The plan that a stored summary of the reference was counted by. */
export function planOf(summary: ColumnSummary, expression: string): ColumnPlan {
  return summary.kind === 'numeric'
    ? { kind: 'numeric', expression, edges: [...summary.edges], shift: summary.shift }
    : { kind: summary.kind, expression, values: summary.values.map(([value]) => value) };
}
