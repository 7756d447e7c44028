import { chiSquaredSurvival } from '../../special/chi-squared-survival.ts';
import type { Cells } from '../cells.ts';
import { hellingerDistance } from '../hellinger.ts';
import type { CompatibilityMode, PeerAnswer, PeerFacts } from './mode.ts';

/** Rows a bucket should hold, and the most and fewest buckets. */
const ROWS_A_BUCKET = 4;
const MOST = 30;
const FEWEST = 2;

/**
 * whylogs' drift scores: Kolmogorov-Smirnov for numbers, its own chi-squared for categories, Hellinger over 30 buckets of
 * equal width over both sides. whylogs counts by sketches, whose noise is not repeated here: these are the numbers that
 * its sketches estimate. Its middle verdict ("possible drift") is none.
 */
export const whylogs: CompatibilityMode = {
  id: 'whylogs',
  label: 'whylogs',
  source: 'whylogs 1.6.4',
  choose: ({ kind }) => (kind === 'numeric' ? 'ks' : 'chi_squared'),
  thresholds: { hellinger: 0.4 },
  variants: {
    hellinger: (cells) => ({ statistic: hellingerDistance(cells), pValue: null }),
    chi_squared: truncatedChiSquared,
  },
  edges: ({ both: { count, min, max } }: PeerFacts) => {
    const end = max + (max === 0 ? 1e-7 : Math.abs(max) * 1e-7);
    const buckets = Math.max(FEWEST, Math.min(MOST, Math.ceil(count / ROWS_A_BUCKET)));
    return Array.from({ length: buckets + 1 }, (_, i) => min + (i * (end - min)) / buckets);
  },
};

/** Expected rows are cut to whole numbers; one of 0 makes the statistic infinite. Degrees of freedom: the current's. */
function truncatedChiSquared({ reference, current }: Cells): PeerAnswer {
  const n = reference.reduce((sum, count) => sum + count, 0);
  const m = current.reduce((sum, count) => sum + count, 0);
  let statistic = 0;
  for (const [i, rows] of reference.entries()) {
    const expected = Math.trunc((rows / n) * m);
    if (expected === 0) return { statistic: null, pValue: 0, reason: 'overflow' };
    statistic += (current[i]! - expected) ** 2 / expected;
  }
  const freedom = Math.max(1, current.filter((rows) => rows > 0).length - 1);
  return { statistic, pValue: chiSquaredSurvival(statistic, freedom) };
}
