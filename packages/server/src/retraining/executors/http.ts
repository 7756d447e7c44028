import { OutboundError, type OutboundRequest, type OutboundResponse } from '../../platform/outbound.ts';
import { type ExecutorContext, ExecutorError } from './executor.ts';

export interface PeerRequest extends Omit<OutboundRequest, 'body'> {
  /** Sent as JSON, unless it is a text. */
  body?: unknown;
  /** Statuses that are an answer for the caller to read, such as 409 where the key is taken. */
  accept?: readonly number[];
}

export interface PeerResponse extends OutboundResponse {
  /** The body, if it is JSON; otherwise undefined. */
  json: unknown;
}

/** As much of an answer as an error tells. */
const TOLD = 300;

/**
 * Calls a peer's API. 2xx and `accept` are returned, everything else is thrown as what it means for a training.
 * @throws ExecutorError
 */
export async function callPeer(ctx: ExecutorContext, request: PeerRequest): Promise<PeerResponse> {
  const { body, accept = [], ...rest } = request;
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const headers = {
    accept: 'application/json',
    ...(body !== undefined && typeof body !== 'string' ? { 'content-type': 'application/json' } : {}),
    ...request.headers,
  };
  let response: OutboundResponse;
  try {
    response = await ctx.outbound({
      ...rest,
      headers,
      ...(text === undefined ? {} : { body: text }),
      signal: request.signal ?? ctx.signal,
      mostBytes: request.mostBytes ?? 4_194_304,
    });
  } catch (error) {
    if (error instanceof OutboundError) throw new ExecutorError('transient', error.message, { cause: error });
    throw error;
  }
  const answer = { ...response, json: parsed(response.body) };
  const { status } = response;
  if ((status >= 200 && status < 300) || accept.includes(status)) return answer;
  const { host, pathname } = new URL(request.url);
  const said = response.body.trim().slice(0, TOLD);
  const message = `${request.method ?? 'POST'} ${host}${pathname} answered ${status}${said ? `: ${said}` : ''}`;
  if (status === 401 || status === 403) throw new ExecutorError('auth', message);
  if (status === 404 || status === 410) throw new ExecutorError('gone', message);
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const seconds = Number(response.headers['retry-after']);
    throw new ExecutorError('transient', message, Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {});
  }
  throw new ExecutorError('refused', message);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The address of a peer with a path, whatever slashes the base ends with. */
export const under = (base: string, path: string): string => `${base.replace(/\/+$/, '')}${path}`;
