/** How a loess smoother looks at its neighbours. */
export interface LoessOptions {
  /** Neighbours that are looked at, 2 or more; beyond the number of points, their weights flatten out. */
  window: number;
  /** Of the local polynomial: 0 a weighted mean, 1 a weighted line. */
  degree: 0 | 1;
  /** Weight of each point from outside, such as a robustness weight; all 1 by default. */
  weights?: ArrayLike<number> | undefined;
}

/** Smooths equally spaced values at every one of their places. */
export function loess(values: ArrayLike<number>, options: LoessOptions): Float64Array {
  const smooth = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) smooth[i] = loessAt(values, i, options) ?? values[i]!;
  return smooth;
}

/**
 * The local fit at place `x`, which may lie just outside of 0 .. n - 1. `null` where all neighbours weigh nothing.
 *
 * Neighbours weigh (1 - (distance / h)^3)^3, h being the distance of the farthest of the window; those nearer than h / 1000
 * weigh 1 and those beyond 0.999 h nothing.
 *
 * Source: Cleveland, Cleveland, McRae and Terpenning (1990), STL: a seasonal-trend decomposition procedure based on loess,
 * Journal of Official Statistics 6, section 2; tolerances as in their published program.
 */
export function loessAt(
  values: ArrayLike<number>,
  x: number,
  { window, degree, weights }: LoessOptions,
): number | null {
  const n = values.length;
  const width = Math.min(window, n);
  const first = Math.min(Math.max(Math.round(x) - ((width + 1) >> 1) + 1, 0), n - width);
  const last = first + width - 1;
  const h = Math.max(x - first, last - x) + (window > n ? Math.trunc((window - n) / 2) : 0);
  // Sums over the neighbours of 1, d, d², y and d y, d being the distance from x: small numbers, which keep their digits.
  let total = 0;
  let sumD = 0;
  let sumDD = 0;
  let sumY = 0;
  let sumDY = 0;
  for (let j = first; j <= last; j++) {
    const d = j - x;
    const r = Math.abs(d);
    if (r > 0.999 * h) continue;
    const share = r / h;
    const rest = 1 - share * share * share;
    const near = r <= 0.001 * h ? 1 : rest * rest * rest;
    const w = weights ? near * weights[j]! : near;
    total += w;
    sumD += w * d;
    sumDD += w * d * d;
    sumY += w * values[j]!;
    sumDY += w * d * values[j]!;
  }
  if (total <= 0) return null;
  const meanD = sumD / total;
  const meanY = sumY / total;
  const spread = Math.max(0, sumDD / total - meanD * meanD);
  // Points that (nearly) all lie in one place carry no slope.
  if (degree === 0 || h === 0 || Math.sqrt(spread) <= 0.001 * (n - 1)) return meanY;
  return meanY - (meanD * (sumDY / total - meanD * meanY)) / spread;
}
