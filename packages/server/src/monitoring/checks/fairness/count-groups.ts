import {
  assessFairness,
  assessRegressionFairness,
  type ClassificationCounts,
  type FairnessGroup,
  type FairnessOptions,
  type FairnessResult,
  type RegressionCounts,
  type Task,
} from '@leeway/stats';
import { float, type Params, quoted, type Warehouse } from '../../../warehouse/warehouse.ts';

/** A protected column: SQL of its value, and where a numeric one is cut. */
export interface ProtectedColumn {
  name: string;
  expression: string;
  /** Ascending; a bin holds its lower end. Absent: the values are the groups. */
  cuts?: readonly number[] | undefined;
}

/** Rows with `label`, `prediction` and `score`, all of them or those with both label and prediction. */
export interface GroupedSource {
  sql: string;
  params: Params;
  /** Whether the rows have a column `weight` to count them by. */
  weighted: boolean;
}

/** Groups that are looked at one by one, those with most rows; the others are one group. */
const MOST_GROUPS = 50;
const OTHERS = '(others)';

type Row = Record<string, number> & { name: string };

/** SQL of a group's name, such as `sex=Female` or `sex=Female, age=30..50`. A row without a value is in a group of its own, `sex=`. */
function groupName(columns: readonly ProtectedColumn[]): string {
  const parts = columns.map(({ name, expression, cuts }) => {
    const value = cuts ? binName(expression, cuts) : `ifNull(toString(${expression}), '')`;
    return `concat(${quoted(`${name}=`)}, ${value})`;
  });
  return parts.length === 1 ? parts[0]! : `concat(${parts.join(`, ', ', `)})`;
}

function binName(expression: string, cuts: readonly number[]): string {
  const names = [...cuts, null].map((cut, i) => {
    const from = cuts[i - 1];
    return from === undefined ? `<${cut}` : cut === null ? `>=${from}` : `${from}..${cut}`;
  });
  const at = `1 + arrayCount(c -> c <= assumeNotNull(toFloat64(${expression})), [${cuts.map(float).join(', ')}])`;
  return `if(isFinite(${expression}), [${names.map(quoted).join(', ')}][${at}], '')`;
}

const CLASSIFICATION: Record<keyof ClassificationCounts, string> = {
  tp: 'said AND positive',
  fp: 'said AND NOT positive',
  tn: 'NOT said AND NOT positive',
  fn: 'NOT said AND positive',
  scored: 'isNotNull(score)',
  sumGap: 'ifNull(score - positive, 0)',
  sumSquaredGap: 'ifNull(pow(score - positive, 2), 0)',
};

/** Of several classes, a row is right or wrong: then only the accuracy means something. */
const RIGHT_OR_WRONG: Record<keyof ClassificationCounts, string> = {
  ...{ tp: 'correct', fp: 'NOT correct', tn: '0', fn: '0' },
  ...{ scored: '0', sumGap: '0', sumSquaredGap: '0' },
};

const REGRESSION: Record<keyof RegressionCounts, string> = {
  n: '1',
  sumError: 'e',
  sumAbsError: 'abs(e)',
  sumSquaredError: 'e * e',
  sumFourthPowerError: 'pow(e, 4)',
  sumPrediction: 'p',
  sumSquaredPrediction: 'p * p',
};

/**
 * Counts the groups that protected columns make, in one pass, and compares them. Rows without a label or a prediction
 * are left out. `positive` has to be bound for a binary task.
 */
export async function measureFairness(
  warehouse: Warehouse,
  task: Task,
  columns: readonly ProtectedColumn[],
  { sql, params, weighted }: GroupedSource,
  options: FairnessOptions,
): Promise<FairnessResult> {
  const known = task === 'regression' ? 'isFinite(prediction - label)' : 'label IS NOT NULL AND prediction IS NOT NULL';
  const derived = {
    binary:
      'assumeNotNull(prediction = {positive:String}) AS said, assumeNotNull(label = {positive:String}) AS positive, score',
    multiclass: 'assumeNotNull(label = prediction) AS correct',
    regression: 'assumeNotNull(prediction) AS p, assumeNotNull(prediction - label) AS e',
  }[task];
  const sums = {
    binary: CLASSIFICATION,
    multiclass: RIGHT_OR_WRONG,
    regression: REGRESSION,
  }[task];
  const list = Object.entries(sums).flatMap(([name, each]) =>
    weighted
      ? [`sum(weight * (${each})) AS ${name}`, `sum(weight * weight * (${each})) AS ${name}2`]
      : [`sum(${each}) AS ${name}`],
  );
  const found = await warehouse.query<Row>(
    `SELECT name, count() AS rows, ${list.join(', ')}
     FROM (SELECT ${groupName(columns)} AS name, ${weighted ? 'weight, ' : ''}${derived} FROM ${sql} WHERE ${known})
     GROUP BY name ORDER BY rows DESC, name`,
    params,
    'check/fairness',
  );
  const groups = [...found.slice(0, MOST_GROUPS), ...together(found.slice(MOST_GROUPS))].map((row) => {
    const counts = (x: string) =>
      Object.fromEntries(Object.keys(sums).map((name) => [name, row[`${name}${x}`] ?? Infinity]));
    return { group: row.name, counts: counts(''), ...(weighted ? { squared: counts('2') } : {}) };
  });
  if (task === 'regression')
    return assessRegressionFairness(groups as never as FairnessGroup<RegressionCounts>[], options);
  const result = assessFairness(groups as never as FairnessGroup<ClassificationCounts>[], options);
  if (task === 'binary') return result;
  const { accuracy } = result.measures;
  return {
    ...result,
    measures: { accuracy: accuracy! },
    criteria: { accuracy_parity: result.criteria['accuracy_parity']! },
  };
}

function together(rows: readonly Row[]): Row[] {
  if (rows.length === 0) return [];
  const sum = Object.fromEntries(
    Object.keys(rows[0]!).map((key) => [key, rows.reduce((total, row) => total + Number(row[key]), 0)]),
  );
  return [{ ...sum, name: OTHERS } as Row];
}
