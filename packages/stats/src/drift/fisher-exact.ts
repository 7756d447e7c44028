import type { Direction } from './drift-test.ts';
import { twoValueTest } from './two-value-test.ts';
import type { TwoByTwo } from './two-values.ts';

/** Tables as likely as the one seen, up to the rounding of their chances. */
const SAME = 1 + 1e-9;

/**
 * The p-value of Fisher's exact test of a 2 x 2 table: the chance, with all margins fixed, of a table no more likely than
 * this one, as `scipy.stats.fisher_exact`; with a direction, of as many or more (`up`), or as few or fewer (`down`),
 * current rows with the second value. Takes as many steps as the chance of a table stays above 1e-320.
 *
 * Source: Fisher (1935), JRSS 98.
 */
export function fisherExactPValue({ reference, current }: TwoByTwo, direction: Direction = 'both'): number {
  const m = current[0] + current[1];
  const second = reference[1] + current[1];
  const first = reference[0] + current[0];
  const low = Math.max(0, m - first);
  const high = Math.min(m, second);
  // Chances relative to the mode's; neighbours by their ratio, so nothing overflows and small ones keep their digits.
  const mode = Math.min(high, Math.max(low, Math.floor(((m + 1) * (second + 1)) / (first + second + 2))));
  const upward = (k: number) => ((second - k) * (m - k)) / ((k + 1) * (first - m + k + 1));
  const walk = (each: (k: number, chance: number) => void) => {
    for (let k = mode, chance = 1; k <= high && chance > 0; chance *= upward(k), k++) each(k, chance);
    for (let k = mode - 1, chance = k < low ? 0 : 1 / upward(k); k >= low && chance > 0; k--, chance /= upward(k)) {
      each(k, chance);
      if (k === low) break;
    }
  };
  const seen = current[1];
  let own = 0;
  walk((k, chance) => {
    if (k === seen) own = chance;
  });
  let [all, tail] = [0, 0];
  walk((k, chance) => {
    all += chance;
    if (direction === 'both' ? chance <= own * SAME : direction === 'up' ? k >= seen : k <= seen) tail += chance;
  });
  return Math.min(1, tail / all);
}

/**
 * For two values in small samples, where the z test is only an approximation; of the values present only. The statistic
 * is the difference of the shares of the second value (`true`), current minus reference. (Not the odds ratio, which is
 * infinite or undefined in just the tables that Fisher's test is for.)
 */
export const fisherExact = twoValueTest({
  id: 'fisher_exact',
  label: "Fisher's exact test",
  symmetric: true,
  reference: 'Fisher (1935), Journal of the Royal Statistical Society 98',
  answer: (table, difference, direction) => ({ statistic: difference, pValue: fisherExactPValue(table, direction) }),
});
