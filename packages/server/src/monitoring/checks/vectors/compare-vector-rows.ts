import {
  compareVectors,
  type MmdResult,
  type RowMatrix,
  type VectorComparison,
  type VectorSummary,
} from '@leeway/stats';
import { quoted, type Warehouse } from '../../../warehouse/warehouse.ts';
import type { JointRows } from '../multivariate/encode.ts';
import { runComparison } from '../multivariate/run-comparison.ts';

export interface ComparedVectors {
  means: VectorComparison;
  mmd: MmdResult;
  reference: VectorSummary;
  current: VectorSummary;
}

/** Vectors a side for the kernel test, as many as about this many numbers allow, so that it takes about a second. */
const MMD_ROWS = 500;
const MMD_NUMBERS = 500_000;

/** Compares the vectors `__v0` of both sides; one of another dimension counts as missing. */
export async function compareVectorRows(
  warehouse: Warehouse,
  rows: { reference: JointRows; current: JointRows },
  { dimension, seed, threshold }: { dimension: number; seed: number; threshold?: number | undefined },
): Promise<ComparedVectors> {
  const [reference, current] = [
    await summarizeVectors(warehouse, rows.reference, dimension),
    await summarizeVectors(warehouse, rows.current, dimension),
  ];
  const [a, b] = [
    await sampleVectors(warehouse, rows.reference, dimension, seed),
    await sampleVectors(warehouse, rows.current, dimension, seed),
  ];
  return {
    means: compareVectors(reference, current, threshold),
    mmd: await runComparison({ of: 'vectors', reference: a, current: b, seed }),
    ...{ reference, current },
  };
}

/** Counted by the engine; summaries of disjoint rows merge by addition. */
export async function summarizeVectors(
  warehouse: Warehouse,
  { sql, params }: JointRows,
  dimension: number,
): Promise<VectorSummary> {
  const [row] = await warehouse.query<{
    n: number;
    present: number;
    sums: (number | null)[];
    squares: (number | null)[];
    norms: number | null;
  }>(
    `SELECT count() AS n, countIf(fits) AS present, sumForEachIf(v, fits) AS sums,
       sumForEachIf(arrayMap(x -> x * x, v), fits) AS squares, sumIf(L2Norm(v), fits) AS norms
     FROM (SELECT arrayMap(x -> toFloat64(x), __v0) AS v, length(v) = ${dimension} AND arrayAll(x -> isFinite(x), v) AS fits FROM ${sql})`,
    params,
    'check/vectors',
  );
  const { n = 0, present = 0, sums = [], squares = [], norms = 0 } = row ?? {};
  const numbers = (values: (number | null)[]) => Array.from({ length: dimension }, (_, i) => values[i] ?? 0);
  return {
    ...{ kind: 'vector', count: present, missing: n - present, dimension },
    ...{ sums: numbers(sums), sumSquares: numbers(squares), normSum: norms ?? 0 },
  };
}

async function sampleVectors(
  warehouse: Warehouse,
  { sql, params }: JointRows,
  dimension: number,
  seed: number,
): Promise<RowMatrix> {
  const most = Math.min(MMD_ROWS, Math.max(50, Math.floor(MMD_NUMBERS / dimension)));
  const found = await warehouse.query<{ v: number[] }>(
    `SELECT v FROM (SELECT __k AS k, arrayMap(x -> toFloat64(x), __v0) AS v FROM ${sql})
     WHERE length(v) = ${dimension} AND arrayAll(x -> isFinite(x), v) ORDER BY cityHash64(k, ${quoted(String(seed))}), k LIMIT ${most}`,
    params,
    'check/vectors',
  );
  return { rows: found.length, columns: dimension, values: Float64Array.from(found.flatMap(({ v }) => v)) };
}
