import { type ColumnSummary, type NumericSummary, quantile } from '@leeway/stats';

/** Shares of both sides below x, at rising x from 0 to 1 of the axis, which is that of the histogram above. */
export interface Ecdf {
  points: { at: number; reference: number; current: number }[];
}

const MOST_POINTS = 60;
/** The picture goes from here to there of either side, as the histogram does. */
const TAIL = 0.005;

/** The distribution functions of a numeric column at the edges of its bins, which are where they are known exactly. Pure. */
export function toEcdf(reference: ColumnSummary, current: ColumnSummary): Ecdf | null {
  if (reference.kind !== 'numeric' || current.kind !== 'numeric') return null;
  if (reference.count === 0 || current.count === 0) return null;
  const sides = [reference, current];
  const low = Math.min(...sides.map((side) => quantile(side, TAIL)!));
  const high = Math.max(...sides.map((side) => quantile(side, 1 - TAIL)!));
  if (!(high > low) || !Number.isFinite(high - low)) return null;
  const [before, now] = [sharesBelow(reference), sharesBelow(current)];
  const inside = reference.edges.flatMap((edge, i) => (edge >= low && edge <= high ? [i] : []));
  const step = Math.max(1, Math.ceil(inside.length / MOST_POINTS));
  const points = inside
    .filter((_, i) => i % step === 0 || i === inside.length - 1)
    .map((i) => ({ at: (reference.edges[i]! - low) / (high - low), reference: before[i]!, current: now[i]! }));
  return points.length < 3 ? null : { points };
}

/** At each edge, the share of the values below it. */
function sharesBelow({ bins, edges, count }: NumericSummary): number[] {
  let below = 0;
  return edges.map((_, i) => {
    below += bins[i]!;
    return below / count;
  });
}
