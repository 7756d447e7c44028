import type { Measurement, RuleConfig } from '@leeway/contract';
import type { RuleDocument } from '../decide/evaluate-window.ts';
import type { Arrival } from './arrivals.ts';

/** Whether measurements are windows of the rule of which none is near its threshold. */
export type IsClear = (measurements: readonly Measurement[]) => { instances: number } | null;

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
  return (measurements) => {
    let instances = 0;
    for (const measurement of measurements) {
      if (!fits(rule.column, measurement.column) || !fits(rule.slice, measurement.slice)) continue;
      if (!isWell(measurement)) return null;
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

/** Whether each window was first measured after all windows before it. */
export function areInOrder(arrivals: readonly Arrival[]): boolean {
  const seen = new Set<number>();
  let newest = -Infinity;
  for (const { windowEnd } of arrivals) {
    if (seen.has(windowEnd)) continue;
    if (windowEnd < newest) return false;
    newest = windowEnd;
    seen.add(windowEnd);
  }
  return true;
}
