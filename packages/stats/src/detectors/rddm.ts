import { defineDetector } from './detector.ts';

interface Concept {
  /** Values since the concept began, their error rate, and where it was lowest. */
  n: number;
  p: number;
  lowest: number;
  lowestP: number;
  lowestS: number;
  /** The newest values, a ring: the newest stands before `next`; `stored` of them belong to this concept. */
  recent: number[];
  next: number;
  stored: number;
  /** Values since the zone of warning was entered, or 0 outside of it. */
  warned: number;
}

/**
 * Reactive drift detection method: DDM with thresholds of its own, that does not grow deaf. After a drift the statistics are
 * computed again from the values since its warning; a warning that lasts longer than `warning_limit` is a drift; and a concept
 * longer than `max_concept_size` is cut back to its newest `buffer_size` values, which is no drift.
 *
 * When it is cut back, the minimum is computed again too. MOA's version keeps the old one, and then calls a stable stream a drift:
 * the deviation over 7,000 values is 2.39 times that over 40,000, and the threshold is 2.258.
 *
 * Source: Barros, Cabral, Gonçalves and Santos (2017), Expert Systems with Applications 90, 344-355.
 */
export const rddm = defineDetector({
  id: 'rddm',
  label: 'RDDM (reactive drift detection method)',
  input: 'error',
  warns: true,
  parameters: {
    warm_start: { default: 129, integer: true, minimum: 1, description: 'Values before the first test.' },
    warning_threshold: { default: 1.773, above: 0, description: 'Deviations above the minimum that are a warning.' },
    drift_threshold: { default: 2.258, above: 0, description: 'Deviations above the minimum that are a drift.' },
    max_concept_size: { default: 40_000, integer: true, minimum: 1, description: 'Longest concept.' },
    buffer_size: { default: 7_000, integer: true, minimum: 1, maximum: 1e6, description: 'What it is cut back to.' },
    warning_limit: { default: 1_400, integer: true, minimum: 1, description: 'Longest warning.' },
  },
  reference: 'Barros, Cabral, Gonçalves and Santos (2017), Expert Systems with Applications 90, 344-355',
  conflict: ({ warning_threshold, drift_threshold }) =>
    drift_threshold <= warning_threshold
      ? `drift_threshold (${drift_threshold}) must be above warning_threshold (${warning_threshold})`
      : null,

  start: (): Concept => ({
    ...{ n: 0, p: 0, lowest: Number.MAX_VALUE, lowestP: 0, lowestS: 0 },
    ...{ recent: [], next: 0, stored: 0, warned: 0 },
  }),

  step(since, value, parameters) {
    const { warm_start, warning_threshold, drift_threshold, max_concept_size, buffer_size, warning_limit } = parameters;
    since.recent[since.next] = value;
    since.next = (since.next + 1) % buffer_size;
    since.stored = Math.min(since.stored + 1, buffer_size);
    count(since, value, warm_start);
    if (since.n <= warm_start) return 'none';
    const reach = since.p + deviationOf(since);
    if (reach > since.lowestP + drift_threshold * since.lowestS) {
      since.warned++; // this value belongs to the new concept, too
      return 'drift';
    }
    if (reach > since.lowestP + warning_threshold * since.lowestS) {
      since.warned++;
      if (since.warned <= warning_limit) return 'warning';
      since.warned = 1;
      return 'drift';
    }
    since.warned = 0;
    if (since.n > max_concept_size) replay(since, since.stored, buffer_size, warm_start);
    return 'none';
  },

  afterDrift(since, { warm_start, buffer_size }) {
    replay(since, Math.min(since.warned, since.stored), buffer_size, warm_start);
    since.warned = 0;
    return since;
  },
});

const deviationOf = ({ n, p }: Concept): number => Math.sqrt((p * (1 - p)) / n);

function count(since: Concept, value: number, warmStart: number): void {
  since.n++;
  since.p += (value - since.p) / since.n;
  if (since.n <= warmStart) return;
  const s = deviationOf(since);
  if (since.p + s >= since.lowest) return;
  since.lowest = since.p + s;
  since.lowestP = since.p;
  since.lowestS = s;
}

/** Computes the error rate and its minimum again from the newest `length` values. */
function replay(since: Concept, length: number, bufferSize: number, warmStart: number): void {
  since.n = 0;
  since.p = 0;
  since.lowest = Number.MAX_VALUE;
  since.stored = length;
  for (let i = length; i > 0; i--) count(since, since.recent[(since.next - i + bufferSize) % bufferSize]!, warmStart);
}
