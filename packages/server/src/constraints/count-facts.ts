import { textFormats } from '@leeway/stats';
import type { Engine } from '../check/engine.ts';
import type { TypedTable } from '../check/profile-columns.ts';
import { batches } from '../check/survey.ts';
import { float, quoted } from '../warehouse/warehouse.ts';

/** What summaries do not tell of a column. Only what was asked for is counted; the rest is null. */
export interface CountedFacts {
  /** Values, infinite ones among them. */
  present: number;
  /** Infinite values; numeric columns. */
  infinite: number | null;
  whole: number | null;
  negative: number | null;
  /** Numbers below the least or above the largest that is allowed. */
  outside: number | null;
  /** Values that do not match the pattern. */
  unmatched: number | null;
  /** Values that are among those asked for. */
  listed: number | null;
  /** Exact number of different values. */
  distinct: number | null;
  /** Values of each format, by its id. */
  formats: Record<string, number> | null;
}

export interface WantedFacts {
  name: string;
  infinite?: boolean;
  /** Whole and negative numbers. */
  signs?: boolean;
  limits?: { min?: number | undefined; max?: number | undefined } | undefined;
  pattern?: string | undefined;
  values?: readonly string[] | undefined;
  distinct?: boolean;
  formats?: boolean;
}

/** Columns in one scan. */
const COLUMNS_A_SCAN = 20;

/** Counts over all rows, many columns in one scan. A pattern has been checked to be one (`isPattern`). */
export async function countFacts(
  engine: Engine,
  typed: TypedTable,
  wanted: readonly WantedFacts[],
): Promise<Map<string, CountedFacts>> {
  const facts = new Map<string, CountedFacts>();
  for (const batch of batches(wanted, COLUMNS_A_SCAN)) {
    const cells = batch.map((column, i) => countsOf(column, `v${i}`));
    const select = batch.map(({ name }, i) => `${typed.value(name)} AS v${i}`).join(', ');
    const [row] = await engine.query<{ counted: number[] }>(
      `SELECT [${cells.flatMap((own) => own.map(({ sql }) => `toInt64(${sql})`)).join(', ')}] AS counted
       FROM (SELECT ${select} FROM ${typed.sql} ${typed.settings})`,
    );
    let next = 0;
    for (const [i, { name }] of batch.entries()) {
      const own = new Map(cells[i]!.map(({ key }) => [key, row!.counted[next++]!]));
      const at = (key: string) => own.get(key) ?? null;
      facts.set(name, {
        ...{ present: at('present')!, infinite: at('infinite'), whole: at('whole'), negative: at('negative') },
        outside: at('outside'),
        ...{ unmatched: at('unmatched'), listed: at('listed'), distinct: at('distinct') },
        formats: batch[i]!.formats ? Object.fromEntries(textFormats.map(({ id }) => [id, at(`format ${id}`)!])) : null,
      });
    }
  }
  return facts;
}

function countsOf({ infinite, signs, limits, pattern, values, distinct, formats }: WantedFacts, v: string) {
  const counts = [{ key: 'present', sql: `count(${v})` }];
  const add = (key: string, sql: string) => counts.push({ key, sql });
  const text = `ifNull(toString(${v}), '')`;
  if (infinite) add('infinite', `countIf(isInfinite(${v}))`);
  if (signs) {
    add('whole', `countIf(isFinite(${v}) AND ${v} = floor(${v}))`);
    add('negative', `countIf(isFinite(${v}) AND ${v} < 0)`);
  }
  if (limits) {
    const { min = -Number.MAX_VALUE, max = Number.MAX_VALUE } = limits;
    add('outside', `countIf(isFinite(${v}) AND (${v} < ${float(min)} OR ${v} > ${float(max)}))`);
  }
  if (pattern !== undefined) add('unmatched', `countIf(${v} IS NOT NULL AND NOT match(${text}, ${quoted(pattern)}))`);
  if (values)
    add(
      'listed',
      values.length === 0 ? '0' : `countIf(${v} IS NOT NULL AND ${text} IN (${values.map(quoted).join(', ')}))`,
    );
  // Hashes of 64 bits: among a million values two are taken for one with a chance of 3 in 100 million.
  if (distinct) add('distinct', `uniqExactIf(cityHash64(${text}), ${v} IS NOT NULL)`);
  if (formats)
    for (const { id, pattern: own } of textFormats)
      add(`format ${id}`, `countIf(${v} IS NOT NULL AND match(${text}, ${quoted(own)}))`);
  return counts;
}
