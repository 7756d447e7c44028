import { createHash } from 'node:crypto';
import {
  type ColumnType,
  type FittedPreprocessing,
  type FittedStep,
  LeewayError,
  type PreprocessingConfig,
  type PreprocessingStep,
} from '@leeway/contract';
import type { Params, Warehouse } from '../../warehouse/warehouse.ts';
import { float } from '../../warehouse/warehouse.ts';
import { columnsAfter, kindOf, namesOf, oneHotName, StepMistake } from './plan-steps.ts';
import { applySql, type Expressions } from './preprocessing-sql.ts';

/** Digits that are kept of what is learnt: those after depend on the order in which threads add. */
const DIGITS = 12;

/**
 * Learns a preprocessing from the training rows, step after step, each from what the ones before have made of them. The engine
 * counts: one query for each column of a step that has something to learn.
 */
export async function fitPreprocessing(
  warehouse: Warehouse,
  rows: { sql: string; params: Params },
  features: ReadonlyMap<string, ColumnType>,
  expressions: Expressions,
  config: PreprocessingConfig,
): Promise<FittedPreprocessing> {
  let columns: ReadonlyMap<string, ColumnType> = features;
  let sql = expressions;
  const steps: FittedStep[] = [];
  for (const [i, step] of config.steps.entries()) {
    const fitted: FittedStep[] = [];
    for (const column of namesOf(step)) {
      const type = columns.get(column);
      const expression = sql.get(column);
      if (type === undefined || expression === undefined) {
        throw new LeewayError('config_invalid', `preprocessing, step ${i + 1}: there is no column "${column}"`);
      }
      fitted.push(await fitColumn(warehouse, rows, step, column, kindOf(type) === 'text', expression));
    }
    try {
      columns = columnsAfter(columns, step, i, (name) => fitted.find(({ column }) => column === name)!.texts);
    } catch (error) {
      if (error instanceof StepMistake) {
        throw new LeewayError('config_invalid', `preprocessing, step ${i + 1}: ${error.message}`);
      }
      throw error;
    }
    for (const one of fitted) sql = applySql(sql, one);
    steps.push(...fitted);
  }
  const hash = createHash('sha256').update(JSON.stringify(steps)).digest('hex');
  const { name, version } = config;
  return { name, version, hash, steps, features: Array.from(columns, ([name, type]) => ({ name, type })) };
}

async function fitColumn(
  warehouse: Warehouse,
  { sql, params }: { sql: string; params: Params },
  step: PreprocessingStep,
  column: string,
  text: boolean,
  x: string,
): Promise<FittedStep> {
  const numbers = async (...aggregates: string[]): Promise<number[]> => {
    const [row] = await warehouse.query<{ found: (number | null)[] }>(
      `SELECT [${aggregates.map((one) => `toNullable(toFloat64(${one}))`).join(', ')}] AS found FROM (SELECT ${x} AS x FROM ${sql} AS part) AS values`,
      params,
      'preprocessing/fit',
    );
    const found = row?.found ?? [];
    const missing = found.length === 0 || found.some((value) => value === null || !Number.isFinite(value));
    if (!missing) return found.map((value) => Number(value!.toPrecision(DIGITS)));
    throw new LeewayError('too_few_rows', `"${column}" has no value in the training rows, and ${step.do} needs some`);
  };
  const values = async (most: number): Promise<string[]> => {
    const rows = await warehouse.query<{ value: string }>(
      `SELECT toString(x) AS value FROM (SELECT ${x} AS x FROM ${sql} AS part) AS values WHERE x IS NOT NULL
       GROUP BY value ORDER BY count() DESC, value LIMIT ${most}`,
      params,
      'preprocessing/fit',
    );
    return rows.map(({ value }) => value);
  };
  const fitted = (over: Partial<FittedStep>): FittedStep => ({
    ...{ do: step.do, column, to: [column], numbers: [], texts: [], ...over },
  });
  switch (step.do) {
    case 'impute': {
      if (step.with === 'constant') {
        return fitted(typeof step.value === 'string' ? { texts: [step.value] } : { numbers: [step.value as number] });
      }
      if (step.with === 'mean') return fitted({ numbers: await numbers('avg(x)') });
      if (step.with === 'median') return fitted({ numbers: await numbers('quantileExactInclusive(0.5)(x)') });
      if (text) {
        const [most] = await values(1);
        if (most === undefined) throw new LeewayError('too_few_rows', `"${column}" has no value in the training rows`);
        return fitted({ texts: [most] });
      }
      const [mode] = await warehouse.query<{ x: number }>(
        `SELECT x FROM (SELECT ${x} AS x FROM ${sql} AS part) AS values WHERE x IS NOT NULL GROUP BY x ORDER BY count() DESC, x LIMIT 1`,
        params,
        'preprocessing/fit',
      );
      if (!mode) throw new LeewayError('too_few_rows', `"${column}" has no value in the training rows`);
      return fitted({ numbers: [mode.x] });
    }
    case 'clip':
      return fitted({
        numbers: await numbers(
          `quantileExactInclusive(${float(step.lower)})(x)`,
          `quantileExactInclusive(${float(step.upper)})(x)`,
        ),
      });
    case 'standardize':
      return fitted({ numbers: await numbers('avg(x)', 'stddevPopStable(x)') });
    case 'min_max':
      return fitted({ numbers: await numbers('min(x)', 'max(x)') });
    case 'bin': {
      const levels = Array.from({ length: step.bins - 1 }, (_, i) => (i + 1) / step.bins);
      const edges = await numbers(...levels.map((level) => `quantileExactInclusive(${float(level)})(x)`));
      return fitted({ numbers: [...new Set(edges)] });
    }
    case 'one_hot': {
      const texts = (await values(step.most)).sort();
      return fitted({ texts, to: texts.map((value) => oneHotName(column, value)) });
    }
    case 'ordinal':
      return fitted({ numbers: [step.unseen], texts: (await values(MOST_VALUES)).sort() });
    case 'drop':
      return fitted({ to: [] });
    case 'rename':
      return fitted({ to: [step.names[column]!] });
    case 'log1p':
      return fitted({});
  }
}

/** Values that an ordinal step tells apart. */
const MOST_VALUES = 10_000;
