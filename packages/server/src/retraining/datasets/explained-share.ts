/** A pivot below this is that of a column which the ones before already tell. */
const SMALLEST_PIVOT = 1e-9;

/**
 * Share of the variance of the last variable that a linear formula of the others tells (the multiple R²), from the matrix of
 * correlations, by sweeping it variable after variable. Variables that are constant (null), or that others tell, are left out.
 * Null where the last one is constant.
 */
export function explainedShare(correlations: readonly (readonly (number | null)[])[]): number | null {
  const last = correlations.length - 1;
  if (last < 1 || correlations[last]![last] === null) return null;
  const usable = correlations.map((_, i) => i).filter((i) => correlations[i]![i] !== null && i !== last);
  const order = [...usable, last];
  const a = order.map((i) => order.map((j) => (i === j ? 1 : (correlations[i]![j] ?? 0))));
  for (let k = 0; k < order.length - 1; k++) {
    const pivot = a[k]![k]!;
    if (pivot < SMALLEST_PIVOT) continue;
    for (let i = k + 1; i < order.length; i++) {
      const factor = a[i]![k]! / pivot;
      for (let j = k + 1; j < order.length; j++) a[i]![j]! -= factor * a[k]![j]!;
    }
  }
  return Math.max(0, Math.min(1, 1 - a.at(-1)!.at(-1)!));
}
