import { alignCategories, type ColumnSummary, type NumericSummary, quantile } from '@leeway/stats';
import { figure } from './words.ts';

/** Shares of both sides over the same bars. */
export interface Histogram {
  bars: { label: string; reference: number; current: number }[];
  /** Whether the bars are equal steps of a number, so that the axis has ends and not names. */
  continuous: boolean;
}

const STEPS = 32;
/** Bars of categories, and of numbers that are values of their own. */
const MOST_CATEGORIES = 12;
const MOST_VALUES = 24;
/** A picture goes from here to there of either side; what lies beyond is in the outer bars. */
const TAIL = 0.005;

/** A column as bars of equal width, from its summaries: rows are spread evenly within a bin. Pure. */
export function toHistogram(reference: ColumnSummary, current: ColumnSummary): Histogram {
  if (reference.kind === 'numeric' && current.kind === 'numeric') return numericHistogram(reference, current);
  if (reference.kind === 'numeric' || current.kind === 'numeric') return { bars: [], continuous: false };
  const rows = [reference, current].map((side) => Math.max(1, side.count + side.missing));
  const bars = alignCategories(reference, current, MOST_CATEGORIES).map(({ value, kind, reference, current }) => ({
    label: value ?? kind,
    reference: reference / rows[0]!,
    current: current / rows[1]!,
  }));
  return { bars, continuous: false };
}

function numericHistogram(reference: NumericSummary, current: NumericSummary): Histogram {
  const sides = [reference, current].filter(({ count }) => count > 0);
  if (sides.length === 0) return { bars: [], continuous: false };
  const values = valuesOf(reference, current);
  if (values) return values;
  const low = Math.min(...sides.map((side) => quantile(side, TAIL)!));
  const high = Math.max(...sides.map((side) => quantile(side, 1 - TAIL)!));
  const width = (high - low) / STEPS;
  if (!(width > 0)) return { bars: [], continuous: false };
  const [before, now] = [spread(reference, low, width), spread(current, low, width)];
  const bars = before.map((share, i) => ({ label: figure(low + i * width), reference: share, current: now[i]! }));
  return { bars: [...bars, { label: figure(high), reference: 0, current: 0 }], continuous: true };
}

/** One bar for each value, where there are few: every bin then holds one value, its lower end. */
function valuesOf(reference: NumericSummary, current: NumericSummary): Histogram | null {
  const filled = reference.bins.flatMap((n, i) => (n > 0 || current.bins[i]! > 0 ? [i] : []));
  if (filled.length > MOST_VALUES) return null;
  const single = ({ bins, sums, edges }: NumericSummary, i: number) => {
    const edge = edges[i - 1];
    return bins[i] === 0 || (edge !== undefined && Math.abs(sums[i]! / bins[i]! - edge) <= 1e-9 * Math.abs(edge));
  };
  if (!filled.every((i) => single(reference, i) && single(current, i))) return null;
  const bars = filled.map((i) => {
    const [n, m] = [reference.bins[i]!, current.bins[i]!];
    const mean = n > 0 ? reference.sums[i]! / n : current.sums[i]! / m;
    return {
      label: figure(mean),
      reference: n / Math.max(1, reference.count),
      current: m / Math.max(1, current.count),
    };
  });
  return { bars, continuous: false };
}

function spread({ bins, edges, count, min, max }: NumericSummary, low: number, width: number): number[] {
  const shares = new Array<number>(STEPS).fill(0);
  if (count === 0) return shares;
  const step = (x: number) => Math.min(STEPS - 1, Math.max(0, Math.floor((x - low) / width)));
  bins.forEach((n, i) => {
    if (n === 0) return;
    const from = Math.max(min!, edges[i - 1] ?? min!);
    const to = Math.min(max!, edges[i] ?? max!);
    const [first, last] = [step(from), step(to)];
    for (let s = first; s <= last; s++) {
      const begin = s === first ? from : low + s * width;
      const end = s === last ? to : low + (s + 1) * width;
      shares[s]! += to > from ? ((n / count) * (end - begin)) / (to - from) : n / count;
    }
  });
  return shares;
}
