import { type ColumnJudgement, judgeColumn } from '@leeway/stats';
import type { JointRows } from '../monitoring/checks/multivariate/encode.ts';
import { compareTexts, type TextComparison } from '../monitoring/checks/texts/compare-texts.ts';
import { textSizes } from '../monitoring/checks/texts/tokens.ts';
import { type ComparedVectors, compareVectorRows } from '../monitoring/checks/vectors/compare-vector-rows.ts';
import { planColumn, type RowSource, summarizeColumn } from '../monitoring/profile.ts';
import type { TypedTable } from './profile-columns.ts';
import type { CheckContext } from './section.ts';

export interface ComparedTexts extends TextComparison {
  /** Lengths, judged as any numeric column. */
  sizes: Record<'characters' | 'words', ColumnJudgement>;
}

const SEED = 0;

/** Compares the texts of a column of both files: how long they are, and what they say. */
export async function compareTextColumn(context: CheckContext, name: string): Promise<ComparedTexts> {
  const { engine, reference, current } = context;
  const { characters, words } = textSizes('v');
  return {
    ...(await compareTexts(engine.warehouse, rowsOf(context, name), SEED)),
    sizes: {
      characters: await judgeSize(
        context,
        { reference: textsOf(reference, name), current: textsOf(current, name) },
        characters,
      ),
      words: await judgeSize(context, { reference: textsOf(reference, name), current: textsOf(current, name) }, words),
    },
  };
}

/** Compares the vectors of a column of both files. The dimension is that which most vectors of the reference have. */
export async function compareVectorColumn(context: CheckContext, name: string): Promise<ComparedVectors | null> {
  const rows = rowsOf(context, name);
  const [most] = await context.engine.query<{ dimension: number }>(
    `SELECT length(__v0) AS dimension FROM ${rows.reference.sql} WHERE notEmpty(__v0)
     GROUP BY dimension ORDER BY count() DESC, dimension LIMIT 1`,
  );
  if (!most) return null;
  const threshold = context.options.columns?.[name]?.threshold;
  return compareVectorRows(context.engine.warehouse, rows, { dimension: most.dimension, seed: SEED, threshold });
}

async function judgeSize(
  { engine }: CheckContext,
  sides: { reference: RowSource; current: RowSource },
  expression: string,
): Promise<ColumnJudgement> {
  const plan = await planColumn(engine.warehouse, sides.reference, 'numeric', expression);
  const count = async (source: RowSource) => (await summarizeColumn(engine.warehouse, source, plan)).get('')!;
  return judgeColumn({
    ...{ kind: 'numeric', test: 'auto' },
    reference: await count(sides.reference),
    current: await count(sides.current),
  });
}

const textsOf = ({ sql, settings, rowNumber, value }: TypedTable, name: string): RowSource => ({
  sql: `(SELECT ${rowNumber} AS id, ${value(name)} AS v FROM ${sql} ${settings})`,
  params: {},
});

function rowsOf({ reference, current }: CheckContext, name: string): { reference: JointRows; current: JointRows } {
  const rows = ({ sql, settings, rowNumber, value }: TypedTable): JointRows => ({
    sql: `(SELECT ${rowNumber} AS __k, ${value(name)} AS __v0 FROM ${sql} ${settings})`,
    params: {},
  });
  return { reference: rows(reference), current: rows(current) };
}
