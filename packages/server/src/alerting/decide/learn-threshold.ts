import { type AdaptiveThreshold, seasonMs } from '@leeway/contract';
import { type LearnedThreshold, seasonalThreshold, type ThresholdOptions, thresholdOf } from '@leeway/stats';

/** The value of one instance of a rule in a window other than the one that is judged. */
export interface PastWindow {
  column: string;
  slice: string;
  start: number;
  end: number;
  value: number | null;
}

interface Window {
  start: number;
  end: number;
}

const DAY = 86_400_000;
const SIDES = { above: 'upper', below: 'lower', outside: 'both' } as const satisfies Record<
  AdaptiveThreshold['side'],
  ThresholdOptions['side']
>;

/**
 * Starts of the windows before this one that a threshold looks back on, newest first. With a season and no adjustment only
 * those at the same place of it.
 */
export function windowsBefore({ windows, season, adjust }: AdaptiveThreshold, { start, end }: Window): number[] {
  const length = end - start;
  const starts: number[] = [];
  // Windows whose length does not fit into the season hardly ever meet the same place of it again.
  const farthest = start - windows * Math.max(length, adjust || !season ? 0 : seasonMs(season));
  for (let before = start - length; starts.length < windows && before >= farthest; before -= length) {
    if (adjust || !season || samePlace(season, before, start)) starts.push(before);
  }
  return starts;
}

function samePlace(season: NonNullable<AdaptiveThreshold['season']>, a: number, b: number): boolean {
  const unit = season === 'weekday' ? DAY : 1;
  return ((Math.floor(b / unit) - Math.floor(a / unit)) * unit) % seasonMs(season) === 0;
}

/**
 * The threshold for a window, learned from others. Windows in which the rule fired, or that were over the threshold, are left
 * out: what was bad is not the yardstick of what is well. The window itself is never among them.
 */
export function learnThreshold(
  threshold: AdaptiveThreshold,
  { window, past, bad }: { window: Window; past: readonly PastWindow[]; bad: readonly number[] },
): LearnedThreshold {
  const { method, k, quantiles, side, from, season, adjust } = threshold;
  const options = { method, k, quantiles, side: SIDES[side] };
  const unusable = new Set(bad);
  const values = new Map(past.filter(({ end }) => !unusable.has(end)).map(({ start, value }) => [start, value]));
  values.delete(window.start);
  if (from === 'reference') return thresholdOf([...values.values()], options);
  const series = windowsBefore(threshold, window).map((start) => values.get(start) ?? null);
  if (!adjust || !season) return thresholdOf(series, options);
  return seasonalThreshold(series.toReversed(), Math.round(seasonMs(season) / (window.end - window.start)), options);
}
