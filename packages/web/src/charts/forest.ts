import type { GateResult } from '@leeway/contract';

export interface ForestRow {
  /** Positions from 0 to 1 in the plot; null where they are not known. */
  point: number | null;
  from: number | null;
  to: number | null;
  zero: number;
  /** What the difference was held against: what it had to be above, or between. */
  bars: number[];
}

type Compared = Pick<GateResult, 'difference' | 'lower' | 'upper' | 'better' | 'form' | 'margin'>;

/**
 * Where the difference of a gate and its interval lie on an axis around zero, to the right what is better for the challenger.
 * Metrics have different units, so each row has its own scale; what is compared is the place of the interval against zero and
 * the bars.
 */
export function forestRow({ difference, lower, upper, better, form, margin }: Compared): ForestRow {
  const sign = better === 'lower' ? -1 : 1;
  const bars = barsOf(form, margin);
  const reach = 1.15 * Math.max(...[difference, lower, upper, ...bars].map((value) => Math.abs(value ?? 0)));
  const place = (value: number | null) => (value === null || reach === 0 ? null : 0.5 + (sign * value) / (2 * reach));
  const [a, b] = [place(lower), place(upper)];
  return {
    point: difference === null ? null : (place(difference) ?? 0.5),
    from: a === null || b === null ? a : Math.min(a, b),
    to: a === null || b === null ? b : Math.max(a, b),
    zero: 0.5,
    bars: reach === 0 ? [] : bars.map((bar) => 0.5 + bar / (2 * reach)),
  };
}

/** Margins are of the improvement, whichever way the metric runs. */
function barsOf(form: string | null, margin: number | null): number[] {
  if (margin === null || margin === 0) return [];
  if (form === 'superiority') return [margin];
  return form === 'equivalence' ? [-margin, margin] : [-margin];
}
