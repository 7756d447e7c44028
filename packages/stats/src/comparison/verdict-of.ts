import { improvementOf, type PairedComparison } from './paired-comparison.ts';

/** What the challenger has to show. */
export interface VerdictRule {
  /**
   * `superiority`: better by more than the margin. `non_inferiority`: not worse by more than the margin. `equivalence`:
   * neither better nor worse by more than the margin.
   */
  form: 'superiority' | 'non_inferiority' | 'equivalence';
  /** In the unit of the metric, 0 or more. */
  margin: number;
  minimumRows: number;
}

export interface ComparisonVerdict {
  verdict: 'pass' | 'fail' | 'inconclusive';
  reason:
    | 'above_margin'
    | 'below_margin'
    | 'within_margins'
    | 'beyond_margins'
    | 'interval_holds_margin'
    | 'too_few_rows'
    | NonNullable<PairedComparison['reason']>;
}

/**
 * Pass when the whole interval of the improvement lies on the good side of the bar, fail when all of it lies on the
 * bad side, else inconclusive. The bar is +margin for superiority and -margin for non-inferiority; an interval that
 * touches it counts as non-inferior but not as superior. Equivalence passes with the interval between both margins, and
 * fails with it beyond one of them: two one-sided tests, each at (1 - confidence) / 2.
 *
 * @throws RangeError for a negative margin.
 */
export function verdictOf(
  { better, lower, upper, n, reason }: PairedComparison,
  { form, margin, minimumRows }: VerdictRule,
): ComparisonVerdict {
  if (!(margin >= 0)) throw new RangeError(`A margin is 0 or more, got ${margin}.`);
  if (n < minimumRows) return { verdict: 'inconclusive', reason: 'too_few_rows' };
  if (lower === null || upper === null) return { verdict: 'inconclusive', reason: reason ?? 'no_data' };
  const [low, high] = better === 'higher' ? [lower, upper] : [upper, lower];
  const [worst, best] = [improvementOf(better, low), improvementOf(better, high)];
  if (form === 'equivalence') {
    if (worst >= -margin && best <= margin) return { verdict: 'pass', reason: 'within_margins' };
    if (best < -margin || worst > margin) return { verdict: 'fail', reason: 'beyond_margins' };
    return { verdict: 'inconclusive', reason: 'interval_holds_margin' };
  }
  const superiority = form === 'superiority';
  const bar = superiority ? margin : -margin;
  if (worst > bar || (worst === bar && !superiority)) return { verdict: 'pass', reason: 'above_margin' };
  if (best < bar) return { verdict: 'fail', reason: 'below_margin' };
  return { verdict: 'inconclusive', reason: 'interval_holds_margin' };
}
