import { kolmogorovOneSample } from '../special/kolmogorov-one-sample.ts';

/** Largest n * m for which the p-value is counted exactly; at most a few milliseconds. */
const EXACT_LIMIT = 1_000_000;

/** How the p-value is had: counted, by its limit, or (default) counted where n m is 1,000,000 or less. */
export type KsMethod = 'auto' | 'exact' | 'asymptotic';

/**
 * P(D >= d) of the two-sided two-sample Kolmogorov-Smirnov test, for samples of n and m rows without ties.
 * With ties it is conservative: too large, never too small.
 *
 * Exact as `scipy.stats.ks_2samp(method='exact')`; asymptotic as its `method='asymp'`, the one-sample distribution of
 * round(n m / (n + m)) rows, to 2e-6 where that is 200 or more (1e-4 for 30).
 *
 * Source: Hodges (1958), Arkiv för Matematik 3; Pelz and Good (1976), JRSS B 38.
 */
export function ksPValue(d: number, n: number, m: number, method: KsMethod = 'auto'): number {
  if (d <= 0) return 1;
  if (isExact(method, n, m)) return exact(d, n, m, Math.abs);
  return kolmogorovOneSample(d, Math.round((n * m) / (n + m)));
}

/**
 * P(D+ >= d) of the one-sided test, as `ks_2samp(alternative='less' or 'greater')`: exact, or by Hodges' approximation
 * exp(-2 z^2 - 2 z (r + 2 s) / (3 sqrt(r s (r + s)))), z = d sqrt(r s / (r + s)), r the larger sample, s the smaller.
 *
 * Source: Hodges (1958), Arkiv för Matematik 3, eq. 5.3.
 */
export function ksOneSidedPValue(d: number, n: number, m: number, method: KsMethod = 'auto'): number {
  if (d <= 0) return 1;
  if (isExact(method, n, m)) return exact(d, n, m, (gap) => gap);
  const r = Math.max(n, m);
  const s = Math.min(n, m);
  const z = d * Math.sqrt((r * s) / (r + s));
  return Math.min(1, Math.exp(-2 * z * z - (2 * z * (r + 2 * s)) / (3 * Math.sqrt(r * s * (r + s)))));
}

const isExact = (method: KsMethod, n: number, m: number) =>
  method === 'exact' || (method === 'auto' && n * m <= EXACT_LIMIT);

/**
 * The pooled order of both samples is a lattice path from (0, 0) to (n, m), all equally likely without drift. D >= d
 * means that the path meets a point whose gap i/n - j/m (its size, for the two-sided test) is d or more. `met[j]` is
 * the share of paths to (i, j) that do: 1 at such a point, else the mean of its two predecessors. Nothing is
 * subtracted, so small values keep their digits.
 */
function exact(d: number, n: number, m: number, size: (gap: number) => number): number {
  // (i m - j n) is a whole number; the small slack undoes the rounding of d * n * m.
  const reach = Math.ceil(d * n * m - 1e-6);
  const met = new Float64Array(m + 1);
  for (let j = 0; j <= m; j++) met[j] = size(-j * n) >= reach ? 1 : j === 0 ? 0 : met[j - 1]!;
  for (let i = 1; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      if (size(i * m - j * n) >= reach) met[j] = 1;
      else met[j] = j === 0 ? met[0]! : (met[j]! * i + met[j - 1]! * j) / (i + j);
    }
  }
  return met[m]!;
}
