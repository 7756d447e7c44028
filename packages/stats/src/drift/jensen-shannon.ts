import { cellDistanceTest } from './cell-distance-test.ts';
import { type Cells, shares } from './cells.ts';

/**
 * Jensen-Shannon distance: the square root of the divergence, in base 2, as
 * `scipy.spatial.distance.jensenshannon(p, q, base=2)`. From 0 (equal) to 1 (no cell in common).
 *
 * JSD^2 = 1/2 sum p log2(p / m) + 1/2 sum q log2(q / m), m = (p + q) / 2. Nothing is smoothed: 0 log 0 is 0.
 *
 * Source: Endres and Schindelin (2003), IEEE Transactions on Information Theory 49.
 */
export function jensenShannonDistance({ reference, current }: Cells): number {
  const q = shares(current);
  const divergence = shares(reference).reduce(
    (sum, p, i) => sum + towardsMiddle(p, q[i]!) + towardsMiddle(q[i]!, p),
    0,
  );
  return Math.sqrt(Math.min(1, Math.max(0, divergence / 2)));
}

function towardsMiddle(p: number, q: number): number {
  return p === 0 ? 0 : p * Math.log2((2 * p) / (p + q));
}

export const jensenShannon = cellDistanceTest({
  id: 'jensen_shannon',
  label: 'Jensen-Shannon distance',
  defaultThreshold: 0.1,
  minimumSample: 30,
  symmetric: true,
  reference: 'Endres and Schindelin (2003), IEEE Transactions on Information Theory 49',
  distance: jensenShannonDistance,
});
