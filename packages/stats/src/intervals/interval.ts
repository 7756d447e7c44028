/** A two-sided confidence interval. */
export interface Interval {
  lower: number;
  upper: number;
}

/** A value with its interval. */
export interface Bounded extends Interval {
  value: number;
}
