/** Nodes of the Gauss-Chebyshev rule on each interval. */
const NODES = 64;
/** Intervals beyond exp(-40) of the first add nothing that a double could hold. */
const NEGLIGIBLE = 40;

/**
 * P(Q > z) for Q = sum of independent chi-squared variables (one degree of freedom each) with distinct weights
 * 1 / root(1) > 1 / root(2) > ...: Smirnov's formula
 *
 *     1/pi sum over k of (-1)^(k+1) integral from root(2k-1) to root(2k) of exp(-u z / 2) / (u sqrt|D(u)|) du,
 *
 * D(u) = product of (1 - u / root(j)). The square-root poles at both ends are taken out by Chebyshev's rule. The first
 * term leads, so small probabilities keep their digits.
 *
 * Source: Smirnov (1937), Matematicheskii Sbornik 2; Durbin and Knott (1972), JRSS B 34.
 */
export function quadraticFormSurvival(z: number, root: (j: number) => number, D: (u: number) => number): number {
  const first = root(1);
  let sum = 0;
  for (let k = 1; ((root(2 * k - 1) - first) * z) / 2 < NEGLIGIBLE; k++) {
    const low = root(2 * k - 1);
    const high = root(2 * k);
    const half = (high - low) / 2;
    let integral = 0;
    for (let i = 0; i < NODES; i++) {
      const angle = ((2 * i + 1) * Math.PI) / (2 * NODES);
      const u = low + half * (1 - Math.cos(angle));
      integral += (Math.exp((-u * z) / 2) / (u * Math.sqrt(Math.abs(D(u))))) * Math.sin(angle);
    }
    sum += (k % 2 === 1 ? 1 : -1) * integral * ((half * Math.PI) / NODES);
  }
  return Math.min(1, Math.max(0, sum / Math.PI));
}
