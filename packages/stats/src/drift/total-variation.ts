import { cellDistanceTest } from './cell-distance-test.ts';
import { type Cells, shares } from './cells.ts';

/**
 * Total variation distance: 1/2 sum |p - q|, the share of rows that would have to change cell. From 0 to 1.
 *
 * Source: Levin and Peres (2017), Markov Chains and Mixing Times, section 4.1.
 */
export function totalVariationDistance({ reference, current }: Cells): number {
  const q = shares(current);
  return Math.min(1, shares(reference).reduce((sum, p, i) => sum + Math.abs(p - q[i]!), 0) / 2);
}

export const totalVariation = cellDistanceTest({
  id: 'total_variation',
  label: 'Total variation distance',
  defaultThreshold: 0.1,
  minimumSample: 30,
  symmetric: true,
  reference: 'Levin and Peres (2017), Markov Chains and Mixing Times',
  distance: totalVariationDistance,
});
