import { durationText, type ExecutionState } from '@leeway/contract';
import type { ExecutorTrouble, Look, Started } from '../executors/executor.ts';

/** What is known of a training before something is heard of it. */
export interface Known {
  state: ExecutionState;
  /** Whether the executor is known to have begun it. */
  begun: boolean;
  attempts: number;
  troubleSince: number | null;
  cancelAskedAt: number | null;
}

export type Heard =
  | { of: 'start'; started: Started }
  | { of: 'look'; look: Look }
  /** The executor was asked to end it, and heard it. */
  | { of: 'cancel' }
  | { of: 'trouble'; trouble: ExecutorTrouble; message: string; retryAfterMs: number | null }
  /** Nobody was asked: it is to end, and nobody was ever asked to begin it. */
  | { of: 'nothing' };

export interface Times {
  now: number;
  /** Why it is to end, if it is: somebody cancelled the run, or its time is up. */
  stop: 'cancelled' | 'timed_out' | null;
  pollMs: number;
}

export interface Change {
  state: ExecutionState;
  native?: string | null;
  reason?: string | null;
  trouble?: string | null;
  troubleSince?: number | null;
  cancelAskedAt?: number;
}

const MINUTE = 60_000;
/** How long an executor may be out of reach before a training that may never have begun is given up. */
const START_PATIENCE_MS = 30 * MINUTE;
/** How long it may say that there is no such training before that is believed: what has just begun may not be listed yet. */
const GONE_PATIENCE_MS = 2 * MINUTE;
/** How long a training that was asked to end may take. */
const CANCEL_PATIENCE_MS = 5 * MINUTE;
const LONGEST_WAIT_MS = MINUTE;

const ENDED: ReadonlySet<ExecutionState> = new Set(['succeeded', 'failed', 'cancelled', 'timed_out', 'skipped']);

export const hasEnded = (state: ExecutionState): boolean => ENDED.has(state);

/** What a training becomes by what was heard of it, and after how many milliseconds it is looked at again. Pure. */
export function nextExecution(known: Known, heard: Heard, times: Times): { change: Change; waitMs: number } {
  const change = changeOf(known, heard, times);
  return { change, waitMs: hasEnded(change.state) ? 0 : waitOf(known, heard, times) };
}

function changeOf(known: Known, heard: Heard, { now, stop }: Times): Change {
  const well = { trouble: null, troubleSince: null };
  switch (heard.of) {
    case 'start':
      return { state: 'queued', ...well };
    case 'look': {
      const { state, native, reason = null } = heard.look;
      // Some executors have no word for it: what was asked to end has failed there.
      const stopped = stop && known.cancelAskedAt !== null && (state === 'failed' || state === 'cancelled');
      if (stopped) return { state: stop, native, reason, ...well };
      if (!hasEnded(state) && overdue(known, now)) return { ...givenUp(stop, now - known.cancelAskedAt!), native };
      return { state, native, reason, ...well };
    }
    case 'cancel':
      return { state: 'cancelling', cancelAskedAt: known.cancelAskedAt ?? now, ...well };
    case 'nothing':
      return {
        state: stop ?? 'cancelled',
        reason: known.attempts > 0 ? 'whether it began could not be found out' : 'it had not begun',
      };
    case 'trouble':
      return troubled(known, heard, now, stop);
  }
}

function troubled(known: Known, heard: Extract<Heard, { of: 'trouble' }>, now: number, stop: Times['stop']): Change {
  const since = known.troubleSince ?? now;
  const { trouble, message } = heard;
  const failed = (reason: string): Change => ({
    state: stop ?? 'failed',
    reason,
    trouble: message,
    troubleSince: since,
  });
  if (overdue(known, now)) return givenUp(stop, now - known.cancelAskedAt!);
  if (!known.begun) {
    // Nothing there has the name that the configuration gives, so that nothing can have begun.
    if (trouble === 'refused' || trouble === 'gone') return failed(message);
    if (now - since > START_PATIENCE_MS) {
      return failed(`it could not be begun for ${durationText(START_PATIENCE_MS)}: ${message}`);
    }
  } else if (trouble === 'gone' && now - since >= GONE_PATIENCE_MS) {
    return failed(`the executor does not know it any more: ${message}`);
  } else if (trouble === 'refused') {
    return failed(message);
  }
  return { state: known.state, trouble: message, troubleSince: since };
}

const overdue = ({ cancelAskedAt }: Known, now: number): boolean =>
  cancelAskedAt !== null && now - cancelAskedAt > CANCEL_PATIENCE_MS;

const givenUp = (stop: Times['stop'], waitedMs: number): Change => ({
  state: stop ?? 'cancelled',
  reason: `it was asked to end, and had not after ${durationText(Math.floor(waitedMs / 1_000) * 1_000)}; look whether it still runs`,
});

function waitOf({ troubleSince }: Known, heard: Heard, { now, pollMs }: Times): number {
  if (heard.of !== 'trouble') return pollMs;
  if (heard.retryAfterMs !== null) return Math.min(LONGEST_WAIT_MS, Math.max(heard.retryAfterMs, pollMs));
  // As long again as it has lasted, so that waits double.
  return Math.min(LONGEST_WAIT_MS, Math.max(1_000, pollMs, now - (troubleSince ?? now)));
}
