import type { Column, ColumnBatch } from '../gateway/columns.ts';

/** Where each value of made-up rows comes from, rows x features: a row of the background, or -1 for the explained row itself. */
export type Sources = Int32Array;

/** Rows put together from the explained row, which is the only one of its batch, and from those of the background. */
export function makeRows(
  features: readonly string[],
  own: ColumnBatch,
  background: ColumnBatch,
  sources: Sources,
): ColumnBatch {
  const rows = sources.length / features.length;
  const columns = new Map<string, Column>();
  for (const [j, name] of features.entries()) {
    const [mine, theirs] = [own.columns.get(name)!, background.columns.get(name)!];
    const pick = (row: number) => {
      const source = sources[row * features.length + j]!;
      return source < 0 ? mine[0]! : theirs[source]!;
    };
    columns.set(
      name,
      mine instanceof Float64Array
        ? Float64Array.from({ length: rows }, (_, row) => pick(row) as number)
        : Array.from({ length: rows }, (_, row) => pick(row) as string | readonly number[] | null),
    );
  }
  return { rows, columns };
}

/** Whether two values of a column are the same; missing ones are. */
export function sameValue(a: Column[number], b: Column[number]): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((x, i) => x === b[i]);
  return Object.is(a, b) || a === b;
}

/** The rows from `from` to before `to`. */
export function sliceRows({ columns }: ColumnBatch, from: number, to: number): ColumnBatch {
  return {
    rows: to - from,
    columns: new Map(Array.from(columns, ([name, column]) => [name, column.slice(from, to)] as const)),
  };
}
