import { durationMs, type FeatureConfig } from '@leeway/contract';
import type { NumericSummary } from '@leeway/stats';
import { featureColumn, predictionRows } from '../../warehouse/model-tables.ts';
import { float, instant, quoted } from '../../warehouse/warehouse.ts';
import { type Scope, sliceValues } from '../check.ts';

/** What the engine counts of a feature in one pass over the window. */
export interface FeatureCounts {
  missing: number;
  /** Values outside of what is allowed or was seen, and of those, outside of what is allowed. */
  outside: number;
  forbidden: number;
  lowest: number | null;
  highest: number | null;
  /** Values that are not among those declared, with the most frequent of them. */
  unlisted: number;
  examples: string[];
  unmatched: number;
  /** Different values; of a feature declared as unique. */
  distinct: number;
}

export interface WindowCounts {
  rows: number;
  /** Of a sample by hash in large windows; null where they are not asked for. */
  duplicates: { rows: number; contents: number; idRows: number; ids: number; versions: number } | null;
  /** Milliseconds of the newest row; null without rows. */
  newest: number | null;
  /** Rows that came later than the monitor's grace after their time. */
  late: number;
  /** Ticks of the window, of `TICKS`, in which a row came. */
  ticks: number[];
  features: Map<string, FeatureCounts>;
}

/** Gaps in time are seen at a thousandth of the window. */
export const TICKS = 1_000;
/** Hashes are kept of about so many rows: beyond, of a share of all hashes, in which both of a pair lie or none. */
const HASHED_ROWS = 5_000_000;
const NAMED_EXAMPLES = 5;

/** Counts a window once, over all rows; see `countSlices` for the rest. `rows` is about how many there are. */
export async function countWindow(scope: Scope, rows: number): Promise<WindowCounts> {
  const { warehouse, model, monitor, from, to } = scope;
  const features = Object.entries(model.columns.features);
  const counted = features.map(([column, feature], i) => featureSql(scope, column, feature, `x${i}`));
  const numbers = counted.flatMap((own) => own.numbers.map(({ sql }) => `toFloat64(${sql})`));
  const texts = features.map(([, { values }], i) =>
    values ? `topKIf(${NAMED_EXAMPLES})(ifNull(toString(x${i}), ''), ${unlisted(`x${i}`, values)})` : '[]',
  );
  const every = Math.max(1, Math.floor(rows / HASHED_ROWS));
  const step = (to - from) / TICKS;
  const contents = features.map((_, i) => `assumeNotNull(x${i}), isNull(x${i})`).join(', ');
  const duplicates = monitor.quality.duplicates && features.length > 0;
  const [row] = await warehouse.query<{
    n: number;
    newest: number;
    late: number;
    ticks: number[];
    hashed: number[];
    numbers: (number | null)[];
    texts: string[][];
  }>(
    `SELECT count() AS n, toUnixTimestamp64Milli(max(at)) AS newest,
       countIf(came > addMilliseconds(at, {grace:Int64})) AS late,
       arraySort(groupUniqArray(toUInt16(floor((toUnixTimestamp64Milli(at) - {start:Int64}) / ${float(step)})))) AS ticks,
       ${
         duplicates
           ? `[countIf(h % ${every} = 0), uniqExactIf(h, h % ${every} = 0), countIf(k % ${every} = 0), uniqExactIf(k, k % ${every} = 0), uniqExactIf((k, h), k % ${every} = 0)]`
           : '[]'
       } AS hashed,
       [${numbers.join(', ')}] AS numbers, [${texts.join(', ')}] AS texts
     FROM (SELECT *, ${duplicates ? `cityHash64(${contents}) AS h, cityHash64(id) AS k` : '0 AS h, 0 AS k'}
       FROM (SELECT ${['id', 'time AS at', 'received AS came', ...namedColumns(scope)].join(', ')} FROM ${predictionRows(model)}))`,
    { from: instant(from), to: instant(to), start: from, grace: durationMs(monitor.grace) },
    'check/quality',
  );
  const { n = 0, newest = 0, late = 0, ticks = [], hashed = [] } = row ?? {};
  let next = 0;
  const found = features.map(([column], i): [string, FeatureCounts] => {
    const own = new Map(counted[i]!.numbers.map(({ key }) => [key, row?.numbers[next++] ?? null]));
    const at = (key: string) => own.get(key) ?? 0;
    return [
      column,
      {
        ...{ missing: at('missing'), outside: at('outside'), forbidden: at('forbidden'), unlisted: at('unlisted') },
        ...{ unmatched: at('unmatched'), distinct: at('distinct'), examples: row?.texts[i] ?? [] },
        ...{ lowest: own.get('lowest') ?? null, highest: own.get('highest') ?? null },
      },
    ];
  });
  const [all, different, idRows, ids, versions] = hashed;
  return {
    ...{ rows: n, newest: n === 0 ? null : newest, late, ticks },
    duplicates: duplicates
      ? { rows: all!, contents: different!, idRows: idRows!, ids: ids!, versions: versions! }
      : null,
    features: new Map(found),
  };
}

function featureSql(scope: Scope, column: string, feature: FeatureConfig, x: string) {
  const numbers: { key: string; sql: string }[] = [];
  const add = (key: string, sql: string) => numbers.push({ key, sql });
  const numeric = feature.type === 'numeric';
  add(
    'missing',
    numeric
      ? `countIf(${x} IS NULL OR NOT isFinite(${x}))`
      : feature.type === 'vector'
        ? `countIf(empty(${x}))`
        : `countIf(${x} IS NULL)`,
  );
  if (numeric) {
    const { outside, forbidden } = limitsOf(scope, column, feature, x);
    add('outside', outside === '' ? '0' : `countIf(${outside})`);
    add('forbidden', forbidden === '' ? '0' : `countIf(${forbidden})`);
    add('lowest', `minIf(${x}, isFinite(${x}))`);
    add('highest', `maxIf(${x}, isFinite(${x}))`);
  }
  if (feature.values) add('unlisted', `countIf(${unlisted(x, feature.values)})`);
  if (feature.pattern !== undefined)
    add('unmatched', `countIf(${x} IS NOT NULL AND NOT match(ifNull(toString(${x}), ''), ${quoted(feature.pattern)}))`);
  if (feature.unique) add('distinct', `uniqExact(${x})`);
  return { numbers };
}

