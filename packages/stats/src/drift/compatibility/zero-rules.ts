import { type Cells, shares } from '../cells.ts';

/** Shares of cells as a peer makes them, so that a logarithm of a ratio stays finite. */
export type ShareRule = (counts: readonly number[]) => number[];

/** The least positive number with all its digits, which Frouros puts for 0. */
const TINIEST = 2 ** -1022;

/**
 * What peers put in place of an empty cell's share. One pair of columns has as many PSIs as there are rules.
 *
 * - `evidently`: 0.0001; a millionth of the smallest share present where that is 0.0001 or less.
 * - `azure`: one row more in every cell, divided by the rows without them; the sum is not 1.
 * - `phoenix`: one row more in every cell, divided by the rows with them.
 * - `deepchecks`: not below 0.01.
 * - `frouros`: the least positive double, so an empty cell costs some 700 times the other side's share.
 */
export const zeroRules = {
  evidently: (counts) => {
    const own = shares(counts);
    const least = own.reduce((min, share) => (share > 0 ? Math.min(min, share) : min), 1);
    return own.map((share) => (share > 0 ? share : least <= 0.0001 ? least / 1e6 : 0.0001));
  },
  azure: (counts) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count) => (count + 1) / total);
  },
  phoenix: (counts) => shares(counts.map((count) => count + 1)),
  deepchecks: (counts) => shares(counts).map((share) => Math.max(share, 0.01)),
  frouros: (counts) => shares(counts).map((share) => (share > 0 ? share : TINIEST)),
} as const satisfies Record<string, ShareRule>;

/** PSI, sum (q - p) ln(q / p), over the shares that a rule makes. */
export function psiBy(rule: ShareRule, { reference, current }: Cells): number {
  const q = rule(current);
  return rule(reference).reduce((sum, p, i) => sum + (q[i]! - p) * Math.log(q[i]! / p), 0);
}
