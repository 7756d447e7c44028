import {
  type ColumnSummary,
  type CompatibilityMode,
  compatibilityMode,
  type Direction,
  type DriftResult,
  driftTests,
  type PeerFacts,
  peerAnswerOf,
  planWaves,
  type RowStatistics,
  standardDeviation,
  type Waves,
} from '@leeway/stats';
import { float } from '../warehouse/warehouse.ts';
import type { Engine } from './engine.ts';
import { columnSource, type TypedTable } from './profile-columns.ts';

interface ExactOptions {
  /** Tests that were named. The Epps-Singleton test, and a peer's variants, cost a scan more and want to be asked for. */
  tests?: readonly string[];
  direction?: Direction;
  /** A peer whose variants of the named tests (or, with `auto`, of all) are counted over its own edges, too. */
  compatibility?: string;
}

/**
 * The tests that differ between rows and summaries, computed over all rows by the engine, as results for `judgeDataset`:
 * one sorted pass answers all of them but one.
 */
export async function exactResults(
  engine: Engine,
  sides: { reference: TypedTable; current: TypedTable },
  name: string,
  summaries: { reference: ColumnSummary; current: ColumnSummary },
  { tests = [], direction = 'both', compatibility }: ExactOptions = {},
): Promise<Record<string, DriftResult>> {
  const waves = tests.includes('epps_singleton');
  const exact = driftTests.filter((test) => test.fromRows && (waves || test.id !== 'epps_singleton'));
  const peers = compatibility
    ? await peerResults(engine, rowsOfBoth(sides, name), compatibilityMode(compatibility), tests)
    : {};
  const deviation = summaries.reference.kind === 'numeric' ? standardDeviation(summaries.reference) : null;
  const rows = { sql: rowsOfBoth(sides, name), n: summaries.reference.count, m: summaries.current.count };
  const statistics = await sortedPass(engine, rows, deviation, waves);
  return { ...Object.fromEntries(exact.map((test) => [test.id, test.fromRows!(statistics, direction)])), ...peers };
}

/** A peer's variants for numbers, counted over the edges that the peer would plan from these rows. */
async function peerResults(
  engine: Engine,
  sql: string,
  mode: CompatibilityMode,
  tests: readonly string[],
): Promise<Record<string, DriftResult>> {
  const ids = Object.keys(mode.variants).filter((id) => tests.includes('auto') || tests.includes(id));
  if (!mode.edges || ids.length === 0) return {};
  const facts = await engine.query<Omit<PeerFacts['both'], 'whole'> & { whole: number; distinct: number }>(
    // Both sides together come as side 2.
    `SELECT side, count() AS count, min(x) AS min, max(x) AS max, ifNotFinite(skewPop(x), 0) AS skewness,
       min(x = trunc(x)) AS whole, uniqExact(x) AS distinct
     FROM (SELECT x, arrayJoin([side, 2]) AS side FROM (${sql})) GROUP BY side ORDER BY side`,
  );
  // A side without values: Leeway's answer says which.
  if (facts.length < 3) return {};
  const [reference, , both] = facts.map((range) => ({ ...range, whole: range.whole === 1 }));
  const edges = mode.edges({ reference: reference!, both: both!, distinct: reference!.distinct });
  const counted = await engine.query<{ cell: number; a: number; b: number }>(
    `SELECT ${edges === 'values' ? 'x' : cellSql(edges)} AS cell, countIf(side = 0) AS a, countIf(side = 1) AS b
     FROM (${sql}) GROUP BY cell ORDER BY cell`,
  );
  const cells = new Map(counted.map(({ cell, a, b }) => [cell, [a, b] as const]));
  const empty = edges === 'values' ? [] : edges.slice(1).map((_, i) => i);
  for (const cell of empty) if (!cells.has(cell)) cells.set(cell, [0, 0]);
  const counts = { reference: [...cells.values()].map(([a]) => a), current: [...cells.values()].map(([, b]) => b) };
  return Object.fromEntries(ids.map((id) => [id, peerAnswerOf(mode, id, counts)]));
}

/** SQL of the position of x between ascending edges, the last one closed; -1 outside. */
function cellSql(edges: readonly number[]): string {
  const list = `[${edges.map(float).join(', ')}]`;
  const inside = `x >= (${float(edges[0]!)}) AND x <= (${float(edges.at(-1)!)})`;
  const positions = `[${edges.map((_, i) => Math.min(i, edges.length - 2)).join(', ')}]`;
  return `if(${inside}, transform(roundDown(x, ${list}), ${list}, ${positions}, -1), -1)`;
}

interface RowsOfBoth {
  /** SQL of the rows of both sides: `x`, and `side` 0 or 1. */
  sql: string;
  n: number;
  m: number;
}

