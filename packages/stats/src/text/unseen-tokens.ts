import { normalInterval } from '../intervals/normal-interval.ts';
import { normalSurvival } from '../special/normal.ts';

/** Sums over texts of t, the tokens of a text, and u, those of them that the vocabulary does not have. */
export interface TokenSums {
  texts: number;
  tokens: number;
  unseen: number;
  tokenSquares: number;
  unseenSquares: number;
  products: number;
}

export interface UnseenTokens {
  /** Shares of all tokens that the vocabulary does not have. */
  reference: number | null;
  current: number | null;
  /** Current minus reference, with its interval. */
  difference: number | null;
  lower: number | null;
  upper: number | null;
  pValue: number | null;
  threshold: number;
  drifted: boolean | null;
  reason?: 'empty_reference' | 'empty_current' | 'insufficient';
}

const LEAST_TEXTS = 30;

/**
 * Whether the window has other words: the two-proportion z test of the share of unseen tokens. Tokens of one text come
 * together, so the text is the unit that varies: the variance of a share is that of a ratio of means over texts,
 * sum (u - share t)^2 / (sum t)^2. Drift: p < 0.05 and a difference, up or down, of at least `threshold`.
 *
 * The sums of the reference must come from texts that the vocabulary was **not** made from: of its own texts no token
 * would be unseen, and every window would seem new.
 *
 * Source: Cochran (1977), Sampling Techniques, 3rd ed., section 6.3 (ratio estimate).
 */
export function judgeUnseenTokens(reference: TokenSums, current: TokenSums, threshold = 0.05): UnseenTokens {
  const shares = { reference: shareOf(reference), current: shareOf(current) };
  const nothing = { ...shares, difference: null, lower: null, upper: null, pValue: null, threshold, drifted: null };
  if (shares.reference === null) return { ...nothing, reason: 'empty_reference' };
  if (shares.current === null) return { ...nothing, reason: 'empty_current' };
  const difference = shares.current - shares.reference;
  if (Math.min(reference.texts, current.texts) < LEAST_TEXTS) return { ...nothing, difference, reason: 'insufficient' };
  const error = Math.sqrt(varianceOf(reference, shares.reference) + varianceOf(current, shares.current));
  const interval = normalInterval(difference, error, { minimum: -1, maximum: 1 }) ?? { lower: null, upper: null };
  const pValue = error > 0 ? 2 * normalSurvival(Math.abs(difference) / error) : difference === 0 ? 1 : 0;
  return {
    ...{ ...shares, difference, ...interval, pValue, threshold },
    drifted: pValue < 0.05 && Math.abs(difference) >= threshold,
  };
}

const shareOf = ({ tokens, unseen }: TokenSums): number | null => (tokens > 0 ? unseen / tokens : null);

function varianceOf({ texts, tokens, tokenSquares, unseenSquares, products }: TokenSums, share: number): number {
  const squares = Math.max(0, unseenSquares - 2 * share * products + share * share * tokenSquares);
  return ((texts / Math.max(1, texts - 1)) * squares) / (tokens * tokens);
}
