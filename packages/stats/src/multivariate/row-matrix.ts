/** Rows of numbers, one after the other: row i holds values[i * columns] to values[(i + 1) * columns - 1]. */
export interface RowMatrix {
  rows: number;
  columns: number;
  values: Float64Array;
}

/** @throws RangeError where the number of values is not rows x columns, or one of them is not finite. */
export function assertMatrix({ rows, columns, values }: RowMatrix, name: string): void {
  if (values.length !== rows * columns) {
    throw new RangeError(
      `${name}: ${rows} rows of ${columns} columns are ${rows * columns} values, got ${values.length}.`,
    );
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    const place = `row ${Math.floor(wrong / columns)}, column ${wrong % columns}`;
    throw new RangeError(`${name}: ${place} holds ${values[wrong]}, expected a finite number.`);
  }
}

/** Two matrices of the same columns, one below the other. */
export function stack(above: RowMatrix, below: RowMatrix): RowMatrix {
  const values = new Float64Array(above.values.length + below.values.length);
  values.set(above.values);
  values.set(below.values, above.values.length);
  return { rows: above.rows + below.rows, columns: above.columns, values };
}
