import { setTimeout as sleep } from 'node:timers/promises';
import { type Event, LeewayError } from '@leeway/contract';
import type { Api } from './api.ts';

const FIRST_WAIT_MS = 1_000;
const MOST_WAIT_MS = 30_000;

export interface FollowOptions {
  signal: AbortSignal;
  /** When the stream is open, each time anew; nothing that happens after it is missed. */
  onOpen: () => Promise<void>;
  onEvent: (event: Event) => void;
  /** The stream broke off, or could not be opened; it is tried again after so many milliseconds. */
  onBreak: (why: string, waitMs: number) => void;
  firstWaitMs?: number;
}

/** Follows what happens at the server until the signal, over breaks. Throws where to try again is no use (401, 403, 404). */
export async function followEvents(api: Api, options: FollowOptions): Promise<void> {
  const { signal, onOpen, onEvent, onBreak, firstWaitMs = FIRST_WAIT_MS } = options;
  let last: string | undefined;
  let waitMs = firstWaitMs;
  while (!signal.aborted) {
    try {
      const stream = await api.stream('/events', { signal, ...(last !== undefined && { last }) });
      waitMs = firstWaitMs;
      await onOpen();
      for await (const message of readMessages(stream)) {
        if (message.id !== undefined) last = message.id;
        if (message.data !== '') onEvent(JSON.parse(message.data) as Event);
      }
      throw new Error('the server ended the stream');
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof LeewayError && error.status < 500 && error.code !== 'unreachable') throw error;
      onBreak(error instanceof Error ? error.message : String(error), waitMs);
      await sleep(waitMs, undefined, { signal }).catch(() => {});
      waitMs = Math.min(MOST_WAIT_MS, waitMs * 2);
    }
  }
}

interface StreamMessage {
  id?: string;
  data: string;
}

/** The messages of a stream of server-sent events; comments and times to retry are passed over. */
export async function* readMessages(stream: AsyncIterable<Uint8Array>): AsyncGenerator<StreamMessage> {
  const decoder = new TextDecoder();
  let rest = '';
  let message: StreamMessage = { data: '' };
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    // A line break of two characters may be torn apart by the network.
    const torn = rest.endsWith('\r') ? '\r' : '';
    const lines = rest.slice(0, rest.length - torn.length).split(/\r\n|\r|\n/);
    rest = `${lines.pop() ?? ''}${torn}`;
    for (const line of lines) {
      if (line === '') {
        if (message.id !== undefined || message.data !== '') yield message;
        message = { data: '' };
        continue;
      }
      const [, field, value = ''] = /^([^:]+)(?:: ?(.*))?$/.exec(line) ?? [];
      if (field === 'id') message.id = value;
      if (field === 'data') message.data += message.data === '' ? value : `\n${value}`;
    }
  }
}
