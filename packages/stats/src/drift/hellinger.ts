import { cellDistanceTest } from './cell-distance-test.ts';
import { type Cells, shares } from './cells.ts';

/**
 * Hellinger distance: sqrt(1/2 sum (sqrt(p) - sqrt(q))^2). From 0 (equal) to 1 (no cell in common).
 *
 * Source: Hellinger (1909), Journal für die reine und angewandte Mathematik 136.
 */
export function hellingerDistance({ reference, current }: Cells): number {
  const q = shares(current);
  const sum = shares(reference).reduce((sum, p, i) => sum + (Math.sqrt(p) - Math.sqrt(q[i]!)) ** 2, 0);
  return Math.min(1, Math.sqrt(sum / 2));
}

export const hellinger = cellDistanceTest({
  id: 'hellinger',
  label: 'Hellinger distance',
  defaultThreshold: 0.1,
  minimumSample: 30,
  symmetric: true,
  reference: 'Hellinger (1909), Journal für die reine und angewandte Mathematik 136',
  distance: hellingerDistance,
});
