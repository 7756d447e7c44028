import { combinedInterval } from '../intervals/mover.ts';
import { wilsonInterval } from '../intervals/wilson.ts';

/** What a finding about data rests on: somebody has declared it, or it was only seen in the reference. */
export type QualityBasis = 'declared' | 'inferred';

export interface ShareInput {
  /** Bad rows, and rows among which they were looked for. */
  bad: number;
  n: number;
  /** Largest share that is allowed. Where it is given, the reference does not matter. */
  allowed?: number | undefined;
  /** The same two counts in the reference. */
  reference?: { bad: number; n: number } | undefined;
  /** Growth over the reference that matters, as a share of the rows. Default 0.01. */
  margin?: number;
}

export interface ShareJudgement {
  basis: QualityBasis;
  /** Share of bad rows, with its Wilson interval; `null` for no rows. */
  value: number | null;
  lower: number | null;
  upper: number | null;
  /** Share in the reference. */
  usual: number | null;
  /** Whether it is wrong; `null` where it can't be said. */
  found: boolean | null;
  reason?: 'no_data' | 'no_reference';
}

/** A share that has grown by less than this is no finding, unless something was declared. */
const NOTABLE_GROWTH = 0.01;

/**
 * Judges the share of bad rows. What is declared is a promise: any share above it is a finding, by however few rows. What is
 * inferred from a reference is a sample: the share has to be larger by `margin`, and the 95 % interval of the difference of
 * both shares (Newcombe's) has to lie above 0.
 *
 * Source: Newcombe (1998), Statistics in Medicine 17, method 10.
 */
export function judgeShare({ bad, n, allowed, reference, margin = NOTABLE_GROWTH }: ShareInput): ShareJudgement {
  const basis = allowed === undefined ? 'inferred' : 'declared';
  const interval = wilsonInterval(bad, n);
  const before = reference && wilsonInterval(reference.bad, reference.n);
  const usual = before ? reference!.bad / reference!.n : null;
  if (!interval) return { basis, value: null, lower: null, upper: null, usual, found: null, reason: 'no_data' };
  const value = bad / n;
  const judged = { basis, value, lower: interval.lower, upper: interval.upper, usual } as const;
  if (allowed !== undefined) return { ...judged, found: value > allowed };
  if (!before || usual === null) return { ...judged, found: null, reason: 'no_reference' };
  const difference = combinedInterval([
    [1, { value, ...interval }],
    [-1, { value: usual, ...before }],
  ]);
  return { ...judged, found: value - usual >= margin && difference.lower > 0 };
}
