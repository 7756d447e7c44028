import type { FeatureType } from '../encode.ts';
import type { Table, TableColumn } from '../read-table.ts';

/** A table as `readTable` makes it, from rows as a test writes them; null is a missing value. */
export function tableOf(
  kinds: Record<string, FeatureType>,
  rows: readonly (string | number | boolean | null)[][],
): Table {
  const columns = new Map<string, TableColumn>();
  Object.entries(kinds).forEach(([name, kind], j) => {
    const cells = rows.map((row) => row[j]!);
    if (kind !== 'categorical') {
      const values = Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell)));
      columns.set(name, { kind: 'numeric', values });
      return;
    }
    const categories = [...new Set(cells.filter((cell) => cell !== null).map(String))];
    const codes = Int32Array.from(cells, (cell) => (cell === null ? -1 : categories.indexOf(String(cell))));
    columns.set(name, { kind: 'categorical', codes, categories });
  });
  return { rows: rows.length, columns };
}
