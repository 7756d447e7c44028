export interface Quadrature {
  nodes: Float64Array;
  weights: Float64Array;
}

const known: Quadrature[] = [];

/**
 * Nodes and weights by which a polynomial of degree up to 2n - 1 is integrated over 0 to 1 without error.
 *
 * Source: Press et al., Numerical Recipes, 3rd ed., section 4.6.
 */
export function gaussLegendre(n: number): Quadrature {
  const before = known[n];
  if (before) return before;
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let step = 0; step < 8; step++) {
      let [one, before] = [1, 0];
      for (let j = 1; j <= n; j++) [one, before] = [((2 * j - 1) * x * one - (j - 1) * before) / j, one];
      slope = (n * (x * one - before)) / (x * x - 1);
      x -= one / slope;
    }
    nodes[i] = (1 - x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  const found = { nodes, weights };
  known[n] = found;
  return found;
}
