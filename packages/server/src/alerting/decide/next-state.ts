import type { NoDataPolicy, RuleConfig } from '@leeway/contract';
import type { z } from 'zod';
import type { Verdict } from './judge-measurement.ts';

type Status = 'inactive' | 'pending' | 'firing' | 'recovering';

/** Where one instance of a rule stands after a window. */
export interface InstanceState {
  status: Status;
  /** Whether each of the last windows was a breach, newest last; as many as the rule looks back. */
  recent: boolean[];
  /** Well windows in a row while it is open. */
  well: number;
  /** Whether the window had no or too few data; apart from the status. */
  noData: boolean;
  /** End of the first window of the present episode: with it an episode has one identity, whatever is replayed. */
  since: number | null;
  /** The last value there was, for rules against the window before. */
  value: number | null;
  /** Ends of windows that were over the threshold, or in which it fired: a learned threshold learns nothing from them. */
  bad?: number[];
}

/** What is kept of an instance: the last window taken in, and how things stood before it, to judge it anew. */
export interface RuleMemory {
  windowEnd: number;
  revision: number;
  before: InstanceState;
  current: InstanceState;
}

export interface Observation {
  windowEnd: number;
  revision: number;
  verdict: Verdict;
  value: number | null;
}

export type StatePolicy = Pick<RuleConfig, 'for' | 'of' | 'keepFiring' | 'threshold'> & {
  noData: z.infer<typeof NoDataPolicy>;
};

export interface Transition {
  from: Status;
  to: Status;
}

/** A threshold looks back on so many windows at most. */
const MOST_BAD = 2_000;

const RESTING: InstanceState = {
  status: 'inactive',
  recent: [],
  well: 0,
  noData: false,
  since: null,
  value: null,
};

/**
 * The state on which a window has to be judged: the present one for a new window, the one before for a higher revision of
 * the last window, and null for a window that was taken in already or that is older.
 */
export function stateBefore(
  memory: RuleMemory | null,
  { windowEnd, revision }: Pick<Observation, 'windowEnd' | 'revision'>,
): InstanceState | null {
  if (!memory || windowEnd > memory.windowEnd) return memory?.current ?? RESTING;
  return windowEnd === memory.windowEnd && revision > memory.revision ? memory.before : null;
}

/**
 * Takes one window into the memory of an instance. `for` windows in a row must be over the threshold, or `for` of the last
 * `of`; while it fires a single window over the threshold keeps it, and `keepFiring` well windows are waited for before one
 * more ends it. All of it counts windows, not time: how late a window is evaluated changes nothing.
 */
export function nextState(
  memory: RuleMemory | null,
  observation: Observation,
  policy: StatePolicy,
): { memory: RuleMemory | null; transition: Transition | null } {
  const before = stateBefore(memory, observation);
  if (!before) return { memory, transition: null };
  const { windowEnd, revision, verdict } = observation;
  const current = step(before, observation, policy);
  // A revision is told as the change that people see: from how the window stood until now.
  const from = memory?.current.status ?? 'inactive';
  if (policy.threshold && (verdict === 'breach' || current.status !== 'inactive')) {
    current.bad = [...(before.bad ?? []), windowEnd].slice(-MOST_BAD);
  }
  return {
    memory: { windowEnd, revision, before, current },
    transition: from === current.status ? null : { from, to: current.status },
  };
}

function step(from: InstanceState, { verdict, value, windowEnd }: Observation, policy: StatePolicy): InstanceState {
  const noData = verdict === 'no_data';
  const kept = noData && policy.noData === 'keep';
  const seen = verdict === 'breach' || (noData && policy.noData === 'alert');
  const well = verdict === 'clear' || (noData && policy.noData === 'ok');
  // A window without data that keeps the state stands for another like the one before it.
  const breach = kept ? (from.recent.at(-1) ?? false) : seen;
  const span = Math.max(policy.of ?? 0, policy.for);
  const recent = policy.of === undefined && !breach ? [] : [...from.recent, breach].slice(-span);
  const holds = recent.filter(Boolean).length >= policy.for;

  const next = { ...from, recent, noData, value: noData ? from.value : value };
  const open = from.status === 'firing' || from.status === 'recovering';
  if (!open) {
    // It begins to fire on a window that was seen to be bad, never on a gap.
    // The oldest of the windows looked back on is none that the next one could still be added to.
    const begun = recent.slice(1 - span).includes(true);
    const status = holds && seen ? 'firing' : begun ? 'pending' : 'inactive';
    return { ...next, status, well: 0, since: status === 'inactive' ? null : (from.since ?? windowEnd) };
  }
  if (kept) return next;
  if (!well || holds) return { ...next, status: 'firing', well: 0 };
  if (from.well < policy.keepFiring) return { ...next, status: 'recovering', well: from.well + 1 };
  return { ...next, status: 'inactive', recent: [], well: 0, since: null };
}
