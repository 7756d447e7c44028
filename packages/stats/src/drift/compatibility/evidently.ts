import { chiSquaredSurvival } from '../../special/chi-squared-survival.ts';
import { normalSurvival } from '../../special/normal.ts';
import { type Cells, shares } from '../cells.ts';
import { jensenShannonDistance } from '../jensen-shannon.ts';
import { sturgesEdges } from './histogram-edges.ts';
import type { CompatibilityMode, PeerAnswer } from './mode.ts';
import { psiBy, zeroRules } from './zero-rules.ts';

/** More distinct values of the reference than this are cut into bins. */
const VALUES = 20;

/**
 * Evidently's default tests. PSI puts 0.0001 for an empty cell; Jensen-Shannon is the distance in base e; the
 * chi-squared test takes the reference's shares for known (one-way), so its p is smaller than that of homogeneity;
 * kl is of the reference from the current window. Numbers are cut at Sturges' edges of both sides together.
 */
export const evidently: CompatibilityMode = {
  id: 'evidently',
  label: 'Evidently',
  source: 'evidently 0.7.23',
  choose({ kind, referenceCount, distinct }) {
    const numeric = kind === 'numeric' && distinct > 5;
    if (referenceCount > 1000) return numeric ? 'wasserstein' : 'jensen_shannon';
    if (numeric) return 'ks';
    return distinct > 2 ? 'chi_squared' : 'two_proportion_z';
  },
  thresholds: { anderson_darling: 0.1, cramer_von_mises: 0.1, fisher_exact: 0.1, g_test: 0.1 },
  variants: {
    psi: (cells) => ({ statistic: psiBy(zeroRules.evidently, cells), pValue: null }),
    jensen_shannon: (cells) => ({ statistic: jensenShannonDistance(cells) * Math.sqrt(Math.LN2), pValue: null }),
    kl: ({ reference, current }) => {
      const q = zeroRules.evidently(current);
      // As scipy.stats.entropy(p, q), which makes the filled shares add up to 1 again.
      const [p1, q1] = [normalized(zeroRules.evidently(reference)), normalized(q)];
      return { statistic: p1.reduce((sum, p, i) => sum + p * Math.log(p / q1[i]!), 0), pValue: null };
    },
    chi_squared: oneWayChiSquared,
    two_proportion_z({ reference, current }) {
      if (reference.length === 1) return { statistic: 0, pValue: 1 };
      if (reference.length > 2) return { statistic: null, pValue: null, reason: 'not_two_values' };
      const [n, m] = [reference[0]! + reference[1]!, current[0]! + current[1]!];
      const p = (reference[1]! + current[1]!) / (n + m);
      const z = (reference[1]! / n - current[1]! / m) / Math.sqrt(p * (1 - p) * (1 / n + 1 / m));
      return { statistic: z, pValue: Math.min(1, 2 * normalSurvival(Math.abs(z))) };
    },
  },
  edges: ({ both, distinct }) => (distinct > VALUES ? sturgesEdges(both) : 'values'),
};

/** Chi-squared against the reference's shares; infinite in the peer where the reference has an empty cell: p 0. */
function oneWayChiSquared({ reference, current }: Cells): PeerAnswer {
  const p = shares(reference);
  const m = current.reduce((sum, count) => sum + count, 0);
  const statistic = p.reduce((sum, share, i) => sum + (current[i]! - share * m) ** 2 / (share * m), 0);
  if (!Number.isFinite(statistic)) return { statistic: null, pValue: 0, reason: 'overflow' };
  return { statistic, pValue: p.length === 1 ? 1 : chiSquaredSurvival(statistic, p.length - 1) };
}

function normalized(values: readonly number[]): number[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => value / total);
}
