import type { ModelConfig } from '@leeway/contract';
import type { ColumnKind, ColumnSummary } from '@leeway/stats';
import { featureColumn, predictionRows, recordedColumns } from '../warehouse/model-tables.ts';
import { instant } from '../warehouse/warehouse.ts';
import { type Scope, sliceValues } from './check.ts';
import { planOf, summarizeColumn } from './profile.ts';

/** Summaries of columns, by slice and then by column. */
export type Summaries = Map<string, Map<string, ColumnSummary>>;

/** A column that is watched for drift, with the SQL of its value. */
export interface WatchedColumn {
  name: string;
  kind: ColumnKind;
  expression: string;
}

/** The features, and what the model says: its score where it has one, its prediction otherwise. */
export function watchedColumns(model: ModelConfig): WatchedColumn[] {
  const { features, prediction, score } = model.columns;
  const columns = [...recordedColumns(model)]
    .filter(([name]) => features[name] !== undefined)
    .map(([name, kind]): WatchedColumn => ({ name, kind, expression: featureColumn(name) }));
  if (score) columns.push({ name: score, kind: 'numeric', expression: 'score' });
  else
    columns.push({
      name: prediction,
      kind: model.task === 'regression' ? 'numeric' : 'categorical',
      expression: 'prediction',
    });
  return columns;
}

const counted = new WeakMap<Scope, Map<string, Promise<Summaries>>>();

/**
 * Counts every watched column of the window by the plans of the reference: whole (`sliceColumn` ''), or by the values of a
 * slice column. Checks of the same window share the result.
 */
export function summarizeWindow(scope: Scope, sliceColumn: string): Promise<Summaries> {
  const shared = counted.get(scope) ?? new Map<string, Promise<Summaries>>();
  counted.set(scope, shared);
  const present = shared.get(sliceColumn);
  if (present) return present;
  const promise = summarize(scope, sliceColumn);
  shared.set(sliceColumn, promise);
  return promise;
}

async function summarize(scope: Scope, sliceColumn: string): Promise<Summaries> {
  const { warehouse, model, reference, from, to } = scope;
  const summaries: Summaries = new Map();
  if (!reference) return summaries;
  const source = { sql: predictionRows(model), params: { from: instant(from), to: instant(to) } };
  const slicing =
    sliceColumn === ''
      ? undefined
      : { column: sliceColumn, expression: featureColumn(sliceColumn), values: sliceValues(scope, sliceColumn) };
  for (const { name, expression } of watchedColumns(model)) {
    const before = reference.summaries.get('')?.get(name);
    if (!before) continue;
    for (const [slice, summary] of await summarizeColumn(warehouse, source, planOf(before, expression), slicing)) {
      const columns = summaries.get(slice) ?? new Map<string, ColumnSummary>();
      summaries.set(slice, columns.set(name, summary));
    }
  }
  return summaries;
}
