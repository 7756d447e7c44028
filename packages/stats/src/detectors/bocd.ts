import { defineDetector } from './detector.ts';

interface RunLengths {
  /** Values since the last drift. */
  n: number;
  /** For each run length that is held possible, the oldest first: length, log of its share, mean of its values with the prior. */
  lengths: number[];
  logs: number[];
  means: number[];
}

/**
 * Bayesian online change-point detection: keeps how probable each length of the present run is, for normal values of known
 * variance whose mean changes at a constant rate (`hazard`). A drift when the most probable run began after the beginning.
 *
 * Exact as long as no more than `max_runs` run lengths are held possible; beyond, the least probable one is given up, never that
 * of the whole stream. Time and room for a value: O(max_runs).
 *
 * The prior and the variance are in the units of the values. Scale the values, or set them.
 *
 * Source: Adams and MacKay (2007), arXiv:0710.3742.
 */
export const bocd = defineDetector({
  id: 'bocd',
  label: 'BOCD (Bayesian online change-point detection)',
  input: 'number',
  parameters: {
    hazard: { default: 0.01, above: 0, below: 1, description: 'Chance of a change at each value.' },
    prior_mean: { default: 0, description: 'Mean that a run is expected to have.' },
    prior_variance: { default: 1, above: 0, description: 'Variance of that mean between runs.' },
    data_variance: { default: 1, above: 0, description: 'Variance of values within a run.' },
    min_instances: { default: 30, integer: true, minimum: 1, description: 'Values before the first answer.' },
    max_runs: { default: 300, integer: true, minimum: 2, maximum: 100_000, description: 'Run lengths held possible.' },
  },
  reference: 'Adams and MacKay (2007), arXiv:0710.3742',

  start: ({ prior_mean }): RunLengths => ({ n: 0, lengths: [0], logs: [0], means: [prior_mean] }),

  step(since, value, { hazard, prior_mean, prior_variance, data_variance, min_instances, max_runs }) {
    const { lengths, logs, means } = since;
    since.n++;
    for (let i = 0; i < logs.length; i++) {
      const precision = 1 / prior_variance + lengths[i]! / data_variance;
      const variance = 1 / precision + data_variance;
      const deviation = value - means[i]!;
      logs[i]! -= 0.5 * Math.log(2 * Math.PI * variance) + (deviation * deviation) / (2 * variance);
      means[i]! += deviation / (data_variance * precision + 1);
      lengths[i]!++;
    }
    const evidence = logSumExp(logs);
    for (let i = 0; i < logs.length; i++) logs[i]! += Math.log1p(-hazard) - evidence;
    logs.push(Math.log(hazard));
    lengths.push(0);
    means.push(prior_mean);
    if (logs.length > max_runs) forget(since);
    return since.n >= min_instances && indexOfMost(logs) !== 0 ? 'drift' : 'none';
  },
});

function logSumExp(logs: readonly number[]): number {
  let most = -Infinity;
  for (const log of logs) most = Math.max(most, log);
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - most);
  return most + Math.log(sum);
}

/** The last where several are the same, so that the younger run wins. */
function indexOfMost(logs: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < logs.length; i++) if (logs[i]! >= logs[best]!) best = i;
  return best;
}

function forget({ lengths, logs, means }: RunLengths): void {
  let least = 1;
  for (let i = 2; i < logs.length; i++) if (logs[i]! < logs[least]!) least = i;
  for (const list of [lengths, logs, means]) list.splice(least, 1);
}
