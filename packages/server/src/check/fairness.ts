import { LeewayError } from '@leeway/contract';
import { type FairnessResult, fairnessCriteria } from '@leeway/stats';
import { measureFairness, type ProtectedColumn } from '../monitoring/checks/fairness/count-groups.ts';
import type { Engine } from './engine.ts';
import { type LabelledTask, labelledRowsOf, type PerformanceOptions, taskOf } from './labelled.ts';
import type { TypedTable } from './profile-columns.ts';

export interface FairnessCheckOptions extends PerformanceOptions {
  /** Protected columns, which both tables must hold as typed columns. */
  protected?: readonly string[] | undefined;
  /** Protected columns whose values make groups together. */
  intersections?: readonly (readonly string[])[] | undefined;
  /** Of each column, the value that others are compared with; otherwise the one with most rows. */
  referenceGroup?: Readonly<Record<string, string>> | undefined;
  /** Groups with fewer rows are named and left out; 30 by default. */
  minimumGroup?: number | undefined;
  /** Where numeric columns are cut; otherwise at the quartiles of the reference. */
  bins?: Readonly<Record<string, readonly number[]>> | undefined;
}

/** Groups of one file, or why they were not counted. */
export type FairnessSide = FairnessResult | { reason: string };

export interface AttributeFairness {
  /** One protected column, or several as in "sex, race". */
  column: string;
  reference: FairnessSide;
  current: FairnessSide;
  /** Whether the selection rates of the current file keep to the four-fifths rule; null where that can't be judged. */
  four_fifths: {
    ratio: number | null;
    kept: boolean | null;
    certain: boolean;
    lowest: string | null;
    highest: string | null;
  };
  /** Criteria whose difference grew: the intervals lie apart. */
  worse: string[];
}

export interface FairnessComparison {
  task: LabelledTask['task'];
  positive: string | null;
  assumed: string[];
  limit: number;
  attributes: AttributeFairness[];
}

/** The four-fifths rule: the lowest selection rate is to be at least so much of the highest. */
const LIMIT = 0.8;
/** Numeric columns with more different values are cut into groups. */
const MOST_VALUES = 10;

/** Whether the model treats groups alike in both files; null where no label or no protected column was named. */
export async function compareFairness(
  engine: Engine,
  reference: TypedTable,
  current: TypedTable,
  options: FairnessCheckOptions,
): Promise<FairnessComparison | null> {
  const { protected: names = [], intersections = [] } = options;
  if (names.length === 0) return null;
  const known = await taskOf(engine, reference, current, options);
  if (!known) return null;
  const cuts = new Map<string, readonly number[] | undefined>();
  for (const name of new Set([...names, ...intersections.flat()])) {
    if (![reference, current].some((typed) => has(typed, name))) {
      throw new LeewayError('column_missing', `--protected names "${name}", which neither file has`);
    }
    cuts.set(name, options.bins?.[name] ?? (await cutsOf(engine, has(reference, name) ? reference : current, name)));
  }
  const attributes: AttributeFairness[] = [];
  for (const set of [...names.map((name) => [name]), ...intersections]) {
    const [before, now] = [
      await measure(engine, reference, known, set, cuts, options),
      await measure(engine, current, known, set, cuts, options),
    ];
    attributes.push({
      column: set.join(', '),
      reference: before,
      current: now,
      four_fifths: fourFifths(now),
      worse: worseCriteria(before, now),
    });
  }
  return { ...known, limit: LIMIT, attributes };
}

const has = ({ columns }: TypedTable, name: string) => columns.some((column) => column.name === name);

async function cutsOf(engine: Engine, typed: TypedTable, name: string): Promise<number[] | undefined> {
  if (typed.columns.find((column) => column.name === name)?.kind !== 'numeric') return undefined;
  const [row] = await engine.query<{ few: number[]; cuts: number[] }>(
    `SELECT groupUniqArray(${MOST_VALUES + 1})(x) AS few, quantilesExact(0.25, 0.5, 0.75)(x) AS cuts
     FROM (SELECT assumeNotNull(${typed.value(name)}) AS x FROM ${typed.sql} WHERE isFinite(${typed.value(name)})) ${typed.settings}`,
  );
  return row!.few.length <= MOST_VALUES ? undefined : [...new Set(row!.cuts)];
}

async function measure(
  engine: Engine,
  typed: TypedTable,
  { task, positive }: LabelledTask,
  names: readonly string[],
  cuts: ReadonlyMap<string, readonly number[] | undefined>,
  options: FairnessCheckOptions,
): Promise<FairnessSide> {
  const lacking = names.filter((name) => !has(typed, name));
  if (lacking.length > 0) return { reason: `${typed.table.file.path} has no column "${lacking.join('", "')}"` };
  const aliases = names.map((_, i) => `protected${i}`);
  const also = Object.fromEntries(names.map((name, i) => [aliases[i]!, typed.value(name)]));
  const rows = labelledRowsOf(typed, task, options, also);
  if ('reason' in rows) return rows;
  const columns = names.map((name, i): ProtectedColumn => ({ name, expression: aliases[i]!, cuts: cuts.get(name) }));
  const { referenceGroup = {}, minimumGroup } = options;
  const found = await measureFairness(
    engine.warehouse,
    task,
    columns,
    { ...rows, params: { positive: positive ?? '' } },
    {
      minimumRows: minimumGroup,
      reference: names.every((name) => referenceGroup[name] !== undefined)
        ? names.map((name) => `${name}=${referenceGroup[name]}`).join(', ')
        : undefined,
      limit: LIMIT,
    },
  );
  return found.rows > 0 ? found : { reason: `${typed.table.file.path} has no row with both a label and a prediction` };
}

/** Pure. */
function fourFifths(side: FairnessSide): AttributeFairness['four_fifths'] {
  const found = 'reason' in side ? undefined : side.measures['selection_rate'];
  const { value = null, upper = null } = found?.ratio ?? {};
  return {
    ratio: value,
    kept: value === null ? null : value >= LIMIT,
    certain: upper !== null && upper < LIMIT,
    lowest: found?.lowest ?? null,
    highest: found?.highest ?? null,
  };
}

/** Pure. */
function worseCriteria(before: FairnessSide, now: FairnessSide): string[] {
  if ('reason' in before || 'reason' in now) return [];
  return fairnessCriteria.flatMap(({ id }) => {
    const [a, b] = [before.criteria[id]?.difference.upper ?? null, now.criteria[id]?.difference.lower ?? null];
    return a !== null && b !== null && b > a ? [id] : [];
  });
}
