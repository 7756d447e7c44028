import type { RuleConfig } from '@leeway/contract';
import type { Verdict } from './judge-measurement.ts';

export type Status = 'inactive' | 'pending' | 'firing' | 'recovering';

/** Where one instance of a rule stands after a window. */
export interface InstanceState {
  status: Status;
  /** Whether each of the last windows was a breach, newest last; as many as the rule looks back. */
  recent: boolean[];
  /** Well windows in a row while it is open. */
  well: number;
  /** Windows without data in a row, where the rule counts them by `noDataFor`. */
  blank: number;
  /** Whether the window had no or too few data, or its measurement failed; apart from the status. */
  noData: boolean;
  /** End of the first window of the present episode. */
  since: number | null;
  /** Of each condition the last value there was, for those against the window before. */
  values: (number | null)[];
  /** Ends of windows that were over the threshold, or in which it fired: a learned threshold learns nothing from them. */
  bad?: number[];
}

export interface Observation {
  windowEnd: number;
  verdict: Verdict;
  /** Of each condition; null where it had none to go by. */
  values: readonly (number | null)[];
}

export type StatePolicy = Pick<RuleConfig, 'for' | 'of' | 'keepFiring' | 'noData' | 'noDataFor' | 'onError'> & {
  /** Whether a threshold of the rule is learned. */
  learns: boolean;
};

/** A threshold looks back on so many windows at most. */
const MOST_BAD = 2_000;

export const RESTING: InstanceState = {
  status: 'inactive',
  recent: [],
  well: 0,
  blank: 0,
  noData: false,
  since: null,
  values: [],
};

/**
 * The state after one more window. `for` windows in a row must be over the threshold, or `for` of the last `of`; while it fires
 * a single window over the threshold keeps it, and `keepFiring` well windows are waited for before one more ends it. All of it
 * counts windows, not time: how late a window is evaluated, and how long the server was away, changes nothing.
 */
export function nextState(from: InstanceState, observation: Observation, policy: StatePolicy): InstanceState {
  const { verdict, values, windowEnd } = observation;
  const next = step(from, verdict, windowEnd, policy);
  next.values = values.map((value, i) => value ?? from.values[i] ?? null);
  if (policy.learns && (verdict === 'breach' || next.status !== 'inactive')) {
    next.bad = [...(from.bad ?? []), windowEnd].slice(-MOST_BAD);
  }
  return next;
}

function step(from: InstanceState, verdict: Verdict, windowEnd: number, policy: StatePolicy): InstanceState {
  const noData = verdict === 'no_data' || verdict === 'error';
  const means = noData ? (verdict === 'error' ? policy.onError : policy.noData) : null;
  // Windows without data that have a `for` of their own are counted apart; for all else such a window keeps the state.
  const apart = verdict === 'no_data' && means === 'alert' && policy.noDataFor !== undefined;
  const blank = apart ? from.blank + 1 : 0;
  const dark = apart && blank >= policy.noDataFor!;
  const kept = means === 'keep' || means === 'separate' || apart;
  const seen = verdict === 'breach' || (means === 'alert' && !apart);
  const well = verdict === 'clear' || means === 'ok';
  // A window that keeps the state stands for another like the one before it.
  const breach = kept ? (from.recent.at(-1) ?? false) : seen;
  const span = Math.max(policy.of ?? 0, policy.for);
  const recent = policy.of === undefined && !breach ? [] : [...from.recent, breach].slice(-span);
  const holds = recent.filter(Boolean).length >= policy.for;

  const next = { ...from, recent, noData, blank };
  const open = from.status === 'firing' || from.status === 'recovering';
  if (!open) {
    // It begins to fire on a window that was seen to be bad, never on a gap.
    // The oldest of the windows looked back on is none that the next one could still be added to.
    const begun = recent.slice(1 - span).includes(true) || blank > 0;
    const status = (holds && seen) || dark ? 'firing' : begun ? 'pending' : 'inactive';
    return { ...next, status, well: 0, since: status === 'inactive' ? null : (from.since ?? windowEnd) };
  }
  if (kept && !dark) return next;
  if (!well || holds) return { ...next, status: 'firing', well: 0 };
  if (from.well < policy.keepFiring) return { ...next, status: 'recovering', well: from.well + 1 };
  return { ...next, status: 'inactive', recent: [], well: 0, since: null };
}
