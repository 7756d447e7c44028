import { cellDistanceTest } from './cell-distance-test.ts';
import { type Cells, smoothedShares } from './cells.ts';

/**
 * Population stability index: sum (q - p) ln(q / p) over smoothed shares p (reference) and q (current), in nats.
 * It is the KL divergence both ways added up. 0 for equal shares, no upper bound.
 *
 * Without drift its mean is about (cells - 1)(1/n + 1/m), so it needs more rows than a bounded distance.
 *
 * Source: Siddiqi (2006), Credit Risk Scorecards; Jeffreys (1946), Proceedings of the Royal Society A 186.
 */
export function populationStabilityIndex({ reference, current }: Cells): number {
  const q = smoothedShares(current);
  return smoothedShares(reference).reduce((sum, p, i) => sum + (q[i]! - p) * Math.log(q[i]! / p), 0);
}

export const psi = cellDistanceTest({
  id: 'psi',
  label: 'Population stability index',
  defaultThreshold: 0.1,
  minimumSample: 100,
  symmetric: true,
  reference: 'Siddiqi (2006), Credit Risk Scorecards',
  distance: populationStabilityIndex,
});
