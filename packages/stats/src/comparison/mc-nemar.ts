import { chiSquaredSurvival } from '../special/chi-squared-survival.ts';

/** Largest number of discordant rows for which the p-value is exact. */
const EXACT_LIMIT = 1000;

/**
 * McNemar's test of two classifiers on the same rows: do they differ in how often they are right? Only the rows that
 * exactly one of them gets right matter. Two-sided p: exact binomial for up to 1000 such rows, beyond them
 * chi-squared with one degree of freedom, (b - c)^2 / (b + c), uncorrected. 1 where there are none.
 *
 * Source: McNemar (1947), Psychometrika 12.
 */
export function mcNemar({ championOnly, challengerOnly }: { championOnly: number; challengerOnly: number }): {
  pValue: number;
  discordant: number;
} {
  const discordant = championOnly + challengerOnly;
  const fewer = Math.min(championOnly, challengerOnly);
  if (2 * fewer === discordant) return { pValue: 1, discordant };
  if (discordant > EXACT_LIMIT) {
    return { pValue: chiSquaredSurvival((championOnly - challengerOnly) ** 2 / discordant, 1), discordant };
  }
  let term = 2 ** -discordant;
  let tail = term;
  for (let i = 1; i <= fewer; i++) {
    term *= (discordant - i + 1) / i;
    tail += term;
  }
  return { pValue: Math.min(1, 2 * tail), discordant };
}
