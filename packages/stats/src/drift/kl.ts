import { cellDistanceTest } from './cell-distance-test.ts';
import { type Cells, smoothedShares } from './cells.ts';

/**
 * Kullback-Leibler divergence of the current window from the reference: sum q ln(q / p) over smoothed shares p
 * (reference) and q (current), in nats. 0 for equal shares, no upper bound, not symmetric.
 *
 * Source: Kullback and Leibler (1951), Annals of Mathematical Statistics 22.
 */
export function kullbackLeibler({ reference, current }: Cells): number {
  const p = smoothedShares(reference);
  const sum = smoothedShares(current).reduce((sum, q, i) => sum + q * Math.log(q / p[i]!), 0);
  return Math.max(0, sum);
}

export const kl = cellDistanceTest({
  id: 'kl',
  label: 'Kullback-Leibler divergence',
  defaultThreshold: 0.1,
  minimumSample: 100,
  symmetric: false,
  reference: 'Kullback and Leibler (1951), Annals of Mathematical Statistics 22',
  distance: kullbackLeibler,
});
