import type { OutboundResponse } from '../platform/outbound.ts';
import type { FailureReason, Outcome } from './channel.ts';
import { cut, plain } from './format.ts';

/** What an HTTP status means for a message. A redirect is not followed, so it is a refusal. */
export function judgeResponse(response: OutboundResponse, now: number): Outcome {
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

/** Milliseconds that a Retry-After header asks for: whole seconds, or a date. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
