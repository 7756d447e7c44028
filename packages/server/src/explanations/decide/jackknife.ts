import { studentCritical } from '@leeway/stats';

/**
 * A number that is made of means over repeats, with a 95 % interval: each repeat is left out in turn (Tukey 1958). `of` is given the
 * mean of each series. Without a second repeat there is no interval, nor where the number does not exist.
 */
export function jackknife(
  series: readonly Float64Array[],
  of: (means: Float64Array) => number | null,
): { value: number | null; lower: number | null; upper: number | null } {
  const n = series[0]?.length ?? 0;
  const sums = series.map((values) => values.reduce((sum, x) => sum + x, 0));
  const value = of(Float64Array.from(sums, (sum) => sum / n));
  const none = { value, lower: null, upper: null };
  if (n < 2 || value === null) return none;
  const without: number[] = [];
  for (let left = 0; left < n; left++) {
    const one = of(Float64Array.from(sums, (sum, j) => (sum - series[j]![left]!) / (n - 1)));
    if (one === null) return none;
    without.push(one);
  }
  const mean = without.reduce((sum, x) => sum + x, 0) / n;
  const variance = ((n - 1) / n) * without.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const margin = studentCritical(0.95, n - 1) * Math.sqrt(variance);
  return { value, lower: value - margin, upper: value + margin };
}
