import type { Delivery } from '@leeway/contract';
import type { Outcome } from './channel.ts';

export type FailureClass = NonNullable<Delivery['failure']>;
export type Failed = Exclude<Outcome, { outcome: 'sent' }>;

const FIRST_MS = 5_000;
const MOST_MS = 30 * 60_000;
const DAY_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;
/** What a service may ask of us to rest, at most: a header with nonsense in it must not stop a channel for ever. */
const MOST_REST_MS = DAY_MS;

/** What kind of failure a try was. An answer that refuses the login is `auth` even where it may pass. */
export function failureClass({ outcome, reason }: Failed): FailureClass {
  if (reason === 'auth' || reason === 'rate_limited') return reason;
  return outcome === 'permanent' ? 'permanent' : 'transient';
}

/**
 * How long a message is tried before it has failed, in milliseconds. What is critical must reach somebody: where another channel
 * stands by, it goes there within the hour.
 */
export const horizonMs = (severity: string, failover: boolean): number =>
  severity === 'critical' && failover ? HOUR_MS : DAY_MS;

/**
 * Milliseconds until the next try, or null if there is none. The wait is drawn from zero to a bound that doubles (full jitter),
 * so that many that failed together do not come back together; it is never shorter than what the receiver asked for. The last
 * try is when the time is up.
 */
export function decideRetry(
  failed: Failed,
  {
    attempts,
    since,
    now,
    chance,
    horizonMs,
  }: { attempts: number; since: number; now: number; chance: number; horizonMs: number },
): number | null {
  if (failed.outcome === 'permanent') return null;
  const bound = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 20));
  const leastMs = Math.max(1_000, failed.retryAfterMs ?? 0);
  const leftMs = horizonMs - (now - since);
  return leastMs > leftMs ? null : Math.min(leftMs, Math.max(leastMs, Math.round(chance * bound)));
}

/** How long the whole channel rests after this, in milliseconds: a limit of the service is one for all that go there. */
export function decideRest(failed: Failed, delayMs: number | null): number {
  if (failureClass(failed) !== 'rate_limited') return 0;
  return Math.min(MOST_REST_MS, failed.retryAfterMs ?? delayMs ?? FIRST_MS);
}

export interface Thread {
  /** Whether the channel may have heard of the group since all was last over. */
  told: boolean;
  /** The channel that heard of it in its place. */
  handedTo: string | null;
}

/**
 * Whether a queued message has lost its point: an end of what the channel never heard of, or a beginning whose end waits behind
 * it. `perhapsSent` says that a try of this very message may have got through, as one that the process did not survive.
 */
export function isSuperseded(input: {
  reason: string;
  thread: Thread;
  endWaits: boolean;
  perhapsSent: boolean;
}): boolean {
  if (input.reason === 'test' || input.thread.told || input.perhapsSent) return false;
  return input.reason === 'all resolved' || input.endWaits;
}
