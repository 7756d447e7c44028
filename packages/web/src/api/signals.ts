import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { query, request } from './http.ts';
import type { Span } from './queries.ts';

/** What people and the business say of a model. */

const at = (model: string) => `/models/${encodeURIComponent(model)}`;

export interface Feedback {
  id: string;
  prediction: string;
  time: string;
  rating: number | null;
  correction: string | null;
  comment: string;
  answers: Record<string, string>;
  source: string;
}

export const feedbackQuery = (model: string, limit: number) =>
  queryOptions({
    queryKey: ['feedback', model, limit],
    queryFn: () =>
      request<{ feedback: Feedback[] }>(`${at(model)}/feedback${query({ limit: String(limit) })}`).then(
        ({ feedback }) => feedback,
      ),
    placeholderData: keepPreviousData,
  });

/** Spearman's rank correlation. */
export interface Correlation {
  value: number | null;
  lower: number | null;
  upper: number | null;
  n: number;
  /** What the pairs are worth as independent ones. */
  effective: number;
  reason: string;
}

/** Above zero the KPI follows the metric by so many windows. */
export type Lagged = Correlation & { lag: number };

export interface Relation {
  same: Correlation;
  strongest: Lagged | null;
  lags: Lagged[];
  points: { windowStart: string; metric: number | null; kpi: number | null }[];
}

export const relationQuery = (model: string, kpi: string, filter: Span & { metric: string; monitor: string }) =>
  queryOptions({
    queryKey: ['kpis', model, kpi, filter],
    queryFn: () => request<Relation>(`${at(model)}/kpis/${encodeURIComponent(kpi)}/relation${query({ ...filter })}`),
    placeholderData: keepPreviousData,
  });
