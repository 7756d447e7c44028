/**
 * One column of rows, for trees. A number that is missing is NaN; infinite numbers are ordered as such.
 * A category is a code from 0 up, and -1 where it is missing; a code that the training rows did not have counts as missing.
 */
export type TreeFeature = { kind: 'numeric'; values: Float64Array } | { kind: 'categorical'; values: Int32Array };

/** How the values of a column become bins. A missing value is bin `MISSING`. */
export type FeatureBins =
  | { kind: 'numeric'; edges: Float64Array; bins: number }
  | { kind: 'categorical'; codes: Int32Array; binOf: Map<number, number>; bins: number };

/** Bin of missing values: the last that a byte can name. */
export const MISSING = 255;

/** Quantiles are taken over at most this many evenly spaced rows. */
const MOST_ROWS_FOR_EDGES = 200_000;

/**
 * Plans the bins of a column. Numbers: a bin for each distinct value up to `maxBins`, else quantiles; bin i holds
 * edges[i-1] < x <= edges[i]. Categories: the most frequent `maxBins` codes, the others count as missing.
 */
export function planBins(feature: TreeFeature, maxBins: number): FeatureBins {
  return feature.kind === 'numeric' ? planNumeric(feature.values, maxBins) : planCategorical(feature.values, maxBins);
}

function planNumeric(values: Float64Array, maxBins: number): FeatureBins {
  const step = Math.max(1, Math.ceil(values.length / MOST_ROWS_FOR_EDGES));
  const finite = Float64Array.from({ length: Math.ceil(values.length / step) }, (_, i) => values[i * step]!)
    .filter(Number.isFinite)
    .sort();
  const distinct = finite.filter((value, i) => i === 0 || value !== finite[i - 1]);
  const edges: number[] = [];
  if (distinct.length <= maxBins) {
    for (let i = 1; i < distinct.length; i++) edges.push(middle(distinct[i - 1]!, distinct[i]!));
  } else {
    for (let i = 1; i < maxBins; i++) {
      const rank = (i / maxBins) * (finite.length - 1);
      const low = Math.floor(rank);
      const edge = middle(finite[low]!, finite[Math.min(low + 1, finite.length - 1)]!);
      if (edges.length === 0 || edge > edges.at(-1)!) edges.push(edge);
    }
  }
  return { kind: 'numeric', edges: Float64Array.from(edges), bins: edges.length + 1 };
}

/** Between a <= b, and below b where they differ, so that a threshold parts them also where doubles are dense. */
function middle(a: number, b: number): number {
  const between = a / 2 + b / 2;
  return between < b && between >= a ? between : a;
}

function planCategorical(values: Int32Array, maxBins: number): FeatureBins {
  const counts = new Map<number, number>();
  for (const code of values) if (code >= 0) counts.set(code, (counts.get(code) ?? 0) + 1);
  const codes = [...counts]
    .sort(([a, n], [b, m]) => m - n || a - b)
    .slice(0, maxBins)
    .map(([code]) => code);
  return {
    kind: 'categorical',
    codes: Int32Array.from(codes),
    binOf: new Map(codes.map((code, bin) => [code, bin])),
    bins: codes.length,
  };
}

/** The bin of every row. */
export function binFeature(feature: TreeFeature, plan: FeatureBins): Uint8Array {
  const bins = new Uint8Array(feature.values.length);
  if (plan.kind === 'categorical') {
    for (let i = 0; i < bins.length; i++) bins[i] = plan.binOf.get(feature.values[i]!) ?? MISSING;
    return bins;
  }
  const { edges } = plan;
  for (let i = 0; i < bins.length; i++) {
    const x = feature.values[i]!;
    if (Number.isNaN(x)) {
      bins[i] = MISSING;
      continue;
    }
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (x <= edges[mid]!) high = mid;
      else low = mid + 1;
    }
    bins[i] = low;
  }
  return bins;
}
