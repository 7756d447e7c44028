import type { Measurement, RuleConfig } from '@leeway/contract';
import { instanceKey, type RuleDocument } from '../decide/evaluate-window.ts';
import type { Arrival } from './arrivals.ts';

/** How many instances of the rule these measurements are about, if each has been seen before and is plainly well; else null. */
export type IsClear = (
  measurements: readonly Measurement[],
  memories: ReadonlyMap<string, RuleDocument>,
) => { instances: number } | null;

/**
 * A quick test for windows that are plainly well: while nothing is pending or fires, such a window changes nothing, and most windows are
 * such. It says "no" wherever it is not sure, and null for rules that it does not know: those that look at other windows or at several
 * metrics. What it skips is what the state machine would have passed over, which a test compares for random rules and histories.
 */
export function skimmer(rule: RuleConfig): IsClear | null {
  const { all, any, not, expression, threshold, against, relative, clear, outside } = rule;
  if (all || any || not || expression !== undefined || threshold || against === 'previous') return null;
  if (outside && (rule.above !== undefined || rule.below !== undefined)) return null;
  const fits = (wanted: string | undefined, actual: string) =>
    wanted === '*' ? actual !== '' : actual === (wanted ?? '');
  const lowest = outside?.[0] ?? rule.below;
  const highest = outside?.[1] ?? rule.above;
  // The farther of threshold and `clear`, on whichever side of the threshold that lies: at worst a window is looked at in full.
  const floor = Math.max(lowest ?? -Infinity, lowest === undefined ? -Infinity : (clear ?? -Infinity));
  const ceiling = Math.min(highest ?? Infinity, highest === undefined ? Infinity : (clear ?? Infinity));
  const isWell = ({ status, value, n, coverage, reference }: Measurement): boolean => {
    if (status !== 'ok' || value === null || n < rule.minimumRows) return false;
    if (coverage !== null && coverage < rule.minimumCoverage) return false;
    if (against === 'absolute') return value >= floor && value <= ceiling;
    if (reference === null || (relative && reference === 0)) return false;
    const unit = relative ? Math.abs(reference) : 1;
    return value >= reference + floor * unit && value <= reference + ceiling * unit;
  };
  return (measurements, memories) => {
    let instances = 0;
    for (const measurement of measurements) {
      if (!fits(rule.column, measurement.column) || !fits(rule.slice, measurement.slice)) continue;
      const { column, slice } = measurement;
      if (!isWell(measurement) || !memories.has(instanceKey(rule.name, `${column}|${slice}`))) return null;
      instances += 1;
    }
    return { instances };
  };
}

/** Whether nothing of an instance is pending or fires, and no window that it has taken in may still change. */
export const isAtRest = ({ memory: { current, windows } }: RuleDocument): boolean =>
  current.status === 'inactive' &&
  current.blank === 0 &&
  !current.noData &&
  !current.recent.includes(true) &&
  windows.every(({ open }) => !open);

/**
 * Of each arrival whether all that came before is about windows before it, and all that comes later about windows after it: only then
 * nothing that is judged later can look back on it.
 */
export function areInPlace(arrivals: readonly Arrival[]): boolean[] {
  let oldest = Infinity;
  const inPlace = arrivals.map(() => false);
  for (let i = arrivals.length - 1; i >= 0; i--) {
    inPlace[i] = arrivals[i]!.windowEnd < oldest;
    oldest = Math.min(oldest, arrivals[i]!.windowEnd);
  }
  let newest = -Infinity;
  for (const [i, { windowEnd }] of arrivals.entries()) {
    inPlace[i] &&= windowEnd > newest;
    newest = Math.max(newest, windowEnd);
  }
  return inPlace;
}
