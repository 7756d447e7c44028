import { LeewayError } from '@leeway/contract';
import { OutboundError, type OutboundRequest, type OutboundResponse } from '../platform/outbound.ts';
import type { ChannelIo, Outcome } from './channel.ts';
import { judgeResponse } from './http-outcome.ts';

export interface Call {
  outcome: Outcome;
  /** Null if no answer came. */
  response: OutboundResponse | null;
}

/** One HTTP call of a channel within the try's deadline. What goes wrong is an outcome, so that a channel can make several. */
export async function tryCall(io: ChannelIo, request: Omit<OutboundRequest, 'deadlineMs' | 'signal'>): Promise<Call> {
  try {
    const response = await io.outbound({ ...request, deadlineMs: io.timeoutMs, signal: io.signal });
    return { outcome: judgeResponse(response, io.clock.now()), response };
  } catch (error) {
    if (error instanceof OutboundError) {
      return { outcome: { outcome: 'retry', reason: error.reason, detail: error.message }, response: null };
    }
    if (error instanceof LeewayError) {
      return { outcome: { outcome: 'permanent', reason: 'rejected', detail: error.message }, response: null };
    }
    throw error;
  }
}

/** The same with a JSON body. */
export function tryJson(
  io: ChannelIo,
  url: string,
  body: unknown,
  { method = 'POST', headers = {} }: Pick<OutboundRequest, 'method' | 'headers'> = {},
): Promise<Call> {
  return tryCall(io, {
    url,
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** The members of an answer in JSON; none if it is something else. */
export function jsonOf(response: OutboundResponse | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(response?.body ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** An address without the slashes at its end. */
export const baseOf = (url: string): string => url.replace(/\/+$/, '');

/** The header for a user and a password. */
export const basicAuth = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
