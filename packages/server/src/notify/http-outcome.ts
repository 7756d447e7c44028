import type { OutboundResponse } from '../platform/outbound.ts';
import type { FailureReason, Outcome } from './channel.ts';
import { cut, plain } from './format.ts';

/** What an HTTP status means for a message. A redirect is not followed, so it is a refusal. */
export function judgeResponse(response: Pick<OutboundResponse, 'status' | 'headers' | 'body'>, now: number): Outcome {
  const { status, headers, body } = response;
  if (status >= 200 && status < 300) return { outcome: 'sent' };
  const [outcome, reason] = judgeStatus(status);
  const retryAfterMs = outcome === 'retry' ? parseRetryAfter(headers['retry-after'], now) : undefined;
  const said = plain(body, 200);
  return {
    outcome,
    reason,
    detail: cut(`HTTP ${status}${said ? `: ${said}` : ''}`, 240),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function judgeStatus(status: number): ['retry' | 'permanent', FailureReason] {
  if (status === 429) return ['retry', 'rate_limited'];
  if (status === 408 || status === 425 || status >= 500) return ['retry', 'server'];
  if (status === 401 || status === 403 || status === 407) return ['permanent', 'auth'];
  return ['permanent', 'rejected'];
}

/** Milliseconds that a Retry-After header asks for: seconds, which some services write with a fraction, or a date. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}(\.\d+)?$/.test(header.trim())) return Math.ceil(Number(header) * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** An instant as some services give it is seconds since 1970; anything smaller is a number of seconds from now. */
const INSTANT = 100_000_000;
const MOST_BUCKET_MS = 3_600_000;

/** Milliseconds until a service takes calls again that says, with whatever answer, that its bucket is empty; 0 if it is not. */
export function bucketRest(headers: Record<string, string>, now: number): number {
  if (headers['x-ratelimit-remaining'] !== '0' && headers['ratelimit-remaining'] !== '0') return 0;
  const seconds = Number(
    headers['x-ratelimit-reset-after'] ?? headers['ratelimit-reset'] ?? headers['x-ratelimit-reset'],
  );
  if (!(seconds > 0)) return 0;
  const ms = seconds > INSTANT ? seconds * 1000 - now : seconds * 1000;
  return Math.min(MOST_BUCKET_MS, Math.max(0, Math.ceil(ms)));
}
