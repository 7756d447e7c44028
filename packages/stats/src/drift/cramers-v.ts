import { cellDistanceTest } from './cell-distance-test.ts';
import { type Cells, shares } from './cells.ts';

/**
 * Cramér's V of a 2 x k table, bias corrected, with both sides weighing the same whatever their sizes, so that a small
 * window against a large reference is not diluted. From 0 (same shares) to 1 (no cell in common).
 *
 * With shares p and q: phi^2 = 1/2 sum (p - q)^2 / (p + q) and N = 4 / (1/n + 1/m). Bergsma's correction takes
 * (k - 1) / (N - 1) off phi^2, not below 0, and divides by min(k~, r~) - 1, where k~ = k - (k - 1)^2 / (N - 1) and
 * r~ = 2 - 1 / (N - 1). V is the root of that. For n = m this is the textbook value.
 *
 * Source: Bergsma (2013), Journal of the Korean Statistical Society 42.
 */
export function balancedCramersV({ reference, current }: Cells): number {
  const cells = reference.length;
  if (cells === 1) return 0;
  const n = reference.reduce((sum, count) => sum + count, 0);
  const m = current.reduce((sum, count) => sum + count, 0);
  const q = shares(current);
  const phi2 = shares(reference).reduce((sum, p, i) => sum + (p - q[i]!) ** 2 / (2 * (p + q[i]!)), 0);
  const dof = 4 / (1 / n + 1 / m) - 1;
  const corrected = Math.max(0, phi2 - (cells - 1) / dof);
  const smallerSide = Math.min(cells - (cells - 1) ** 2 / dof, 2 - 1 / dof) - 1;
  return smallerSide <= 0 ? 0 : Math.min(1, Math.sqrt(corrected / smallerSide));
}

/** An effect size of the chi-squared test on its own: a distance that does not grow with the number of rows. */
export const cramersV = cellDistanceTest({
  id: 'cramers_v',
  label: "Cramér's V",
  defaultThreshold: 0.1,
  minimumSample: 30,
  symmetric: true,
  reference: 'Bergsma (2013), Journal of the Korean Statistical Society 42',
  distance: balancedCramersV,
});
