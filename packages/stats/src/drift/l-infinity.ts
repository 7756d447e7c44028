import { cellDistanceTest } from './cell-distance-test.ts';
import { type Cells, shares } from './cells.ts';

/** L-infinity (Chebyshev) distance: max |p - q|, the largest change of the share of any cell. From 0 to 1. */
export function chebyshevDistance({ reference, current }: Cells): number {
  const q = shares(current);
  return Math.max(...shares(reference).map((p, i) => Math.abs(p - q[i]!)));
}

export const lInfinity = cellDistanceTest({
  id: 'l_infinity',
  label: 'L-infinity distance',
  defaultThreshold: 0.1,
  minimumSample: 30,
  symmetric: true,
  reference: 'Cantrell (2000), Modern Mathematical Methods for Physicists and Engineers',
  distance: chebyshevDistance,
});
