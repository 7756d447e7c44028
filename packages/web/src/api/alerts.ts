import type { Action, Alert, AlertComment, AlertDetail, AlertExplanation, OnCallSchedule } from '@leeway/contract';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { type NewSilence, useAction } from './actions.ts';
import { ApiError, query, request } from './http.ts';

/** Alerts, what people do about them, and who is asked to. */

const at = (alert: string) => `/alerts/${encodeURIComponent(alert)}`;
const PAGE = 50;

/** As the API takes it; what is not there is not asked for. */
export interface AlertFilter {
  model?: string | undefined;
  rule?: string | undefined;
  /** `open`: all but resolved. */
  state?: string | undefined;
  severity?: string | undefined;
  /** "" for those that are nobody's. */
  assignee?: string | undefined;
  verdict?: string | undefined;
  muted?: string | undefined;
}

/** Alerts, those that began last first, page by page. */
export const alertPagesQuery = (filter: AlertFilter) =>
  infiniteQueryOptions({
    queryKey: ['alerts', filter.model ?? null, 'pages', filter],
    queryFn: ({ pageParam: cursor }) =>
      request<{ alerts: Alert[]; next: string | null }>(`/alerts${query({ ...filter, cursor, limit: String(PAGE) })}`),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    select: ({ pages }) => pages.flatMap(({ alerts }) => alerts),
    placeholderData: keepPreviousData,
  });

export const alertQuery = (id: string) =>
  queryOptions({ queryKey: ['alerts', null, 'one', id], queryFn: () => request<AlertDetail>(at(id)) });

/** Why it was told, or not told, to each channel. */
export const explainQuery = (id: string) =>
  queryOptions({
    queryKey: ['alerts', null, 'explain', id],
    queryFn: () => request<AlertExplanation>(`${at(id)}/explain`),
  });

/** What an alert does, or did, by itself. */
export const actionsQuery = (alert: string) =>
  queryOptions({
    queryKey: ['actions', null, alert],
    queryFn: () => request<{ actions: Action[] }>(`/actions${query({ alert })}`).then(({ actions }) => actions),
  });

export const onCallQuery = (days: number) =>
  queryOptions({
    queryKey: ['on-call', null, days],
    queryFn: () =>
      request<{ schedules: OnCallSchedule[] }>(`/on-call${query({ days: String(days) })}`).then(
        ({ schedules }) => schedules,
      ),
    // Turns change by the clock, of which no event tells.
    refetchInterval: 60_000,
  });

/** One after the other. What failed does not keep the others back; it is said at the end. */
async function each<Given, Result>(all: readonly Given[], send: (one: Given) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const failed: unknown[] = [];
  for (const one of all)
    await send(one).then(
      (result) => results.push(result),
      (error: unknown) => failed.push(error),
    );
  const [first] = failed;
  if (first === undefined) return results;
  if (all.length === 1 || !(first instanceof ApiError)) throw first;
  const detail = `${failed.length} of ${all.length} could not be done; the first: ${first.detail || first.title}`;
  throw new ApiError({ status: first.status, title: first.title, detail, remedy: first.remedy });
}

const AFTER = [['alerts'], ['audit']];
const named = ({ rule, model }: Alert) => `${rule} of ${model}`;

/** How long an acknowledgement holds: as configured, for a time, or (null) until it is taken back. */
export type Holding = { for: string } | { until: null } | Record<string, never>;

export const useAcknowledge = () =>
  useAction(
    ({ alerts, comment, holding }: { alerts: string[]; comment: string; holding: Holding }) =>
      each(alerts, (alert) => request<Alert>(`${at(alert)}/ack`, { body: { comment, ...holding } })),
    AFTER,
    (done) => `Acknowledged ${done.length === 1 ? named(done[0]!) : `${done.length} alerts`}.`,
  );

export const useUnacknowledge = () =>
  useAction(
    ({ alert, comment }: { alert: string; comment: string }) =>
      request<Alert>(`${at(alert)}/unack`, { body: { comment } }),
    AFTER,
    (done) => `${named(done)} is given back.`,
  );

export const useAssign = () =>
  useAction(
    ({ alert, ...body }: { alert: string; assignee: string | null; tell: boolean }) =>
      request<Alert>(`${at(alert)}/assign`, { body }),
    AFTER,
    (done) =>
      done.assignee === null ? `${named(done)} is nobody's now.` : `${named(done)} is ${done.assignee}'s now.`,
  );

export const useComment = (alert: string) =>
  useAction((text: string) => request<AlertComment>(`${at(alert)}/comments`, { body: { text } }), AFTER);

export const useSilenceAll = () =>
  useAction(
    (silences: NewSilence[]) => each(silences, (body) => request('/silences', { body })),
    [['silences'], ...AFTER],
    (done) => (done.length === 1 ? 'The silence has begun.' : `${done.length} silences have begun.`),
  );

const AFTER_ACTION = [['actions'], ['versions'], ['runs'], ...AFTER];
const act = (action: string, what: 'approve' | 'reject') => `/actions/${encodeURIComponent(action)}/${what}`;

export const useApproveAction = () =>
  useAction((action: string) => request<Action>(act(action, 'approve'), { method: 'POST' }), AFTER_ACTION);

export const useRejectAction = () =>
  useAction(
    ({ action, reason }: { action: string; reason: string }) =>
      request<Action>(act(action, 'reject'), { body: { reason } }),
    AFTER_ACTION,
  );
