import { LeewayError } from '@leeway/contract';
import { z } from 'zod';
import { redact } from '../../notify/secret.ts';
import { OutboundError, type OutboundRequest, type OutboundResponse } from '../../platform/outbound.ts';
import { type ExecutorContext, ExecutorError } from './executor.ts';

export interface PeerRequest extends Omit<OutboundRequest, 'body'> {
  /** Sent as JSON, unless it is a text. */
  body?: unknown;
  /** Statuses that are an answer for the caller to read, such as 409 where the key is taken. */
  accept?: readonly number[];
  /** What no error may show, beyond the headers that carry credentials: such as a password in the body. */
  secrets?: readonly string[];
}

export interface PeerResponse extends OutboundResponse {
  /** The body, if it is JSON; otherwise undefined. */
  json: unknown;
}

/** As much of an answer as an error tells. */
const TOLD = 300;
const CREDENTIAL_HEADER = /auth|token|key|cookie|signature/i;

/**
 * Calls a peer's API. 2xx and `accept` are returned, everything else is thrown as what it means for a training.
 * @throws ExecutorError
 */
export async function callPeer(ctx: ExecutorContext, request: PeerRequest): Promise<PeerResponse> {
  const { body, accept = [], secrets = [], ...rest } = request;
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
    if (error instanceof LeewayError) throw new ExecutorError('refused', error.message, { cause: error });
    throw error;
  }
  const answer = { ...response, json: parsed(response.body) };
  const { status } = response;
  if ((status >= 200 && status < 300) || accept.includes(status)) return answer;
  const { host, pathname } = new URL(request.url);
  const credentials = Object.entries(headers).flatMap(([name, value]) =>
    CREDENTIAL_HEADER.test(name) ? [value, value.replace(/^\w+ /, '')] : [],
  );
  // Cleaned before it is cut, since half a secret would not be found. The path may be one as well.
  const clean = (text: string) => redact(text, [...credentials, ...secrets]);
  const said = clean(response.body.trim().slice(0, 10 * TOLD)).slice(0, TOLD);
  const message = `${request.method ?? 'POST'} ${host}${clean(pathname)} answered ${status}${said ? `: ${said}` : ''}`;
  if (status === 401 || status === 403) throw new ExecutorError('auth', message);
  if (status === 404 || status === 410) throw new ExecutorError('gone', message);
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const seconds = Number(response.headers['retry-after']);
    throw new ExecutorError('transient', message, Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {});
  }
  throw new ExecutorError('refused', message);
}

/**
 * Calls a peer's API and reads the answer by a schema. What is something else came from something else, such as the page of a
 * proxy: `transient`.
 * @throws ExecutorError
 */
export async function readPeer<T extends z.ZodType>(
  ctx: ExecutorContext,
  request: PeerRequest,
  schema: T,
): Promise<z.infer<T>> {
  const { json, status } = await callPeer(ctx, request);
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const { host, pathname } = new URL(request.url);
  const why = json === undefined ? 'no JSON' : z.prettifyError(read.error);
  throw new ExecutorError('transient', `${host}${pathname} answered ${status}, but not as its API says: ${why}`);
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
