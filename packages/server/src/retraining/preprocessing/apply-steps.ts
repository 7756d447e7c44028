import type { FittedPreprocessing, FittedStep } from '@leeway/contract';
import type { Column, ColumnBatch } from '../../gateway/columns.ts';

/** Does to columns in memory what `applySql` does to rows of the warehouse, so that a model is asked as it was trained. Pure. */
export function applySteps(batch: ColumnBatch, { steps }: Pick<FittedPreprocessing, 'steps'>): ColumnBatch {
  let columns = batch.columns;
  for (const step of steps) columns = applyStep(columns, step);
  return { rows: batch.rows, columns };
}

function applyStep(columns: ReadonlyMap<string, Column>, step: FittedStep): Map<string, Column> {
  const next = new Map<string, Column>();
  for (const [name, column] of columns) {
    if (name !== step.column) next.set(name, column);
    else for (const [i, to] of step.to.entries()) next.set(to, changed(step, column, i));
  }
  return next;
}

function changed({ do: what, numbers, texts }: FittedStep, column: Column, i: number): Column {
  const [first = 0, second = 0] = numbers;
  const each = (f: (x: number) => number): Column => (column as Float64Array).map(f);
  switch (what) {
    case 'impute':
      if (texts.length > 0) return (column as (string | null)[]).map((value) => value ?? texts[0]!);
      return each((x) => (Number.isFinite(x) ? x : first));
    case 'clip':
      return each((x) => (Number.isFinite(x) ? Math.max(first, Math.min(second, x)) : Number.NaN));
    case 'log1p':
      return each((x) => (x > -1 && Number.isFinite(x) ? Math.log1p(x) : Number.NaN));
    case 'standardize': {
      const scale = second > 0 ? second : 1;
      return each((x) => (Number.isFinite(x) ? (x - first) / scale : Number.NaN));
    }
    case 'min_max': {
      const scale = second > first ? second - first : 1;
      return each((x) => (Number.isFinite(x) ? (x - first) / scale : Number.NaN));
    }
    case 'one_hot':
      return Float64Array.from(column as (string | null)[], (value) => (value === texts[i] ? 1 : 0));
    case 'ordinal': {
      const places = new Map(texts.map((value, place) => [value, place]));
      return Float64Array.from(column as (string | null)[], (value) =>
        value === null ? Number.NaN : (places.get(value) ?? first),
      );
    }
    case 'bin':
      return each((x) => (Number.isFinite(x) ? numbers.filter((edge) => edge <= x).length : Number.NaN));
    default:
      return column;
  }
}
