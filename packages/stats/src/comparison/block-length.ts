/**
 * How long blocks of a series should be for a circular block bootstrap of its mean: the rule of Politis and White. The
 * autocovariances are cut where they have been within +-2 sqrt(log10(n) / n) for `max(5, log10(n))` lags, and weighed by
 * a flat-top window; the length is (3 g^2 / (2 s^2))^(1/3) n^(1/3), at most min(3 sqrt(n), n / 3), at least 1. Rows that
 * do not depend on each other have a length near 1.
 *
 * Source: Politis and White (2004), Econometric Reviews 23, with the correction of Patton, Politis and White (2009),
 * Econometric Reviews 28.
 */
export function optimalBlockLength(series: Float64Array): number {
  const n = series.length;
  if (n < 9) return 1;
  const middle = series.reduce((sum, value) => sum + value, 0) / n;
  const centred = series.map((value) => value - middle);
  const quiet = Math.max(5, Math.floor(Math.log10(n)));
  const most = Math.ceil(Math.sqrt(n)) + quiet;
  const bound = 2 * Math.sqrt(Math.log10(n) / n);
  const covariances: number[] = [];
  let cut: number | null = null;
  for (let lag = 0, run = 0; lag <= Math.min(most, n - 2); lag++) {
    let [product, head, tail] = [0, 0, 0];
    for (let i = lag; i < n; i++) product += centred[i]! * centred[i - lag]!;
    for (let i = lag + 1; i < n; i++) {
      tail += centred[i]! * centred[i]!;
      head += centred[i - lag - 1]! * centred[i - lag - 1]!;
    }
    covariances.push(product / n);
    if (cut === null && run >= quiet) cut = lag - quiet;
    run = Math.abs(product) / Math.sqrt(head * tail) < bound ? run + 1 : 0;
  }
  // What is left of a constant is rounding, not variance.
  if (!(covariances[0]! > 1e-20 * middle * middle)) return 1;
  const lags = Math.min(covariances.length - 1, cut === null ? most : 2 * Math.max(cut, 1));
  let [g, longRun] = [0, covariances[0]!];
  for (let lag = 1; lag <= lags; lag++) {
    const weight = Math.min(1, 2 * (1 - lag / lags));
    g += 2 * weight * lag * covariances[lag]!;
    longRun += 2 * weight * covariances[lag]!;
  }
  const length = Math.cbrt((2 * g * g * n) / ((4 / 3) * longRun * longRun));
  if (!Number.isFinite(length)) return 1;
  return Math.max(1, Math.min(length, Math.ceil(Math.min(3 * Math.sqrt(n), n / 3))));
}
