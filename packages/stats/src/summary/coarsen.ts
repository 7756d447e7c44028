import type { NumericSummary } from './column-summary.ts';
import { assertSameBins } from './merge-summaries.ts';

/**
 * The same rows over at most `k` bins of nearly equal mass in the `reference`. It keeps, for each j = 1 .. k-1, the
 * fine edge whose cumulative reference share lies nearest to j/k, so no kept bin is empty in the reference.
 * A summary with k bins or fewer stays as it is: few-valued columns keep their bins for unseen values.
 *
 * @throws Error when the summary and the reference have different edges.
 */
export function coarsen(summary: NumericSummary, k: number, reference: NumericSummary = summary): NumericSummary {
  assertSameBins(summary, reference);
  if (summary.bins.length <= k) return summary;
  const cuts = cutsOfEqualMass(reference.bins, k);
  return {
    ...summary,
    edges: cuts.map((cut) => summary.edges[cut - 1]!),
    bins: sumBetween(summary.bins, cuts),
    sums: sumBetween(summary.sums, cuts),
  };
}

/** Ascending positions in `bins`, each the start of a new group, such that every group has mass. */
function cutsOfEqualMass(bins: readonly number[], k: number): number[] {
  const total = bins.reduce((sum, count) => sum + count, 0);
  const cuts: number[] = [];
  let bin = 0;
  let below = 0;
  let lastMass = 0;
  for (let j = 1; j < k; j++) {
    const target = (j * total) / k;
    while (below + bins[bin]! < target) below += bins[bin++]!;
    const above = below + bins[bin]!;
    const [cut, mass] = target - below < above - target ? [bin, below] : [bin + 1, above];
    if (mass > lastMass && mass < total) {
      cuts.push(cut);
      lastMass = mass;
    }
  }
  return cuts;
}

function sumBetween(values: readonly number[], cuts: readonly number[]): number[] {
  return [0, ...cuts].map((start, g) => {
    let sum = 0;
    for (let i = start; i < (cuts[g] ?? values.length); i++) sum += values[i]!;
    return sum;
  });
}
