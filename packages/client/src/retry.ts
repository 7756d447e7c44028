import type { LeewayClientError } from './errors.ts';

export interface RetryPolicy {
  /** How often a request is made at most; Infinity for as long as it takes. */
  attempts: number;
  /** The first wait is a random part of this, each next one of twice as much. */
  baseMs: number;
  /** Waits are a random part of this at most. */
  mostMs: number;
  /** A server that wants to be left alone for longer than this is not asked again. */
  mostRetryAfterMs: number;
}

/** Answers after which the same request may do better. All that is sent carries ids, so sending it twice does no harm. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504, 507]);

/**
 * How long to wait before the next attempt, or null to give up. Full jitter: clients that failed together do not come back
 * together; what the server asks for with Retry-After comes on top, so nobody comes back before that.
 */
export function decideRetry(
  error: LeewayClientError,
  attempt: number,
  policy: RetryPolicy,
  random: () => number,
): number | null {
  if (attempt >= policy.attempts || !isPassing(error)) return null;
  const asked = error.retryAfterMs ?? 0;
  if (asked > policy.mostRetryAfterMs) return null;
  return asked + random() * Math.min(policy.mostMs, policy.baseMs * 2 ** (attempt - 1));
}

export function isPassing(error: LeewayClientError): boolean {
  if (error.status === null) return error.code === 'unreachable' || error.code === 'timeout';
  return PASSING.has(error.status);
}

/** Milliseconds of a Retry-After header, given as seconds or as a date; null where it is absent or can't be read. */
export function parseRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
