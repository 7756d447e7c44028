import { normalSurvival } from '../special/normal.ts';
import { twoValueTest } from './two-value-test.ts';

/**
 * The z test of equal shares of the second of two values (`true`), of the values present only: difference of the shares
 * (current - reference) over sqrt(p (1 - p) (1/n + 1/m)), p the share in both; as
 * `statsmodels.stats.proportion.proportions_ztest`. One value in all rows: z = 0, p 1. With a direction, one-sided.
 */
export const twoProportionZ = twoValueTest({
  id: 'two_proportion_z',
  label: 'Two-proportion z test',
  symmetric: true,
  reference: 'Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, section 3.2',
  answer({ reference, current }, difference, direction) {
    const n = reference[0] + reference[1];
    const m = current[0] + current[1];
    const second = reference[1] + current[1];
    const p = second / (n + m);
    const error = Math.sqrt(p * ((n + m - second) / (n + m)) * (1 / n + 1 / m));
    const z = error === 0 ? 0 : difference / error;
    if (direction !== 'both')
      return { statistic: z, pValue: error === 0 ? 1 : normalSurvival(direction === 'up' ? z : -z) };
    return { statistic: z, pValue: Math.min(1, 2 * normalSurvival(Math.abs(z))) };
  },
});
