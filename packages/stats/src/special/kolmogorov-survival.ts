/**
 * P(K > x) for Kolmogorov's limiting distribution, x >= 0.
 *
 * 2 sum (-1)^(j-1) exp(-2 j^2 x^2) for x >= 1; below, its theta-function twin, which converges fast there:
 * 1 - sqrt(2 pi) / x * sum exp(-(2j-1)^2 pi^2 / (8 x^2)).
 *
 * Source: Marsaglia, Tsang and Wang (2003), Journal of Statistical Software 8(18).
 */
export function kolmogorovSurvival(x: number): number {
  if (x < 0.1) return 1;
  let sum = 0;
  if (x < 1) {
    for (let j = 1; j <= 7; j += 2) sum += Math.exp(-((j * Math.PI) ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  for (let j = 1; j <= 5; j++) sum += (j % 2 === 1 ? 1 : -1) * Math.exp(-2 * j * j * x * x);
  return 2 * sum;
}
