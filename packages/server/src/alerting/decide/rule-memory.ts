import type { LeafVerdict } from './combine-conditions.ts';
import type { Sample } from './judge-measurement.ts';
import { type InstanceState, RESTING } from './next-state.ts';

/** What one condition of a rule made of a window. */
export interface Seen {
  /** Of the measurement; -1 where there was none. A higher one takes its place. */
  revision: number;
  verdict: LeafVerdict;
  value: number | null;
  /** Kept where the condition is against the window before: when that one is revised, this one is judged anew. */
  sample?: Sample;
}

/** A window that an instance of a rule has taken in. */
export interface TakenWindow {
  end: number;
  /** One for each condition of the rule. */
  seen: Seen[];
  /** Whether labels may still change it. */
  open: boolean;
}

/** What is kept of an instance: how things stood before the windows that may still be revised, these windows, and how things stand. */
export interface RuleMemory {
  /** End of the newest window. */
  windowEnd: number;
  /** Highest revision of the newest window's measurements. */
  revision: number;
  /** Windows that end here or before are settled, and in `base`. */
  floor: number;
  base: InstanceState;
  /** Oldest first, at most `KEPT`. */
  windows: TakenWindow[];
  current: InstanceState;
  /**
   * What the open alert is known by: `since` as it was when the alert began. A revision may move the beginning of an
   * episode; the alert stays the same.
   */
  alert: number | null;
  /** `since` of the present episode, or of the last one that there was. */
  began: number | null;
}

/** Of each instance, the windows that may still be judged anew. An older one is what it was. */
export const KEPT = 32;

/** How a state goes on over a window. */
export type Play = (state: InstanceState, window: TakenWindow) => InstanceState;

/** The state on which a window is judged: after all windows before it. Null for a window that is settled. */
export function stateBefore(memory: RuleMemory | null, end: number, play: Play): InstanceState | null {
  if (!memory) return RESTING;
  if (end <= memory.floor) return null;
  if (end > memory.windowEnd) return memory.current;
  return memory.windows.filter((window) => window.end < end).reduce(play, memory.base);
}

/**
 * Takes a window into the memory of an instance. One that was taken in before is revised, condition by condition, and
 * everything after it is played again: in whatever order revisions come, the state is that of their last values in order of
 * the windows. Null if there is nothing new in it.
 */
export function takeIn(memory: RuleMemory | null, window: TakenWindow, play: Play): RuleMemory | null {
  // What lies before the first window ever seen is none of this instance's business.
  const floor = memory?.floor ?? window.end - 1;
  if (window.end <= floor) return null;
  const known = memory?.windows.find(({ end }) => end === window.end);
  const merged = known ? merge(known, window) : window;
  if (merged === known) return null;
  const windows = [...(memory?.windows ?? []).filter((other) => other !== known), merged].sort((a, b) => a.end - b.end);
  let base = memory?.base ?? RESTING;
  let settled = floor;
  while (windows.length > KEPT || (windows.length > 1 && !windows[0]!.open)) {
    const oldest = windows.shift()!;
    base = play(base, oldest);
    settled = oldest.end;
  }
  const newest = windows.at(-1)!;
  const current = windows.reduce(play, base);
  const revision = Math.max(0, ...newest.seen.map((seen) => seen.revision));
  const alert = current.since === null ? null : (memory?.alert ?? current.since);
  const began = current.since ?? memory?.current.since ?? memory?.began ?? null;
  return { windowEnd: newest.end, revision, floor: settled, base, windows, current, alert, began };
}

/** Of each condition the higher revision; the known window itself where nothing is new. */
function merge(known: TakenWindow, window: TakenWindow): TakenWindow {
  const newer = window.seen.map((seen, i) => seen.revision > (known.seen[i]?.revision ?? -1));
  const open = known.open && window.open;
  if (!newer.includes(true) && open === known.open) return known;
  return { end: known.end, open, seen: window.seen.map((seen, i) => (newer[i] ? seen : (known.seen[i] ?? seen))) };
}

/** A memory as an earlier release wrote it: of the last window alone. */
interface FormerMemory {
  windowEnd: number;
  revision: number;
  current: Omit<InstanceState, 'values' | 'blank'> & { value: number | null };
}

/** Reads a memory back, also one of an earlier release. */
export function readMemory(memory: RuleMemory | FormerMemory): RuleMemory {
  if ('windows' in memory) return memory;
  const { windowEnd, revision } = memory;
  const { value, ...rest } = memory.current;
  const current = { ...rest, blank: 0, values: [value] };
  return {
    windowEnd,
    revision,
    floor: windowEnd,
    base: current,
    windows: [],
    current,
    alert: current.since,
    began: current.since,
  };
}
