import type { Event } from '@leeway/contract';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { EVENT_NAMES, isStale, StaleGatherer, staleAfter } from './events.ts';

export type LiveState = 'connecting' | 'live' | 'lost';

const GATHER_MS = 1_000;
const RETRY_MS = 5_000;

/** Follows the server's events as long as the page is open, and fetches again what they say has changed. */
export function useLive(onEvent: (event: Event) => void): LiveState {
  const client = useQueryClient();
  const tell = useRef(onEvent);
  tell.current = onEvent;
  const [state, setState] = useState<LiveState>('connecting');
  useEffect(() => {
    const gatherer = new StaleGatherer((stale) => {
      void client.invalidateQueries({ predicate: ({ queryKey }) => stale.some((one) => isStale(queryKey, one)) });
    }, GATHER_MS);
    const onMessage = ({ data }: MessageEvent<string>) => {
      const event = JSON.parse(data) as Event;
      gatherer.add(staleAfter(event));
      tell.current(event);
    };
    let source: EventSource;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let missed = false;
    const connect = () => {
      source = new EventSource('/api/v1/events');
      source.onopen = () => {
        if (missed) void client.invalidateQueries();
        missed = false;
        setState('live');
      };
      source.onerror = () => {
        missed = true;
        setState('lost');
        // The browser tries again by itself unless it was refused.
        if (source.readyState === EventSource.CLOSED) retry = setTimeout(connect, RETRY_MS);
      };
      for (const name of EVENT_NAMES) source.addEventListener(name, onMessage);
    };
    connect();
    return () => {
      clearTimeout(retry);
      source.close();
      gatherer.stop();
    };
  }, [client]);
  return state;
}
