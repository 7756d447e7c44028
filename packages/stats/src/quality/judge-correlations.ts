import { adjustPValues, type Correction } from '../multiple-testing.ts';
import { normalCritical, normalSurvival } from '../special/normal.ts';

/** Pearson's r of two columns over the rows that have both. `null`: one of them does not vary, or sums overflow. */
export interface Correlation {
  r: number | null;
  n: number;
}

export interface CorrelatedPair {
  columns: readonly [string, string];
  reference: Correlation;
  current: Correlation;
}

export interface CorrelationChange extends CorrelatedPair {
  /** r now minus r in the reference, -2 to 2. */
  difference: number | null;
  pValue: number | null;
  /** Corrected over all pairs. */
  adjustedPValue: number | null;
  /** `null`: it can't be said, see reason. */
  changed: boolean | null;
  reason?: 'insufficient' | 'constant';
}

export interface CorrelationOptions {
  /** Fewer rows than this on a side are not judged. Default 30. */
  minimumRows?: number;
  /** Least difference of r that matters. Default 0.2. */
  minimumEffect?: number;
  /** Default 0.05. */
  level?: number;
  /** Default Benjamini-Hochberg. */
  correction?: Correction;
}

/** Fisher's z is infinite at 1: a perfect correlation is taken as one that is nearly so. */
const NEARLY_ONE = 1 - 1e-9;

/**
 * Fisher's z interval of a correlation: tanh(atanh r ± z / √(n − 3)). `null` below four rows or without an r.
 *
 * Source: Fisher (1921), Metron 1. Assumes pairs that are about bivariate normal; for others its coverage is near enough for
 * a screen that also wants an effect.
 */
export function correlationInterval({ r, n }: Correlation, confidence = 0.95): { lower: number; upper: number } | null {
  if (r === null || n < 4) return null;
  const margin = normalCritical(confidence) / Math.sqrt(n - 3);
  return { lower: Math.tanh(fisherZ(r) - margin), upper: Math.tanh(fisherZ(r) + margin) };
}

/**
 * Which pairs of columns hang together otherwise than in the reference. A pair has changed when r differs by `minimumEffect`
 * **and** the test of Fisher's z, (atanh r − atanh r') / √(1/(n − 3) + 1/(n' − 3)), rejects that it is the same after
 * correction over all pairs. The pairs come back in their order.
 *
 * Source: Fisher (1921); Cohen (1988), Statistical power analysis, chapter 4, for the test of a difference of correlations.
 */
export function judgeCorrelations(
  pairs: readonly CorrelatedPair[],
  { minimumRows = 30, minimumEffect = 0.2, level = 0.05, correction = 'benjamini_hochberg' }: CorrelationOptions = {},
): { pairs: CorrelationChange[]; judged: number; changed: number; share: number | null } {
  const tested = pairs.map((pair): CorrelationChange => {
    const { reference, current } = pair;
    const unknown = { ...pair, difference: null, pValue: null, adjustedPValue: null, changed: null };
    if (reference.n < Math.max(4, minimumRows) || current.n < Math.max(4, minimumRows))
      return { ...unknown, reason: 'insufficient' };
    if (reference.r === null || current.r === null) return { ...unknown, reason: 'constant' };
    const error = Math.sqrt(1 / (reference.n - 3) + 1 / (current.n - 3));
    const z = (fisherZ(current.r) - fisherZ(reference.r)) / error;
    const pValue = Math.min(1, 2 * normalSurvival(Math.abs(z)));
    return { ...unknown, difference: current.r - reference.r, pValue };
  });
  const adjusted = adjustPValues(
    tested.map(({ pValue }) => pValue),
    correction,
  );
  const judged = tested.map((pair, i): CorrelationChange => {
    const p = adjusted[i]!;
    if (p === null || pair.difference === null) return pair;
    return { ...pair, adjustedPValue: p, changed: p < level && Math.abs(pair.difference) >= minimumEffect };
  });
  const known = judged.filter(({ changed }) => changed !== null).length;
  const changed = judged.filter((pair) => pair.changed).length;
  return { pairs: judged, judged: known, changed, share: known === 0 ? null : changed / known };
}

const fisherZ = (r: number): number => Math.atanh(Math.max(-NEARLY_ONE, Math.min(NEARLY_ONE, r)));
