import { type DatasetConfig, durationMs, durationText, type TrainingWindow } from '@leeway/contract';

/** A stretch of time in milliseconds since 1970: `from` belongs to it, `to` does not. */
export interface Stretch {
  from: number;
  to: number;
}

/** The parts of a dataset. */
export interface DatasetWindow {
  /** How the window was found, in words. */
  words: string;
  /** The change that it begins at, where it does. */
  change: number | null;
  train: Stretch;
  /** Held out: the newest part. */
  recent: Stretch;
  /** Held out: a part from before. */
  old: Stretch | null;
}

export interface KnownTimes {
  /** The oldest and the newest row that has a label. */
  oldest: number;
  newest: number;
  /** The last change that somebody has dated. */
  change: number | null;
}

/** A window as it is written, whole. */
export const trainingWindow = ({ window }: Pick<DatasetConfig, 'window'>): TrainingWindow =>
  typeof window === 'string' ? { kind: 'trailing', length: window } : window;

/** How far back labelled rows are to be looked for at all; null for any time. */
export function reachMs(config: Pick<DatasetConfig, 'window' | 'oldRegime'>): number | null {
  const window = trainingWindow(config);
  const length = { trailing: 'length', since_change: 'most', growing: null }[window.kind];
  return length === null ? null : durationMs((window as Record<string, string>)[length]!);
}

/**
 * Divides time into what is trained on and what is held out. It is counted back from the newest label, so that labels which are
 * always late leave as much to train on.
 */
export function decideWindow(config: DatasetConfig, { oldest, newest, change }: KnownTimes): DatasetWindow {
  const window = trainingWindow(config);
  const end = newest + 1;
  const start = startOf(window, end, oldest, change);
  const atChange = window.kind === 'since_change' && change !== null && start === change;
  const recent = { from: Math.max(start, end - durationMs(config.holdout)), to: end };
  const embargo = durationMs(config.embargo);
  const length = config.oldRegime ? durationMs(config.oldRegime.length) : 0;
  const old = !config.oldRegime
    ? null
    : atChange
      ? { from: start - embargo - length, to: start - embargo }
      : { from: start, to: Math.min(start + length, recent.from) };
  const from = old && !atChange ? Math.min(recent.from, old.to + embargo) : start;
  const train = { from, to: Math.max(from, recent.from - embargo) };
  return { words: wordsOf(window, change !== null), change: atChange ? change : null, train, recent, old };
}

function startOf(window: TrainingWindow, end: number, oldest: number, change: number | null): number {
  switch (window.kind) {
    case 'trailing':
      return end - durationMs(window.length);
    case 'growing':
      return window.start === undefined ? Math.min(oldest, end) : Math.min(Date.parse(window.start), end);
    case 'since_change': {
      const [least, most] = [end - durationMs(window.least), end - durationMs(window.most)];
      return change === null ? most : Math.max(most, Math.min(change, least));
    }
  }
}

function wordsOf(window: TrainingWindow, changed: boolean): string {
  const text = (duration: string) => durationText(durationMs(duration));
  switch (window.kind) {
    case 'trailing':
      return `the newest ${text(window.length)}`;
    case 'growing':
      return window.start === undefined ? 'all rows' : `all rows since ${window.start}`;
    case 'since_change':
      return changed
        ? `since the last change, ${text(window.least)} to ${text(window.most)}`
        : `the newest ${text(window.most)}, since no change is known`;
  }
}
