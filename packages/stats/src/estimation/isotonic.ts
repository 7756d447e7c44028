/**
 * A rising step function with slopes between its steps: over [from[i], to[i]] it is value[i], between two steps it goes
 * straight from one to the next, beyond the ends it stays. `rows`: rows that each step was fitted to.
 */
export interface IsotonicFit {
  from: readonly number[];
  to: readonly number[];
  value: readonly number[];
  rows: readonly number[];
}

/**
 * Isotonic regression by pooling adjacent violators: the rising function nearest to the means by weighted least squares.
 * `scores` ascend strictly; `means[i]` is the mean of the `rows[i]` rows with that score. Groups without rows are left
 * out. Linear time. Between the steps it interpolates as scikit-learn's IsotonicRegression does.
 *
 * Source: Barlow, Bartholomew, Bremner and Brunk (1972), Statistical Inference under Order Restrictions.
 */
export function fitIsotonic(
  scores: ArrayLike<number>,
  means: (i: number) => number,
  rows: ArrayLike<number>,
): IsotonicFit {
  const from: number[] = [];
  const to: number[] = [];
  const sum: number[] = [];
  const weight: number[] = [];
  for (let i = 0; i < scores.length; i++) {
    if (!(rows[i]! > 0)) continue;
    from.push(scores[i]!);
    to.push(scores[i]!);
    sum.push(means(i) * rows[i]!);
    weight.push(rows[i]!);
    for (let last = sum.length - 1; last > 0; last--) {
      if (sum[last]! * weight[last - 1]! > sum[last - 1]! * weight[last]!) break;
      to[last - 1] = to[last]!;
      sum[last - 1]! += sum.pop()!;
      weight[last - 1]! += weight.pop()!;
      from.pop();
      to.pop();
    }
  }
  return { from, to, value: sum.map((total, i) => total / weight[i]!), rows: weight };
}

/** Where a score lies: between step `step` and the next, `share` of the way; 0 on the step itself. */
export function locate(fit: IsotonicFit, score: number): { step: number; share: number } {
  let low = 0;
  let high = fit.from.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (fit.from[middle]! <= score) low = middle;
    else high = middle - 1;
  }
  const end = fit.to[low]!;
  const next = fit.from[low + 1];
  if (score <= end || next === undefined) return { step: low, share: 0 };
  return { step: low, share: (score - end) / (next - end) };
}

/** The value of the fit at a score. */
export function isotonicValue(fit: IsotonicFit, score: number): number {
  const { step, share } = locate(fit, score);
  const value = fit.value[step]!;
  return share === 0 ? value : value + share * (fit.value[step + 1]! - value);
}
