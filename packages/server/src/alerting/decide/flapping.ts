import type { FlappingConfig } from '@leeway/contract';

export interface FlapPolicy {
  windows: number;
  high: number;
  low: number;
}

const DEFAULTS: FlapPolicy = { windows: 20, high: 0.5, low: 0.25 };

/** What a rule says of flapping; null if it never counts as that. */
export const flapPolicy = (config: FlappingConfig | undefined): FlapPolicy | null =>
  config === false ? null : (config ?? DEFAULTS);

/** Times at which an alert's instance began to fire or was over, whichever episode it was, and how long its windows are. */
export interface Changes {
  at: readonly number[];
  windowMs: number;
}

/** How often it changed within the windows looked back on. A change of just so long ago is no longer among them. */
export const changesWithin = ({ at, windowMs }: Changes, { windows }: FlapPolicy, now: number): number =>
  at.filter((time) => time > now - windows * windowMs && time <= now).length;

/** Whether it flaps: more changes than `high` begin it, and only as few as `low` end it. */
export function isFlapping(was: boolean, changes: Changes, policy: FlapPolicy, now: number): boolean {
  const share = changesWithin(changes, policy, now) / policy.windows;
  return was ? share > policy.low : share > policy.high;
}

/** When it is steady if nothing changes any more: so many of its changes are too long ago then. */
export function steadyAt({ at, windowMs }: Changes, { windows, low }: FlapPolicy): number | null {
  const most = Math.floor(low * windows + 1e-9);
  const newestFirst = at.toSorted((a, b) => b - a);
  const last = newestFirst[most];
  return last === undefined ? null : last + windows * windowMs;
}