function rowsOfBoth(sides: { reference: TypedTable; current: TypedTable }, name: string): string {
  const rowsOf = (typed: TypedTable, side: 0 | 1) =>
    `SELECT assumeNotNull(value) + 0 AS x, ${side} AS side FROM ${columnSource(typed, name).sql} WHERE isFinite(value)`;
  return `${rowsOf(sides.reference, 0)} UNION ALL ${rowsOf(sides.current, 1)}`;
}

/**
 * What the tests of order need, in one ascending pass over the distinct values of both sides; and one more pass for the
 * waves of the Epps-Singleton test, whose frequency comes from the quartiles.
 */
async function sortedPass(
  engine: Engine,
  { sql, n, m }: RowsOfBoth,
  deviation: number | null,
  waves: boolean,
): Promise<RowStatistics> {
  const empty = { up: 0, down: 0, gapSquares: 0, weightedGapSquares: 0, wins: 0, ties: 0, gap: 0, gapSquared: 0 };
  if (n === 0 || m === 0) return { n, m, ...empty, deviation, waves: null };
  const N = n + m;
  // Linear between ranks: the rows of rank r and the next, counted from 0.
  const ranks = [0.25, 0.75].map((share) => share * (N - 1));
  const valueAt = (rank: number) => `minIf(x, passed > ${float(rank)})`;
  const [row] = await engine.query<Record<keyof typeof empty, number> & { quartiles: number[] }>(
    `SELECT greatest(max(after), 0) AS up, greatest(-min(after), 0) AS down,
       sum(t * (after * after + before * before)) / ${float(2 * N)} AS gapSquares,
       sumIf(t * pow((after + before) / 2, 2) / room, room > 0) AS weightedGapSquares,
       sum(b * (a_passed - a / 2)) AS wins, sum(t * t * t - t) AS ties,
       sum(abs(after) * (next - x)) AS gap, sum(after * after * (next - x)) AS gapSquared,
       [${ranks.flatMap((rank) => [valueAt(Math.floor(rank)), valueAt(Math.ceil(rank))]).join(', ')}] AS quartiles
     FROM (
       SELECT x, passed, passed - passed_before AS t, b_passed - b_before AS b, t - b AS a, passed - b_passed AS a_passed,
         if(isFinite(following), following, x) AS next,
         a_passed / ${float(n)} - b_passed / ${float(m)} AS after,
         (a_passed - a) / ${float(n)} - b_before / ${float(m)} AS before,
         if(t = ${float(N)}, 0, (passed - t / 2) * (${float(N)} - passed + t / 2) - ${float(N)} * t / 4) AS room
       FROM (
         SELECT x, passed, b_passed, following,
           lagInFrame(passed, 1, 0) OVER one_back AS passed_before, lagInFrame(b_passed, 1, 0) OVER one_back AS b_before
         FROM (
           SELECT x, toFloat64(count() OVER so_far) AS passed, toFloat64(sum(side) OVER so_far) AS b_passed,
             leadInFrame(x, 1, inf) OVER (ORDER BY x ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS following
           FROM (${sql}) WINDOW so_far AS (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
         )
         -- The last of equal rows stands for all of them.
         WHERE following != x
         WINDOW one_back AS (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
       )
     )`,
  );
  const { quartiles, ...sums } = row!;
  const between = (i: 0 | 1) => {
    const [low, high] = [quartiles[2 * i]!, quartiles[2 * i + 1]!];
    return low + (ranks[i]! - Math.floor(ranks[i]!)) * (high - low);
  };
  const plan = waves ? planWaves([between(0), between(1)]) : null;
  return { n, m, ...sums, deviation, waves: plan && (await countWaves(engine, sql, plan)) };
}

/** Multiples of an angle come from its cosine and sine, so that they agree to the last digit. */
async function countWaves(
  engine: Engine,
  sql: string,
  { origin, frequency }: { origin: number; frequency: number },
): Promise<{ reference: Waves; current: Waves }> {
  const rows = await engine.query<{ side: number; cosines: number[]; sines: number[] }>(
    `SELECT side, [avg(c), avg(cc), avg(4 * c * c * c - 3 * c), avg(2 * cc * cc - 1)] AS cosines,
       [avg(s), avg(ss), avg(3 * s - 4 * s * s * s), avg(2 * ss * cc)] AS sines
     FROM (
       SELECT side, c, s, 1 - 2 * s * s AS cc, 2 * s * c AS ss
       FROM (SELECT side, cos(angle) AS c, sin(angle) AS s
         FROM (SELECT side, (x - (${float(origin)})) * ${float(frequency)} AS angle FROM (${sql})))
     ) GROUP BY side ORDER BY side`,
  );
  const [reference, current] = rows.map(({ cosines, sines }) => ({ cos: cosines, sin: sines }));
  return { reference: reference!, current: current! };
}
