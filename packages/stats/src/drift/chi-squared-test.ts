import { cellsOf } from './cells.ts';
import { homogeneity } from './chi-squared.ts';
import { balancedCramersV } from './cramers-v.ts';
import { type DriftTest, emptySide, noAnswer } from './drift-test.ts';

/** Decides by p-value; the effect is Cramér's V of the pooled table with both sides weighing the same. */
export const chiSquaredTest: DriftTest = {
  id: 'chi_squared',
  label: 'Chi-squared test',
  kinds: ['categorical', 'boolean', 'numeric'],
  decidesBy: 'p_value',
  defaultThreshold: 0.05,
  minimumEffect: 0.1,
  significance: 'chi_squared',
  missing: 'a_cell',
  minimumSample: 30,
  symmetric: true,
  reference: 'Pearson (1900), Philosophical Magazine 50; Cochran (1954), Biometrics 10',
  compute(reference, current) {
    const empty = emptySide(reference.count + reference.missing, current.count + current.missing);
    if (empty) return empty;
    const test = homogeneity(cellsOf(reference, current));
    if (!test) return noAnswer('insufficient');
    return { statistic: test.statistic, pValue: test.pValue, effect: balancedCramersV(test.pooled) };
  },
};
