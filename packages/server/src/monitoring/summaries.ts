import type { ModelConfig } from '@leeway/contract';
import type { ColumnKind, ColumnSummary } from '@leeway/stats';
import { classScores, featureColumn, predictionRows, recordedColumns, scoreKey } from '../warehouse/model-tables.ts';
import { identifier, instant } from '../warehouse/warehouse.ts';
import { type Scope, sliceValues } from './check.ts';
import { textSizes } from './checks/texts/tokens.ts';
import { vectorNorm } from './checks/vectors/norm.ts';
import { planOf, summarizeColumn } from './profile.ts';

/** Summaries of columns, by slice and then by column. */
export type Summaries = Map<string, Map<string, ColumnSummary>>;

/** A column that is watched for drift, with the SQL of its value. */
export interface WatchedColumn {
  name: string;
  kind: ColumnKind;
  expression: string;
  /** The feature that it shows; null where it is what the model says. */
  feature: string | null;
}

/**
 * The features, and what the model says: its score where it has one, its prediction otherwise, and beside that the probability
 * of each class where these are recorded. Of a text its length is watched,
 * of a vector its norm; what else they hold is compared by checks of their own.
 */
export function watchedColumns(model: ModelConfig): WatchedColumn[] {
  const { features, prediction, score } = model.columns;
  const columns = [...recordedColumns(model)].flatMap(([name, type]): WatchedColumn[] => {
    const expression = featureColumn(name);
    const feature = features[name];
    if (!feature) return [];
    if (type !== 'text' && type !== 'vector') return [{ name, kind: type, expression, feature: name }];
    if (!feature.drift) return [];
    const sizes = type === 'text' ? textSizes(expression) : { norm: vectorNorm(expression, feature.dimension) };
    return Object.entries(sizes).map(([size, sql]) => {
      return { name: `${name}.${size}`, kind: 'numeric' as const, expression: sql, feature: name };
    });
  });
  if (score) columns.push({ name: score, kind: 'numeric', expression: 'score', feature: null });
  else
    columns.push({
      name: prediction,
      kind: model.task === 'regression' ? 'numeric' : 'categorical',
      expression: 'prediction',
      feature: null,
    });
  for (const [name, column] of classScores(model))
    columns.push({ name: column, kind: 'numeric', expression: identifier(scoreKey(name)), feature: null });
  return columns;
}

const counted = new WeakMap<Scope, Promise<Summaries>>();

/**
 * Counts every watched column of the window by the plans of the reference: whole, as slice '', and by the values of the
 * monitor's slice columns. Checks of the same window share the result.
 */
export function summarizeWindow(scope: Scope): Promise<Summaries> {
  const present = counted.get(scope);
  if (present) return present;
  const promise = summarize(scope);
  counted.set(scope, promise);
  return promise;
}

async function summarize(scope: Scope): Promise<Summaries> {
  const { warehouse, model, monitor, reference, from, to } = scope;
  const summaries: Summaries = new Map();
  if (!reference) return summaries;
  const source = { sql: predictionRows(model), params: { from: instant(from), to: instant(to) } };
  const slicings = monitor.slices.map((column, i) => {
    return { column, expression: featureColumn(column), values: sliceValues(scope, column), whole: i === 0 };
  });
  const columns = watchedColumns(model).filter(({ name }) => reference.summaries.get('')?.has(name));
  await Promise.all(
    columns.map(async ({ name, expression }) => {
      const plan = planOf(reference.summaries.get('')!.get(name)!, expression);
      // Only slices that the reference has, too; of a slice column's own values it has none.
      const sliced = slicings.filter(({ column, values }) =>
        values.some((value) => reference.summaries.get(`${column}=${value}`)?.has(name)),
      );
      for (const slicing of sliced.some(({ whole }) => whole) ? sliced : [undefined, ...sliced]) {
        for (const [slice, summary] of await summarizeColumn(warehouse, source, plan, slicing)) {
          const bySlice = summaries.get(slice) ?? new Map<string, ColumnSummary>();
          summaries.set(slice, bySlice.set(name, summary));
        }
      }
    }),
  );
  return summaries;
}
