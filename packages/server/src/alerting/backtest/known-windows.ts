import type { AdaptiveThreshold, Measurement, RuleConfig } from '@leeway/contract';
import { leavesOf } from '../decide/combine-conditions.ts';
import { historyKey } from '../decide/evaluate-window.ts';
import { withMinimums } from '../decide/judge-leaf.ts';
import { type PastWindow, windowsBefore } from '../decide/learn-threshold.ts';

interface Learner {
  key: string;
  metric: string;
  minimumRows: number;
  threshold: AdaptiveThreshold;
  /** By the start of the window, then by "column|slice". */
  windows: Map<number, Map<string, PastWindow>>;
}

/** What the learned thresholds of a rule look back on: windows as they were known last, and never one that came later. */
export class KnownWindows {
  readonly #learners: Learner[];
  readonly #reference: ReadonlyMap<string, readonly PastWindow[]>;

  constructor(rule: RuleConfig, reference: ReadonlyMap<string, readonly PastWindow[]> = new Map()) {
    this.#reference = reference;
    this.#learners = leavesOf(rule).flatMap((leaf, position) => {
      const { metric, minimumRows, threshold } = withMinimums(rule, leaf);
      return threshold ? [{ key: historyKey(rule, position), metric, minimumRows, threshold, windows: new Map() }] : [];
    });
  }

  add(measurements: readonly Measurement[]): void {
    for (const { metric, minimumRows, windows } of this.#learners) {
      for (const { column, slice, windowStart, windowEnd, value, status, n, ...rest } of measurements) {
        if (rest.metric !== metric) continue;
        const start = Date.parse(windowStart);
        const known = windows.get(start) ?? new Map<string, PastWindow>();
        windows.set(start, known);
        const usable = status === 'ok' && n >= minimumRows ? value : null;
        known.set(`${column}|${slice}`, { column, slice, start, end: Date.parse(windowEnd), value: usable });
      }
    }
  }

  /** Of each condition that learns, what it may learn from for this window; undefined where none does. */
  before(start: number, end: number): Map<string, readonly PastWindow[]> | undefined {
    if (this.#learners.length === 0) return undefined;
    return new Map(
      this.#learners.map(({ key, threshold, windows }) => [
        key,
        threshold.from === 'reference'
          ? (this.#reference.get(key) ?? [])
          : windowsBefore(threshold, { start, end }).flatMap((at) => [...(windows.get(at)?.values() ?? [])]),
      ]),
    );
  }
}