const unlisted = (x: string, values: readonly string[]): string =>
  `${x} IS NOT NULL AND NOT has([${values.map(quoted).join(', ')}], ifNull(toString(${x}), ''))`;

/** Features as x0, x1, ... and the columns of the monitor's slices as s0, s1, ..., so that no name is taken for another. */
const namedColumns = ({ model, monitor }: Scope): string[] => [
  ...Object.keys(model.columns.features).map((column, i) => `${featureColumn(column)} AS x${i}`),
  ...monitor.slices.map((column, i) => `toString(${featureColumn(column)}) AS s${i}`),
];

/** Conditions by which a value is wrong: at all, and by what is declared. '' where there is no limit. */
function limitsOf(scope: Scope, column: string, feature: FeatureConfig, x: string) {
  const before = numericReference(scope, column, '');
  const beyond = (low: number | null | undefined, high: number | null | undefined) => [
    typeof low === 'number' ? `${x} < ${float(low)}` : '',
    typeof high === 'number' ? `${x} > ${float(high)}` : '',
  ];
  const all = [
    ...beyond(feature.min ?? before?.min, feature.max ?? before?.max),
    ...scope.monitor.slices.flatMap((slice, i) => sliceRanges(scope, column, { slice, is: `s${i}` }, feature, x)),
  ];
  const join = (conditions: string[]) => conditions.filter((text) => text !== '').join(' OR ');
  return { outside: join(all), forbidden: join(beyond(feature.min, feature.max)) };
}

/** A slice is held against its own range only where the reference has so many rows of it. */
const SLICE_RANGE_ROWS = 1_000;

/** Conditions by which a value lies outside of the range that the reference had for its slice. */
function sliceRanges(
  scope: Scope,
  column: string,
  { slice, is }: { slice: string; is: string },
  feature: FeatureConfig,
  x: string,
): string[] {
  const known = sliceValues(scope, slice).flatMap((value) => {
    const own = numericReference(scope, column, `${slice}=${value}`);
    return own && own.count >= SLICE_RANGE_ROWS ? [{ value, low: own.min!, high: own.max! }] : [];
  });
  if (known.length === 0) return [];
  const values = `[${known.map(({ value }) => quoted(value)).join(', ')}]`;
  const end = (limits: number[], none: string) =>
    `transform(${is}, ${values}, [${limits.map(float).join(', ')}], ${none})`;
  const [lows, highs] = [known.map(({ low }) => low), known.map(({ high }) => high)];
  return [
    feature.min === undefined ? `${x} < ${end(lows, '-1.7e308')}` : '',
    feature.max === undefined ? `${x} > ${end(highs, '1.7e308')}` : '',
  ];
}

export function numericReference({ reference }: Scope, column: string, slice: string): NumericSummary | null {
  const summary = reference?.summaries.get(slice)?.get(column);
  return summary?.kind === 'numeric' ? summary : null;
}

export type SliceCounts = Pick<FeatureCounts, 'outside' | 'forbidden' | 'lowest' | 'highest'> & {
  slice: string;
  column: string;
  n: number;
};

/** Values out of range by the values of one slice column, in one pass; only slices and features that have some. */
export async function countSlices(scope: Scope, sliceColumn: string): Promise<SliceCounts[]> {
  const { warehouse, model, monitor, from, to } = scope;
  const limited = Object.entries(model.columns.features).flatMap(([column, feature], i) => {
    const limits = feature.type === 'numeric' ? limitsOf(scope, column, feature, `x${i}`) : null;
    return limits && limits.outside !== '' ? [{ column, x: `x${i}`, ...limits }] : [];
  });
  if (limited.length === 0) return [];
  const list = (render: (column: (typeof limited)[number]) => string) => `[${limited.map(render).join(', ')}]`;
  const rows = await warehouse.query<
    { slice: string } & Record<'n' | 'outside' | 'forbidden' | 'lowest' | 'highest', (number | null)[]>
  >(
    `SELECT s${monitor.slices.indexOf(sliceColumn)} AS slice, ${list(({ x }) => `count(${x})`)} AS n,
       ${list(({ outside }) => `countIf(${outside})`)} AS outside, ${list(({ forbidden }) => (forbidden === '' ? '0' : `countIf(${forbidden})`))} AS forbidden,
       ${list(({ x }) => `min(${x})`)} AS lowest, ${list(({ x }) => `max(${x})`)} AS highest
     FROM (SELECT ${namedColumns(scope).join(', ')} FROM ${predictionRows(model)})
     WHERE has({sliceValues:Array(String)}, ifNull(slice, '')) GROUP BY slice ORDER BY slice`,
    { from: instant(from), to: instant(to), sliceValues: sliceValues(scope, sliceColumn) },
    'check/quality',
  );
  return rows.flatMap((row) =>
    limited.flatMap(({ column }, i) => {
      if (row.outside[i] === 0) return [];
      const counts = { n: row.n[i]!, outside: row.outside[i]!, forbidden: row.forbidden[i]! };
      return [{ slice: row.slice, column, ...counts, lowest: row.lowest[i] ?? null, highest: row.highest[i] ?? null }];
    }),
  );
}
