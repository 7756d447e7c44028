/** Every correction of p-values over one family of tests, by the name that the configuration uses. */
const ADJUST = {
  benjamini_hochberg: benjaminiHochberg,
  benjamini_yekutieli: benjaminiYekutieli,
  holm,
  bonferroni,
  none: (pValues: readonly number[]) => [...pValues],
} as const satisfies Record<string, (pValues: readonly number[]) => number[]>;

/** How p-values of one family of tests are adjusted. */
export type Correction = keyof typeof ADJUST;
export const corrections = Object.keys(ADJUST) as readonly Correction[];

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
  return stepUp(pValues, pValues.length);
}

/**
 * Controls the false discovery rate under any dependence: as Benjamini-Hochberg, with every value larger by
 * 1 + 1/2 + ... + 1/m.
 *
 * Source: Benjamini and Yekutieli (2001), Annals of Statistics 29.
 */
export function benjaminiYekutieli(pValues: readonly number[]): number[] {
  return stepUp(
    pValues,
    pValues.reduce((sum, _, i) => sum + pValues.length / (i + 1), 0),
  );
}

/** The i-th smallest of m becomes min over j >= i of p(j) factor / j, at most 1. */
function stepUp(pValues: readonly number[], factor: number): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[b]! - pValues[a]!);
  const adjusted = new Array<number>(pValues.length);
  let smallest = 1;
  for (const [i, index] of order.entries()) {
    smallest = Math.min(smallest, (pValues[index]! * factor) / (pValues.length - i));
    adjusted[index] = smallest;
  }
  return adjusted;
}

/**
 * Controls the chance of any false alarm in the family under any dependence, and never rejects less than Bonferroni:
 * the i-th smallest of m becomes max over j <= i of p(j) (m - j + 1), at most 1.
 *
 * Source: Holm (1979), Scandinavian Journal of Statistics 6.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  for (const [i, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, pValues[index]! * (pValues.length - i)));
    adjusted[index] = largest;
  }
  return adjusted;
}

/** Controls the chance of any false alarm in the family, under any dependence: min(1, p m). */
export function bonferroni(pValues: readonly number[]): number[] {
  return pValues.map((p) => Math.min(1, p * pValues.length));
}
