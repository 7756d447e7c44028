import type { CategoricalColumn, NumericColumn, Table } from './read-table.ts';

export type FeatureType = 'numeric' | 'categorical' | 'boolean';

/** How one number enters the model: `(x - offset) / scale`, with `fill` in the place of a missing x. */
export interface NumericEncoding {
  name: string;
  type: 'numeric' | 'boolean';
  fill: number;
  offset: number;
  scale: number;
}

/** One indicator column for each category; any other value, and a missing one, is all zeros. */
export interface CategoricalEncoding {
  name: string;
  categories: string[];
}

/** How rows become vectors: the numbers first, then the indicators of each categorical feature in turn. */
export interface Encoding {
  numeric: NumericEncoding[];
  categorical: CategoricalEncoding[];
  /** Length of a vector. */
  width: number;
}

/**
 * Sparse rows (CSR). Row i has the values `value[k]` at the positions `index[k]`, for k from `start[i]` to before
 * `start[i + 1]`.
 */
export interface SparseRows {
  rows: number;
  width: number;
  start: Int32Array;
  index: Int32Array;
  value: Float64Array;
}

/**
 * Learns the encoding from the training rows. Numbers are standardised to mean 0 and (population) standard deviation 1, booleans
 * stay 0 and 1, and a missing one becomes the mean. Categories with fewer than `minCategoryRows` rows get no indicator: a weight
 * learned from so few rows would say more of those rows than of the category.
 */
export function fitEncoding(table: Table, features: Map<string, FeatureType>, minCategoryRows: number): Encoding {
  const numeric: NumericEncoding[] = [];
  const categorical: CategoricalEncoding[] = [];
  for (const [name, type] of features) {
    if (type === 'categorical') {
      categorical.push({ name, categories: frequentCategories(categoricalColumn(table, name), minCategoryRows) });
    } else {
      const { mean, deviation } = moments(numericColumn(table, name).values);
      const standardised = type === 'numeric';
      const scale = standardised && deviation > 0 ? deviation : 1;
      numeric.push({ name, type, fill: mean, offset: standardised ? mean : 0, scale });
    }
  }
  const width = categorical.reduce((sum, { categories }) => sum + categories.length, numeric.length);
  return { numeric, categorical, width };
}

/** The rows of a table as sparse vectors. Zeros are not stored. */
export function encode(table: Table, encoding: Encoding): SparseRows {
  const numeric = encoding.numeric.map((feature) => ({
    feature,
    values: numericColumn(table, feature.name).values,
  }));
  const categorical = indicatorPositions(table, encoding);
  const room = table.rows * (numeric.length + categorical.length);
  const start = new Int32Array(table.rows + 1);
  const index = new Int32Array(room);
  const value = new Float64Array(room);
  let used = 0;
  for (let row = 0; row < table.rows; row++) {
    for (let j = 0; j < numeric.length; j++) {
      const { feature, values } = numeric[j]!;
      const raw = values[row]!;
      const scaled = ((Number.isNaN(raw) ? feature.fill : raw) - feature.offset) / feature.scale;
      if (scaled === 0) continue;
      index[used] = j;
      value[used++] = scaled;
    }
    for (const { codes, positions } of categorical) {
      const code = codes[row]!;
      const position = code < 0 ? -1 : positions[code]!;
      if (position < 0) continue;
      index[used] = position;
      value[used++] = 1;
    }
    start[row + 1] = used;
  }
  return {
    rows: table.rows,
    width: encoding.width,
    start,
    index: index.subarray(0, used),
    value: value.subarray(0, used),
  };
}

/** For each categorical feature, the position in the vector of each code of the table; -1 where it has none. */
function indicatorPositions(table: Table, encoding: Encoding): { codes: Int32Array; positions: Int32Array }[] {
  let first = encoding.numeric.length;
  return encoding.categorical.map(({ name, categories }) => {
    const column = categoricalColumn(table, name);
    const positionOf = new Map(categories.map((category, i) => [category, first + i]));
    first += categories.length;
    return {
      codes: column.codes,
      positions: Int32Array.from(column.categories, (category) => positionOf.get(category) ?? -1),
    };
  });
}

/** Categories with at least `minimum` rows, sorted, so that the order of the rows changes nothing. */
function frequentCategories(column: CategoricalColumn, minimum: number): string[] {
  const counts = new Int32Array(column.categories.length);
  for (const code of column.codes) if (code >= 0) counts[code]!++;
  return column.categories.filter((_, code) => counts[code]! >= minimum).sort();
}

/** Mean and population standard deviation of what is not missing; 0 and 0 where everything is. */
function moments(values: Float64Array): { mean: number; deviation: number } {
  let n = 0;
  let sum = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    n++;
    sum += value;
  }
  if (n === 0) return { mean: 0, deviation: 0 };
  const mean = sum / n;
  let squares = 0;
  for (const value of values) if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  const variance = squares / n;
  // What is left of a constant is rounding, and to divide by it would make anything else enormous. The bound is that of
  // scikit-learn's StandardScaler: what the two-pass algorithm may be off by (Chan, Golub and LeVeque 1983).
  const rounding = n * Number.EPSILON * variance + (n * mean * Number.EPSILON) ** 2;
  return { mean, deviation: variance <= rounding ? 0 : Math.sqrt(variance) };
}

function numericColumn(table: Table, name: string): NumericColumn {
  const column = table.columns.get(name);
  if (column?.kind !== 'numeric') throw new Error(`column ${name} was not read as numbers`);
  return column;
}

function categoricalColumn(table: Table, name: string): CategoricalColumn {
  const column = table.columns.get(name);
  if (column?.kind !== 'categorical') throw new Error(`column ${name} was not read as strings`);
  return column;
}
