import { queryOptions, useQuery } from '@tanstack/react-query';
import { request } from './http.ts';

/** By how many milliseconds the server's clock is ahead of this computer's. In a replay of old data it may be years behind. */
export const clockQuery = queryOptions({
  queryKey: ['status', null],
  queryFn: () => request<{ now: string }>('/status').then(({ now }) => Date.parse(now) - Date.now()),
  staleTime: 60_000,
});

/** Gives the time that silences and windows go by; this computer's until the server has told its own. */
export function useNow(): () => number {
  const ahead = useQuery(clockQuery).data ?? 0;
  return () => Date.now() + ahead;
}
