import type { Alert, Backtest, BacktestRequest, RulesReview, Suggestion, Verdict } from '@leeway/contract';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { useAction } from './actions.ts';
import { query, request } from './http.ts';

/** What alerts were worth, what would make them worth more, and what rules would have done. */

const id = encodeURIComponent;

export interface ReviewSpan {
  model?: string | undefined;
  /** An instant. */
  from: string;
}

/** So many days ago; whole hours, so that the same question has the same address for a while. */
export function since(days: number, now: number): string {
  const hour = 3_600_000;
  return new Date(Math.floor(now / hour) * hour - days * 24 * hour).toISOString();
}

export const rulesReviewQuery = ({ model, from }: ReviewSpan) =>
  queryOptions({
    queryKey: ['review', model ?? null, 'rules', from],
    queryFn: () =>
      request<RulesReview>(
        `/review/rules${query({ model, from, zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}`,
      ),
    placeholderData: keepPreviousData,
  });

export const suggestionsQuery = queryOptions({
  queryKey: ['review', null, 'suggestions'],
  queryFn: () => request<{ suggestions: Suggestion[] }>('/review/suggestions').then(({ suggestions }) => suggestions),
});

/** Alerts that are over and of which nobody has said anything, the newest first. */
export const unjudgedQuery = ({ model, from }: ReviewSpan) =>
  queryOptions({
    queryKey: ['alerts', model ?? null, 'unjudged', from],
    queryFn: () =>
      request<{ alerts: Alert[]; next: string | null }>(
        `/alerts${query({ model, state: 'resolved', verdict: 'none', from, limit: '50' })}`,
      ),
    placeholderData: keepPreviousData,
  });

export const useJudge = () =>
  useAction(
    ({ alert, ...body }: { alert: string; verdict: Verdict; comment?: string }) =>
      request<Alert>(`/alerts/${id(alert)}/verdict`, { body }),
    [['alerts'], ['review'], ['audit']],
  );

export interface Suggested {
  suggestions: Suggestion[];
  none: { rule: string; reason: string }[];
}

export const useSuggest = () =>
  useAction(
    (body: { model: string; from: string }) => request<Suggested>('/review/suggestions', { body }),
    [['review']],
  );

export const useApplySuggestion = () =>
  useAction(
    (suggestion: string) => request<Suggestion>(`/review/suggestions/${id(suggestion)}/apply`, { method: 'POST' }),
    [['review'], ['models'], ['audit']],
    ({ rule, model }) => `${rule} of ${model} has its new threshold.`,
  );

/** As it is sent: what has a default may be left out. */
export type BacktestBody = Partial<BacktestRequest>;

export const useBacktest = (model: string) =>
  useAction((body: BacktestBody) => request<Backtest>(`/models/${id(model)}/backtest`, { body }), []);
