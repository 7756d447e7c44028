import type { Run, Silence, VersionInfo } from '@leeway/contract';
import { notifications } from '@mantine/notifications';
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { request } from './http.ts';
import type { Session } from './queries.ts';

/** An action: what it sends, what is fetched again after it, and what is said when it is done. */
export function useAction<Input, Result>(
  send: (input: Input) => Promise<Result>,
  stale: QueryKey[],
  done?: (result: Result) => string,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: async (result) => {
      if (done) notifications.show({ message: done(result) });
      await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
}

const id = encodeURIComponent;

export const useLogIn = () =>
  useAction((code: string) => request<Session>('/session', { body: { code } }), [['session']]);

/** Ends the session; what was read under it is forgotten once `leave` has taken the pages away that show it. */
export const useLogOut = (leave: () => Promise<void>) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<void>('/session', { method: 'DELETE' }),
    onSuccess: async () => {
      await leave();
      client.clear();
    },
  });
};

/** A silence to be; without `endsAt` it ends when what it matches is over. */
export type NewSilence = Pick<Silence, 'matchers' | 'comment'> &
  Partial<Pick<Silence, 'kind' | 'startsAt' | 'endsAt' | 'untilResolved' | 'tellStart' | 'tellEnd'>> & {
    expireWhenIdle?: string;
  };

export const useSilence = () =>
  useAction(
    (silence: NewSilence) => request<Silence>('/silences', { body: silence }),
    [['silences'], ['alerts'], ['audit']],
    () => 'The silence is made.',
  );

export const useChangeSilence = () =>
  useAction(
    ({ silence, endsAt }: { silence: string; endsAt: string }) =>
      request<Silence>(`/silences/${id(silence)}`, { method: 'PATCH', body: { endsAt } }),
    [['silences'], ['alerts'], ['audit']],
    () => 'The silence has another end.',
  );

export const useEndSilence = () =>
  useAction(
    (silence: string) => request<Silence>(`/silences/${id(silence)}`, { method: 'DELETE' }),
    [['silences'], ['alerts'], ['audit']],
    () => 'The silence has ended.',
  );

const AFTER_VERSION: QueryKey[] = [['versions'], ['models'], ['marks'], ['runs'], ['retraining'], ['audit']];

export const usePromote = (model: string) =>
  useAction(
    (given: { version: string; reason: string; force: boolean }) =>
      request<VersionInfo>(`/models/${id(model)}/promote`, { body: given }),
    AFTER_VERSION,
    ({ version }) => `${version} is the champion now.`,
  );

export const useRollBack = (model: string) =>
  useAction(
    (given: { version?: string; reason: string }) =>
      request<VersionInfo>(`/models/${id(model)}/rollback`, { body: given }),
    AFTER_VERSION,
    ({ version }) => `Rolled back to ${version}.`,
  );

export const useRetrain = (model: string) =>
  useAction(
    (reason: string) => request<Run>(`/models/${id(model)}/retrain`, { body: { reason } }),
    [['runs'], ['retraining'], ['marks'], ['audit']],
    (run) => `Run ${run.id} has begun.`,
  );

export const useDecide = (run: string, action: 'start' | 'approve' | 'reject' | 'cancel') =>
  useAction(
    (given: { reason: string; force?: boolean }) => request<Run>(`/runs/${id(run)}/${action}`, { body: given }),
    AFTER_VERSION,
  );
