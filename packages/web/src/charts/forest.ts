import type { GateResult } from '@leeway/contract';

export interface ForestRow {
  /** Positions from 0 to 1 in the plot; null where they are not known. */
  point: number | null;
  from: number | null;
  to: number | null;
  zero: number;
}

/**
 * Where the difference of a gate and its interval lie on an axis around zero. Metrics have different units, so each row has its
 * own scale; what is compared is the place of the interval against zero.
 */
export function forestRow({ difference, lower, upper }: Pick<GateResult, 'difference' | 'lower' | 'upper'>): ForestRow {
  const reach = 1.15 * Math.max(...[difference, lower, upper].map((value) => Math.abs(value ?? 0)));
  const place = (value: number | null) => (value === null || reach === 0 ? null : 0.5 + value / (2 * reach));
  return {
    point: difference === null ? null : (place(difference) ?? 0.5),
    from: place(lower),
    to: place(upper),
    zero: 0.5,
  };
}
