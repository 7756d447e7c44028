import { wilsonInterval } from '../intervals/wilson.ts';
import { chiSquaredSurvival } from '../special/chi-squared-survival.ts';

/** Largest number of discordant rows for which the p-value is exact. */
const EXACT_LIMIT = 1000;

/** Rows that exactly one of two classifiers gets right. */
export interface Discordant {
  championOnly: number;
  challengerOnly: number;
}

/**
 * How the p-value is had, in statsmodels' terms: `exact` is `mcnemar(exact=True)`, `chi2` is `exact=False,
 * correction=False`, `chi2_corrected` is `exact=False, correction=True` (but a
 * difference of 0 is not corrected beyond 0); `mid_p` counts half of the exact chance of what was
 * seen, and is less cautious. `auto`: exact up to 1000 discordant rows, so that nothing depends on the usual rule of
 * thumb (exact below 25), beyond them `chi2`.
 */
export type McNemarMethod = 'auto' | 'exact' | 'mid_p' | 'chi2' | 'chi2_corrected';

/**
 * McNemar's test of two classifiers on the same rows: do they differ in how often they are right? Only the rows that
 * exactly one of them gets right matter. Two-sided p; 1 where there are none.
 *
 * Source: McNemar (1947), Psychometrika 12; mid-p: Fagerland, Lydersen and Laake (2013), BMC Medical Research Methodology 13.
 */
export function mcNemar(
  { championOnly, challengerOnly }: Discordant,
  method: McNemarMethod = 'auto',
): { pValue: number; discordant: number } {
  const discordant = championOnly + challengerOnly;
  const fewer = Math.min(championOnly, challengerOnly);
  const gap = Math.abs(championOnly - challengerOnly);
  if (discordant === 0) return { pValue: 1, discordant };
  if (method === 'chi2_corrected' || method === 'chi2' || (method === 'auto' && discordant > EXACT_LIMIT)) {
    const corrected = method === 'chi2_corrected' ? Math.max(0, gap - 1) : gap;
    return { pValue: chiSquaredSurvival(corrected ** 2 / discordant, 1), discordant };
  }
  if (gap === 0 && method !== 'mid_p') return { pValue: 1, discordant };
  let logTerm = -discordant * Math.LN2;
  let tail = 0;
  let term = 0;
  for (let i = 0; i <= fewer; i++) {
    if (i > 0) logTerm += Math.log((discordant - i + 1) / i);
    term = Math.exp(logTerm);
    tail += term;
  }
  if (gap === 0) return { pValue: 1 - term, discordant };
  return { pValue: Math.min(1, 2 * tail - (method === 'mid_p' ? term : 0)), discordant };
}

/**
 * The challenger's accuracy minus the champion's over the same n rows, with Newcombe's interval of a difference of paired
 * shares: the distances to Wilson's bounds of either share, put together in squares with the correlation of both.
 *
 * Source: Newcombe (1998), Statistics in Medicine 17, p. 2635, method 10.
 */
export function pairedShareDifference(
  { championOnly, challengerOnly, both, neither }: Discordant & { both: number; neither: number },
  confidence = 0.95,
): { champion: number; challenger: number; difference: number; lower: number; upper: number } | null {
  const n = championOnly + challengerOnly + both + neither;
  if (n === 0) return null;
  const [first, second] = [both + championOnly, both + challengerOnly];
  const [champion, challenger] = [first / n, second / n];
  const [ofChampion, ofChallenger] = [wilsonInterval(first, n, confidence)!, wilsonInterval(second, n, confidence)!];
  const product = first * (n - first) * second * (n - second);
  const cross = both * neither - championOnly * challengerOnly;
  const corrected = cross > n / 2 ? cross - n / 2 : Math.min(0, cross);
  const phi = product === 0 ? 0 : corrected / Math.sqrt(product);
  const distance = (a: number, b: number) => Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
  const difference = challenger - champion;
  return {
    ...{ champion, challenger, difference },
    lower: difference - distance(challenger - ofChallenger.lower, ofChampion.upper - champion),
    upper: difference + distance(ofChallenger.upper - challenger, champion - ofChampion.lower),
  };
}
