import { LeewayError } from '@leeway/contract';
import { type ColumnFacts, type ColumnKind, type ColumnSummary, suggestConstraints } from '@leeway/stats';
import type { ColumnsFile } from '../check/columns-file.ts';
import { decideColumns, requireColumn } from '../check/decide-columns.ts';
import { Engine } from '../check/engine.ts';
import { probeFile } from '../check/probe-file.ts';
import { duplicateRows, planColumns, summarize, type TypedTable, typeColumns } from '../check/profile-columns.ts';
import { batches, type ColumnSurvey, type Nature, surveyFile, type Table } from '../check/survey.ts';
import { float } from '../warehouse/warehouse.ts';
import { type CountedFacts, countFacts } from './count-facts.ts';

/** A column of one file, with all that is known of it. */
export interface ProfiledColumn {
  name: string;
  nature: Nature;
  /** Whether a check would compare it, and if not, why. */
  skipped: string | null;
  survey: ColumnSurvey;
  /** `null` for nested values, and for dates of typed files. */
  summary: ColumnSummary | null;
  facts: CountedFacts | null;
  /** Ten parts of the range of a numeric column, of equal width, with their values. */
  buckets: number[] | null;
}

export interface FileProfile {
  path: string;
  format: string;
  rows: number;
  duplicates: number;
  columns: ProfiledColumn[];
}

const BUCKETS = 10;

/** What is to be known of columns beyond what the data show. */
export interface ProfileWishes {
  /** What a column is read as, whatever it looks like. */
  kinds?: ReadonlyMap<string, ColumnKind>;
  /** Values of a column that are counted together. */
  domains?: ReadonlyMap<string, readonly string[]>;
}

/** What is done with a profile, while the engine still holds the file. */
export type UseProfile<T> = (profile: FileProfile, engine: Engine, typed: TypedTable) => T | Promise<T>;

/** Profiles one file: each column summarised over all rows. Nothing is left behind. */
export async function profileFile<T>(
  path: string,
  overrides: ColumnsFile,
  wishes: ProfileWishes,
  use: UseProfile<T>,
): Promise<T> {
  const probe = await probeFile(path);
  const engine = await Engine.open();
  try {
    const table = await surveyFile(engine, await engine.add(probe));
    for (const name of Object.keys(overrides)) requireColumn(name, '--columns', [{ path, columns: table.columns }]);
    return await profileTable(engine, table, overrides, wishes, use);
  } finally {
    await engine.close();
  }
}

/** The same of a file that has been looked over. */
export async function profileTable<T>(
  engine: Engine,
  table: Table,
  overrides: ColumnsFile,
  { kinds, domains }: ProfileWishes,
  use: UseProfile<T>,
): Promise<T> {
  const { path, format, gzip } = table.file;
  if (table.rows === 0) throw new LeewayError('file_unreadable', `${path} has no rows`);
  const { skipped } = decideColumns(table.columns, table.columns, overrides);
  const reasons = new Map(skipped.map(({ column, reason }) => [column, reason]));
  const looked = [...table.columns.values()].flatMap((survey) => {
    const kind = kinds?.get(survey.name) ?? overrides[survey.name]?.type ?? kindOf(survey, table.textual);
    if (kind === null || kind === 'skip' || kind === 'vector') return [];
    return [{ name: survey.name, kind: kind === 'text' ? 'categorical' : kind, role: 'feature' as const }];
  });
  const typed = await typeColumns(engine, table, looked);
  const plans = await planColumns(engine, typed);
  const summaries = new Map<string, ColumnSummary>();
  for (const { name } of looked) summaries.set(name, await summarize(engine, typed, name, plans.get(name)!));
  const facts = await countFacts(
    engine,
    typed,
    looked.map(({ name, kind }) => ({
      ...{ name, infinite: kind === 'numeric', signs: kind === 'numeric', formats: kind === 'categorical' },
      ...{ distinct: kind !== 'boolean', values: domains?.get(name) },
    })),
  );
  const buckets = await countBuckets(engine, typed, summaries);
  const profile: FileProfile = {
    ...{ path, format: `${format}${gzip ? '.gz' : ''}`, rows: table.rows },
    duplicates: await duplicateRows(engine, typed),
    columns: [...table.columns.values()].map((survey) => ({
      ...{ name: survey.name, nature: survey.nature, skipped: reasons.get(survey.name) ?? null, survey },
      ...{ summary: summaries.get(survey.name) ?? null, facts: facts.get(survey.name) ?? null },
      buckets: buckets.get(survey.name) ?? null,
    })),
  };
  return use(profile, engine, typed);
}

function kindOf({ nature, present }: ColumnSurvey, textual: boolean): ColumnKind | null {
  if (nature === 'number') return 'numeric';
  if (nature === 'boolean') return 'boolean';
  // The dates of a text file are texts of a format.
  const text = nature === 'text' || (nature === 'datetime' && textual);
  return text && (present > 0 || textual) ? 'categorical' : null;
}

async function countBuckets(
  engine: Engine,
  typed: TypedTable,
  summaries: ReadonlyMap<string, ColumnSummary>,
): Promise<Map<string, number[]>> {
  const ranges = [...summaries].flatMap(([name, summary]) =>
    summary.kind === 'numeric' && summary.count > 0 ? [{ name, min: summary.min!, max: summary.max! }] : [],
  );
  const found = new Map<string, number[]>();
  for (const batch of batches(ranges, 20)) {
    const cells = batch.map(({ min, max }, i) => {
      // By halves, so that the widest range has a width.
      const place = `(v${i} / 2 - (${float(min / 2)})) / ${float(Math.max(max / 2 - min / 2, Number.MIN_VALUE))} * ${BUCKETS}`;
      return `sumMapIf([toUInt8(least(greatest(ifNull(floor(${place}), 0), 0), ${BUCKETS - 1}))], [toUInt64(1)], isFinite(v${i})) AS b${i}`;
    });
    const [row] = await engine.query<Record<string, [place: number[], count: number[]]>>(
      `SELECT ${cells.join(', ')} FROM (SELECT ${batch.map(({ name }, i) => `${typed.value(name)} AS v${i}`).join(', ')} FROM ${typed.sql} ${typed.settings})`,
    );
    for (const [i, { name }] of batch.entries()) {
      const counts = new Array<number>(BUCKETS).fill(0);
      const [places, n] = row![`b${i}`]!;
      places.forEach((place, j) => {
        counts[place] = n[j]!;
      });
      found.set(name, counts);
    }
  }
  return found;
}

/** What `suggestConstraints` is told of a column; `null` where nothing is known that could be asked for. */
function factsFor({ name, summary, facts }: ProfiledColumn): ColumnFacts | null {
  if (!summary) return null;
  const { whole = null, distinct = null, formats = null } = facts ?? {};
  return { name, summary, distinct, ...(whole === null ? {} : { whole }), ...(formats ? { formats } : {}) };
}

/** Constraints for every column of a profile that something can be asked of. */
export const suggestFor = (profile: FileProfile) =>
  profile.columns.flatMap((column) => {
    const facts = factsFor(column);
    return facts ? [suggestConstraints(facts)] : [];
  });
