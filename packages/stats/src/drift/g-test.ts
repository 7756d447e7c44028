import { chiSquaredSurvival } from '../special/chi-squared-survival.ts';
import { type Cells, cellsOf } from './cells.ts';
import { pooledCells } from './chi-squared.ts';
import { balancedCramersV } from './cramers-v.ts';
import { type DriftTest, emptySide, noAnswer } from './drift-test.ts';

/**
 * The G-test (likelihood ratio) of homogeneity on a 2 x k table: 2 sum observed ln(observed / expected), df = k - 1, the
 * expected counts from both sides together, whatever their sizes; as
 * `scipy.stats.chi2_contingency(table, correction=False, lambda_='log-likelihood')`. One cell only: 0 and p 1.
 *
 * Source: Wilks (1938), Annals of Mathematical Statistics 9; Sokal and Rohlf, Biometry.
 */
export function gStatistic({ reference, current }: Cells): { statistic: number; pValue: number } {
  const n = reference.reduce((sum, count) => sum + count, 0);
  const m = current.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  for (const [i, r] of reference.entries()) {
    const c = current[i]!;
    // Both sides deviate from what is expected by the same amount; ln(1 + deviation / expected) is 0 for equal shares.
    const deviation = (r * m - c * n) / (n + m);
    const share = (r + c) / (n + m);
    if (r > 0) sum += r * Math.log1p(deviation / (n * share));
    if (c > 0) sum += c * Math.log1p(-deviation / (m * share));
  }
  const statistic = Math.max(0, 2 * sum);
  return { statistic, pValue: reference.length === 1 ? 1 : chiSquaredSurvival(statistic, reference.length - 1) };
}

/** Decides by p-value over the same cells as the chi-squared test, sparse ones pooled; the effect is Cramér's V. */
export const gTest: DriftTest = {
  id: 'g_test',
  label: 'G-test',
  kinds: ['categorical', 'boolean', 'numeric'],
  decidesBy: 'p_value',
  defaultThreshold: 0.05,
  minimumEffect: 0.1,
  significance: 'g_test',
  missing: 'a_cell',
  minimumSample: 30,
  symmetric: true,
  reference: 'Wilks (1938), Annals of Mathematical Statistics 9',
  compute(reference, current) {
    const empty = emptySide(reference.count + reference.missing, current.count + current.missing);
    if (empty) return empty;
    const pooled = pooledCells(cellsOf(reference, current));
    if (!pooled) return noAnswer('insufficient');
    return { ...gStatistic(pooled), effect: balancedCramersV(pooled) };
  },
};
