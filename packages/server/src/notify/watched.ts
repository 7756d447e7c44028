import { type Outbound, OutboundError, type OutboundResponse } from '../platform/outbound.ts';
import { bucketRest } from './http-outcome.ts';

/** What one try did on its way out, beside what the channel says of it. */
export interface Seen {
  /** Status of the last answer; null where none came. */
  status: number | null;
  /** Whether the service may have taken something in. */
  perhapsSent: boolean;
  /** Whether an answer had words in it and came from a private network. */
  saidInPrivate: boolean;
  /** Milliseconds that the service wants to rest. */
  restMs: number;
}

/** The way out, watched for one try. */
export function watchOutbound(outbound: Outbound, now: () => number): { outbound: Outbound; seen: () => Seen } {
  let calls = 0;
  const seen: Seen = { status: null, perhapsSent: false, saidInPrivate: false, restMs: 0 };
  const note = (response: OutboundResponse) => {
    seen.status = response.status;
    seen.perhapsSent ||= response.status < 300 || response.status === 408 || response.status >= 500;
    seen.saidInPrivate ||= response.private && response.body.trim() !== '';
    seen.restMs = Math.max(seen.restMs, bucketRest(response.headers, now()));
  };
  const watched: Outbound = Object.assign(
    async (request: Parameters<Outbound>[0]) => {
      calls += 1;
      try {
        const response = await outbound(request);
        note(response);
        return response;
      } catch (error) {
        seen.status = null;
        seen.perhapsSent ||= error instanceof OutboundError && error.reached;
        throw error;
      }
    },
    { resolve: outbound.resolve },
  );
  // Of a channel that does not go by HTTP nothing is known: it may have got through.
  return { outbound: watched, seen: () => (calls === 0 ? { ...seen, perhapsSent: true } : seen) };
}
