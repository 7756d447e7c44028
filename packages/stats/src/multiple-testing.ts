/** How p-values of one family of tests are adjusted. */
export type Correction = 'benjamini_hochberg' | 'bonferroni' | 'none';

/**
 * Adjusted p-values, in the order given. `null` (no test was possible) stays `null` and does not count as a test.
 * Compare an adjusted value with the level that was meant for the whole family.
 */
export function adjustPValues(pValues: ReadonlyArray<number | null>, correction: Correction): Array<number | null> {
  const present = pValues.filter((p) => p !== null);
  const adjusted = ADJUST[correction](present);
  let next = 0;
  return pValues.map((p) => (p === null ? null : adjusted[next++]!));
}

/**
 * Controls the false discovery rate, for independent or positively dependent tests:
 * the i-th smallest of m becomes min over j >= i of p(j) m / j.
 *
 * Source: Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57.
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[b]! - pValues[a]!);
  const adjusted = new Array<number>(pValues.length);
  let smallest = 1;
  for (const [i, index] of order.entries()) {
    smallest = Math.min(smallest, (pValues[index]! * pValues.length) / (pValues.length - i));
    adjusted[index] = smallest;
  }
  return adjusted;
}

/** Controls the chance of any false alarm in the family, under any dependence: min(1, p m). */
export function bonferroni(pValues: readonly number[]): number[] {
  return pValues.map((p) => Math.min(1, p * pValues.length));
}

const ADJUST = {
  benjamini_hochberg: benjaminiHochberg,
  bonferroni,
  none: (pValues: readonly number[]) => [...pValues],
};
