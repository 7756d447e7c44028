/** Lanczos coefficients for g = 7, n = 9 (Godfrey's set): ln Gamma to about 1e-15. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** From here on the asymptotic series of the ratio below is exact to the last digit. */
const LARGE = 100;

/** ln Gamma(a) for a >= 1/2, to about 1e-15 (relative to its size). Source: Lanczos (1964), SIAM Journal B 1. */
export function logGamma(a: number): number {
  const t = a + 6.5;
  let series = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) series += LANCZOS[i]! / (a - 1 + i);
  return 0.5 * Math.log(2 * Math.PI) + (a - 0.5) * Math.log(t) - t + Math.log(series);
}

/**
 * ln (Gamma(a + 1/2) / Gamma(a)) for a >= 1/2. For large a by its own series, where the difference of two large
 * logarithms would lose digits. Source: DLMF 5.11.13, https://dlmf.nist.gov/5.11
 */
export function logGammaHalfStep(a: number): number {
  if (a < LARGE) return logGamma(a + 0.5) - logGamma(a);
  return 0.5 * Math.log(a) - 1 / (8 * a) + 1 / (192 * a ** 3) - 1 / (640 * a ** 5) + 17 / (14336 * a ** 7);
}
