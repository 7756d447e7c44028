import { normalInterval } from '../intervals/normal-interval.ts';
import { adjustPValues, type Correction } from '../multiple-testing.ts';
import { normalSurvival } from '../special/normal.ts';

/** One column and what it has to be: a category, or the numbers of one bin, `low <= x < high`; `null` is an open end. */
export interface SliceCondition {
  column: string;
  value: string;
  low?: number | null;
  high?: number | null;
}

/** Losses of rows: how many, their sum, and the sum of their squares. A loss is 0 or more, and the larger the worse. */
export interface LossSums {
  n: number;
  sum: number;
  sumSquares: number;
}

/** A slice by one condition, or by two of different columns. */
export interface SliceLosses extends LossSums {
  conditions: readonly SliceCondition[];
}

export interface WorstSlicesOptions {
  /** Support wanted, in rows. Default 50. */
  minimumRows?: number;
  /** Support wanted, as a share of all rows. Default 0.01. */
  minimumShare?: number;
  /** Times the loss of the rest that a slice has to have. Default 1.2. */
  minimumRatio?: number;
  /** Level for the whole search. Default 0.05. */
  alpha?: number;
  /** Over every slice that was tested. Default `benjamini_hochberg`. */
  correction?: Correction;
  /** Slices returned at most. Default 10. */
  most?: number;
}

export interface WorstSlice {
  conditions: readonly SliceCondition[];
  n: number;
  /** Rows of the slice among all rows. */
  share: number;
  /** Mean loss, with its 95% interval; `null` bounds where the losses do not vary. */
  loss: number;
  lower: number | null;
  upper: number | null;
  /** Mean loss of the rows outside. */
  rest: number;
  /** loss / rest; `null` where the rest has no loss. */
  ratio: number | null;
  /** Share of all loss that would go if the slice did as well as the rest. */
  excess: number;
  pValue: number;
  adjustedPValue: number;
}

export interface WorstSlices {
  /** The slice with the largest excess first. */
  slices: WorstSlice[];
  /** Slices with enough support: so many the p-values are corrected for. */
  tested: number;
  reason?: 'no_data' | 'no_loss' | 'no_support';
}

/**
 * Slices in which the model does worse than in the rest, from sums counted over each candidate.
 *
 * A slice is reported when its mean loss is at least `minimumRatio` times that of the rest **and** the one-sided z test of the
 * two means, corrected over all slices tested, is significant. The test takes the larger of Welch's standard error and that of
 * pooled variances: a slice whose losses do not vary is not certain for that. A slice of two columns has to be as much worse
 * than the rest of each of its one-column slices, too, or it says no more than they do; where such a parent is not among the
 * candidates, that is not asked.
 *
 * Cells of one row are no evidence: below some 30 rows the normal approximation of the mean is poor, hence the support wanted.
 *
 * Source: Chung et al. (2019), Slice Finder, ICDE (effect, significance, few literals); the order by excess as Sagadeeva and
 * Boehm (2021), SliceLine, SIGMOD, weigh error by size.
 */
export function findWorstSlices(
  whole: LossSums,
  candidates: readonly SliceLosses[],
  {
    minimumRows = 50,
    minimumShare = 0.01,
    minimumRatio = 1.2,
    alpha = 0.05,
    correction = 'benjamini_hochberg',
    most = 10,
  }: WorstSlicesOptions = {},
): WorstSlices {
  if (whole.n === 0) return { slices: [], tested: 0, reason: 'no_data' };
  if (!(whole.sum > 0)) return { slices: [], tested: 0, reason: 'no_loss' };
  const support = Math.max(2, minimumRows, minimumShare * whole.n);
  const supported = candidates.filter(({ n }) => n >= support && whole.n - n >= support);
  if (supported.length === 0) return { slices: [], tested: 0, reason: 'no_support' };
  const single = new Map(
    candidates.flatMap((slice) => (slice.conditions.length === 1 ? [[nameOf(slice), slice]] : [])),
  );

  const compared = supported.map((slice) => {
    const parents = slice.conditions.length < 2 ? [] : slice.conditions.map((one) => single.get(keyOf(one)));
    const others = [whole, ...parents.filter((parent) => parent !== undefined)].map((all) => without(all, slice));
    const tests = others.map((other) => comparison(slice, other));
    return {
      slice,
      rest: others[0]!,
      // The weakest of its comparisons decides.
      pValue: Math.max(...tests.map(({ pValue }) => pValue)),
      worse: tests.every(({ ratio }) => ratio >= minimumRatio),
    };
  });
  const adjusted = adjustPValues(
    compared.map(({ pValue }) => pValue),
    correction,
  );
  const slices = compared
    .map(({ slice, rest, pValue, worse }, i) => ({ ...describe(slice, rest, whole, pValue, adjusted[i]!), worse }))
    .filter(({ worse, adjustedPValue }) => worse && adjustedPValue < alpha)
    .map(({ worse: _, ...slice }): WorstSlice => slice)
    .sort((a, b) => b.excess - a.excess || (nameOf(a) < nameOf(b) ? -1 : 1));
  return { slices: slices.slice(0, most), tested: supported.length };
}

