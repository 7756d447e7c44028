import {
  type BaselineMethod,
  binEdges,
  type CategoricalSummary,
  categoricalBaselineDistance,
  chiSquared,
  numericBaselineDistance,
} from '@leeway/stats';
import type { CurrentColumn } from './judge-constraints.ts';
import type { MonitoringConfig, StatisticsFile } from './sagemaker-files.ts';

type Feature = StatisticsFile['features'][number];

/** Cells of a numeric column with the values of the baseline in them: one more than edges. */
export interface BaselineCells {
  edges: number[];
  counts: number[];
}

const QUANTILES = 100;

/**
 * What a statistics.json knows of the distribution of a number: its KLL sketch, whose values of level i stand for 2^i values
 * each, cut at a hundred quantiles; or else its ten buckets. `null` where it has neither.
 */
export function baselineCells({ numerical_statistics: statistics }: Feature): BaselineCells | null {
  const kll = statistics?.distribution?.kll;
  const weighted = (kll?.sketch?.data ?? [])
    .flatMap((values, level) => values.map((value): [number, number] => [value, 2 ** level]))
    .sort(([a], [b]) => a - b);
  if (weighted.length > 0) {
    const edges = binEdges(quantilesOf(weighted));
    const counts = new Array<number>(edges.length + 1).fill(0);
    let cell = 0;
    for (const [value, weight] of weighted) {
      while (cell < edges.length && edges[cell]! <= value) cell++;
      counts[cell]! += weight;
    }
    return { edges, counts };
  }
  const buckets = kll?.buckets ?? [];
  if (buckets.length === 0) return null;
  // The last bucket holds its upper end, too.
  const edges = binEdges([...buckets.map(({ lower_bound }) => lower_bound), buckets.at(-1)!.upper_bound]);
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const { lower_bound, count } of buckets) counts[edges.filter((edge) => edge <= lower_bound).length]! += count;
  return { edges, counts };
}

function quantilesOf(weighted: readonly (readonly [value: number, weight: number])[]): number[] {
  const total = weighted.reduce((sum, [, weight]) => sum + weight, 0);
  const found: number[] = [];
  let passed = 0;
  let next = 0;
  for (const [value, weight] of weighted) {
    passed += weight;
    for (; next <= QUANTILES && (next / QUANTILES) * total <= passed; next++) found.push(value);
  }
  return [weighted[0]![0], ...found, weighted.at(-1)![0]];
}

/** Distance of a number from its baseline, by what the constraints say; cells of both sides alike. */
export function numericDrift(
  baseline: readonly number[],
  current: readonly number[],
  { distribution_constraints: config = {} }: MonitoringConfig,
): CurrentColumn['drift'] {
  const method: BaselineMethod = config.comparison_method ?? 'Robust';
  return { distance: numericBaselineDistance(baseline, current, method) };
}

/** What values without a name are called: no text of a file is that. */
const OTHERS = '\0';

/** The same of categories. Values that are not listed are one. */
export function categoricalDrift(
  baseline: ReadonlyMap<string, number>,
  current: CategoricalSummary,
  { distribution_constraints: config = {} }: MonitoringConfig,
): CurrentColumn['drift'] {
  // Where the baseline's list was cut off, what it does not list is one cell on both sides.
  const cellOf = (value: string) => (baseline.has(OTHERS) && !baseline.has(value) ? OTHERS : value);
  const now = new Map<string, number>(current.other > 0 ? [[OTHERS, current.other]] : []);
  for (const [value, count] of current.values) now.set(cellOf(value), (now.get(cellOf(value)) ?? 0) + count);
  if (config.categorical_drift_method !== 'ChiSquared') {
    return {
      categorical: true,
      distance: categoricalBaselineDistance(baseline, now, config.comparison_method ?? 'Robust'),
    };
  }
  const values = [...new Set([...baseline.keys(), ...now.keys()])];
  const cells = {
    reference: values.map((value) => baseline.get(value) ?? 0),
    current: values.map((value) => now.get(value) ?? 0),
  };
  const empty = [cells.reference, cells.current].some((counts) => counts.every((count) => count === 0));
  return { pValue: empty ? null : chiSquared(cells).pValue };
}

/** Text with more different values than this share of its rows is taken for identifiers or prose: all of them are new. */
const MOSTLY_DIFFERENT = 0.5;

/** The listed values of a text of the baseline, the rest as one. */
export function baselineValues({ string_statistics: statistics }: Feature): Map<string, number> | null {
  const buckets = statistics?.distribution?.categorical.buckets;
  if (!statistics || !buckets || buckets.length === 0) return null;
  if ((statistics.distinct_count ?? 0) > MOSTLY_DIFFERENT * statistics.common.num_present) return null;
  const values = new Map(buckets.map(({ value, count }) => [value, count]));
  const rest = statistics.common.num_present - [...values.values()].reduce((sum, count) => sum + count, 0);
  if (rest > 0) values.set(OTHERS, rest);
  return values;
}
