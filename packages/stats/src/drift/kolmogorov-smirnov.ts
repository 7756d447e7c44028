import { binGaps } from './bin-gaps.ts';
import { ksOneSidedPValue, ksPValue } from './ks-p-value.ts';
import { orderTest } from './order-test.ts';

/**
 * Looks at the values present only. D is the largest |F - G|; of bins, over their edges. Decides by p-value; the effect
 * is D itself. With a direction, D is the largest F - G (`up`: the current window lies higher) or G - F (`down`).
 *
 * From summaries D is never above that of the rows, and below it by at most `errorBound`: inside a bin the gap can only
 * rise by the reference's share in it, and fall by that of the current window.
 */
export const kolmogorovSmirnov = orderTest({
  id: 'ks',
  label: 'Kolmogorov-Smirnov test',
  decidesBy: 'p_value',
  defaultThreshold: 0.05,
  minimumEffect: 0.1,
  symmetric: true,
  directional: true,
  reference: 'Smirnov (1948), Annals of Mathematical Statistics 19; Hodges (1958), Arkiv för Matematik 3',
  answer({ n, m, up, down }, direction) {
    const d = direction === 'both' ? Math.max(up, down) : direction === 'up' ? up : down;
    const pValue = direction === 'both' ? ksPValue(d, n, m) : ksOneSidedPValue(d, n, m);
    return { statistic: d, pValue, effect: d };
  },
  bound(reference, current) {
    const gaps = binGaps(reference, current);
    const excess = (high: (gap: (typeof gaps)[number]) => number, end: (gap: (typeof gaps)[number]) => number) =>
      Math.max(0, ...gaps.map(high)) - Math.max(0, ...gaps.map(end));
    // Covers both one-sided statistics too: the larger of two maxima moves no more than either of them.
    return Math.max(
      excess(
        ({ high }) => high,
        ({ after }) => after,
      ),
      excess(
        ({ low }) => -low,
        ({ after }) => -after,
      ),
    );
  },
});