/**
 * Columns whose slices differ most in their losses: the share of the losses' variance that lies between the slices (eta
 * squared), from slices of one column each. The search for slices of two columns goes over the first of them.
 */
export function rankColumns(whole: LossSums, candidates: readonly SliceLosses[]): string[] {
  if (whole.n === 0) return [];
  const mean = whole.sum / whole.n;
  const between = new Map<string, number>();
  for (const { conditions, n, sum } of candidates) {
    const [only, more] = conditions;
    if (!only || more || n === 0) continue;
    between.set(only.column, (between.get(only.column) ?? 0) + n * (sum / n - mean) ** 2);
  }
  return [...between].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([column]) => column);
}

/** `origin=ATL & hour >= 6 and < 9`: the conditions as text, the same for the same slice. */
export function nameOf({ conditions }: Pick<SliceLosses, 'conditions'>): string {
  return conditions.map(keyOf).join(' & ');
}

const keyOf = ({ column, value, low }: SliceCondition): string =>
  low !== undefined && /^[<>]/.test(value) ? `${column} ${value}` : `${column}=${value}`;

const without = (all: LossSums, part: LossSums): LossSums => ({
  n: all.n - part.n,
  sum: all.sum - part.sum,
  sumSquares: all.sumSquares - part.sumSquares,
});

function variance({ n, sum, sumSquares }: LossSums): number {
  return n < 2 ? 0 : Math.max(0, (sumSquares - (sum * sum) / n) / (n - 1));
}

/** One-sided: is the first mean higher? Without variance on either side, a difference is certain and equality is not. */
function comparison(slice: LossSums, rest: LossSums): { pValue: number; ratio: number } {
  // A slice that is all of its parent has nothing to be compared with, so it says no more than the parent.
  if (rest.n === 0) return { pValue: 1, ratio: 1 };
  const difference = slice.sum / slice.n - rest.sum / rest.n;
  const [a, b] = [variance(slice), variance(rest)];
  const pooled = ((slice.n - 1) * a + (rest.n - 1) * b) / Math.max(1, slice.n + rest.n - 2);
  const error = Math.sqrt(Math.max(a / slice.n + b / rest.n, pooled * (1 / slice.n + 1 / rest.n)));
  const ratio = difference <= 0 ? 1 : rest.sum > 0 ? slice.sum / slice.n / (rest.sum / rest.n) : Number.MAX_VALUE;
  if (!Number.isFinite(difference) || !Number.isFinite(error)) return { pValue: 1, ratio: 1 };
  if (error === 0) return { pValue: difference > 0 ? 0 : 1, ratio };
  return { pValue: normalSurvival(difference / error), ratio };
}

function describe(
  slice: SliceLosses,
  rest: LossSums,
  whole: LossSums,
  pValue: number,
  adjustedPValue: number,
): WorstSlice {
  const loss = slice.sum / slice.n;
  const other = rest.sum / rest.n;
  const interval = normalInterval(loss, Math.sqrt(variance(slice) / slice.n), { minimum: 0 });
  return {
    conditions: slice.conditions,
    n: slice.n,
    share: slice.n / whole.n,
    loss,
    lower: interval?.lower ?? null,
    upper: interval?.upper ?? null,
    rest: other,
    ratio: other > 0 ? loss / other : null,
    excess: Math.max(0, (slice.n * (loss - other)) / whole.sum),
    pValue,
    adjustedPValue,
  };
}
