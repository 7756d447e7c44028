import { wilsonInterval } from '../intervals/wilson.ts';
import type { CategoricalSummary, ColumnSummary, NumericSummary } from '../summary/column-summary.ts';
import { textFormats } from './text-formats.ts';

/** What is known of a column of the reference. */
export interface ColumnFacts {
  name: string;
  summary: ColumnSummary;
  /** Values that are whole numbers; numeric columns. */
  whole?: number;
  /** Exact number of different values, where it was counted. */
  distinct?: number | null;
  /** How many values have each format, by its id; text columns. */
  formats?: Readonly<Record<string, number>>;
}

/** What may be asked of later data, so that the reference itself passes. A key that is absent asks nothing. */
export interface ColumnConstraints {
  name: string;
  type: ColumnSummary['kind'];
  /** Every value is a whole number. */
  integral?: boolean;
  /** Largest share of missing values. */
  missing?: number;
  min?: number;
  max?: number;
  /** All values that there are. */
  values?: string[];
  /** No value comes twice. */
  unique?: boolean;
  /** Regular expression that every value matches. */
  pattern?: string;
}

/** From fewer values nothing but the type is suggested. */
const LEAST_VALUES = 30;
/** A key is only seen as one in as many rows. */
const LEAST_KEYS = 50;
/** Longer lists of values are no list. */
const MOST_VALUES = 50;
/** A list is whole when the next value is new with less than this chance. */
const NEW_VALUE_CHANCE = 0.001;
/** Part of the range that is left free on either side. */
const RANGE_SLACK = 0.1;
const MISSING_CONFIDENCE = 0.99;

/**
 * Suggests constraints for a column, such that the rows it was made from keep them:
 *
 * - missing: up to the upper end of the 99 % Wilson interval of the share seen
 * - range: a tenth of the range wider on either side, not below 0 where no value is negative; rounded outwards
 * - values: up to 50, where the chance that the next value is a new one is below 0.1 % (Good and Turing: values seen once over
 *   all values) and each comes 10 times on average
 * - unique: no value twice in 50 rows or more, of text or whole numbers
 * - pattern: the first of `textFormats` that all values have, where there is no list of values
 *
 * Fewer than 30 values give the type alone.
 *
 * Source: Good (1953), Biometrika 40, for the chance of a new value.
 */
export function suggestConstraints(facts: ColumnFacts): ColumnConstraints {
  const { name, summary } = facts;
  const constraints: ColumnConstraints = { name, type: summary.kind };
  if (summary.count === 0) return constraints;
  if (summary.kind === 'numeric' && facts.whole === summary.count) constraints.integral = true;
  if (summary.count < LEAST_VALUES) return constraints;
  const missing = wilsonInterval(summary.missing, summary.count + summary.missing, MISSING_CONFIDENCE)!.upper;
  constraints.missing = Math.min(1, roundUp(missing));
  if (summary.kind === 'numeric') Object.assign(constraints, rangeOf(summary, constraints.integral === true));
  else Object.assign(constraints, valuesOf(summary, facts));
  const distinct = facts.distinct ?? null;
  const countable = summary.kind === 'categorical' || constraints.integral === true;
  if (countable && distinct === summary.count && distinct >= LEAST_KEYS) constraints.unique = true;
  return constraints;
}

function rangeOf({ min, max }: NumericSummary, integral: boolean): Pick<ColumnConstraints, 'min' | 'max'> {
  if (min === null || max === null) return {};
  const slack = RANGE_SLACK * (max - min);
  const low = -upperLimit(-min, slack, integral);
  const high = upperLimit(max, slack, integral);
  return {
    // What never was negative is likely not to be able to.
    ...(Number.isFinite(low) ? { min: min >= 0 ? Math.max(0, low) : low } : {}),
    ...(Number.isFinite(high) ? { max: max <= 0 ? Math.min(0, high) : high } : {}),
  };
}

function valuesOf(
  { kind, values, other, count }: CategoricalSummary,
  { formats = {} }: ColumnFacts,
): Pick<ColumnConstraints, 'values' | 'pattern'> {
  const once = values.filter(([, n]) => n === 1).length;
  const whole = other === 0 && once / count < NEW_VALUE_CHANCE && count >= 10 * values.length;
  if (kind === 'categorical' && whole && values.length <= MOST_VALUES)
    return { values: values.map(([value]) => value).sort() };
  const format = textFormats.find(({ id }) => formats[id] === count);
  return format ? { pattern: format.pattern } : {};
}

/** A limit above `largest + slack`, of three digits so that it can be read. Never below the largest value itself. */
function upperLimit(largest: number, slack: number, integral: boolean): number {
  const x = largest + slack;
  if (x === 0 || !Number.isFinite(x)) return x + 0;
  const step = 10 ** (Math.floor(Math.log10(Math.abs(x))) - 2);
  // By a step this small or this large nothing can be divided: then the number is left as it is.
  const countable = step > 1e-300 && step < 1e300;
  const rounded = countable ? Number((Math.ceil(x / step - 1e-9) * step).toPrecision(12)) : x;
  const limit = Math.max(rounded, largest);
  return (integral ? Math.ceil(limit) : limit) + 0;
}

const roundUp = (share: number): number => Math.ceil(share * 1e4) / 1e4;
