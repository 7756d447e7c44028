import type {
  Alert,
  AlertState,
  AuditEntry,
  Distribution,
  Mark,
  Measurement,
  MetricInfo,
  ModelConfig,
  ModelSummary,
  MonitorWindow,
  Run,
  Silence,
  VersionInfo,
} from '@leeway/contract';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { query, request } from './http.ts';

/**
 * Everything the pages read. The first member of a key is the resource, the second the model it is about (null for all), so that
 * an event can name what to fetch again.
 */

export type WindowInfo = ReturnType<(typeof MonitorWindow)['parse']>;
export interface Session {
  actor: string;
  role: string;
}
export interface Span {
  from?: string | undefined;
  to?: string | undefined;
}

const at = (model: string) => `/models/${encodeURIComponent(model)}`;

export const sessionQuery = queryOptions({
  queryKey: ['session', null],
  queryFn: () => request<Session>('/session'),
  staleTime: 5 * 60_000,
});

export const modelsQuery = queryOptions({
  queryKey: ['models', null],
  queryFn: () => request<{ models: ModelSummary[] }>('/models').then(({ models }) => models),
});

export const modelQuery = (model: string) =>
  queryOptions({
    queryKey: ['models', model],
    queryFn: () => request<{ summary: ModelSummary; config: ModelConfig }>(at(model)),
  });

export interface MeasurementFilter extends Span {
  /** Ids, or beginnings of them with a * at the end. */
  metric: string[];
  monitor?: string | undefined;
  column?: string;
  slice?: string;
  version?: string;
}

export const measurementsQuery = (model: string, filter: MeasurementFilter) =>
  queryOptions({
    queryKey: ['measurements', model, filter],
    queryFn: () => {
      const { metric, ...rest } = filter;
      const path = `${at(model)}/measurements${query({ metric: metric.join(','), ...rest })}`;
      return request<{ measurements: Measurement[] }>(path).then(({ measurements }) => measurements);
    },
    placeholderData: keepPreviousData,
  });

/** What the server says of each metric that the model can have. It changes with the server's version only. */
export const metricsQuery = (model: string) =>
  queryOptions({
    queryKey: ['metrics', model],
    queryFn: () => request<{ metrics: MetricInfo[] }>(`${at(model)}/metrics`).then(({ metrics }) => metrics),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const windowsQuery = (model: string, span: Span) =>
  queryOptions({
    queryKey: ['windows', model, span],
    queryFn: () =>
      request<{ windows: WindowInfo[] }>(`${at(model)}/windows${query({ ...span })}`).then(({ windows }) => windows),
    placeholderData: keepPreviousData,
  });

export const marksQuery = (model: string, span: Span) =>
  queryOptions({
    queryKey: ['marks', model, span],
    queryFn: () => request<{ marks: Mark[] }>(`${at(model)}/marks${query({ ...span })}`).then(({ marks }) => marks),
    placeholderData: keepPreviousData,
  });

export const distributionQuery = (model: string, column: string, when?: string) =>
  queryOptions({
    queryKey: ['distributions', model, column, when],
    queryFn: () =>
      request<Distribution>(`${at(model)}/distributions/${encodeURIComponent(column)}${query({ at: when })}`),
  });

export const versionsQuery = (model: string) =>
  queryOptions({
    queryKey: ['versions', model],
    queryFn: () => request<{ versions: VersionInfo[] }>(`${at(model)}/versions`).then(({ versions }) => versions),
  });

export const runsQuery = (model?: string) =>
  queryOptions({
    queryKey: ['runs', model ?? null],
    queryFn: () => request<{ runs: Run[] }>(`/runs${query({ model })}`).then(({ runs }) => runs),
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', null, id],
    queryFn: () => request<Run>(`/runs/${encodeURIComponent(id)}`),
    // Lines of the log and progress come without an event of their own.
    refetchInterval: ({ state }) => (state.data?.state === 'training' ? 5_000 : false),
  });

export const alertsQuery = (filter: { model?: string | undefined; state?: AlertState | undefined } = {}) =>
  queryOptions({
    queryKey: ['alerts', filter.model ?? null, filter.state],
    queryFn: () => request<{ alerts: Alert[] }>(`/alerts${query(filter)}`).then(({ alerts }) => alerts),
    placeholderData: keepPreviousData,
  });

/** The open alerts that all of the matchers are about, in the notation of Alertmanager. */
export const matchingAlertsQuery = (matchers: readonly string[]) =>
  queryOptions({
    queryKey: ['alerts', null, 'matching', ...matchers],
    queryFn: () => {
      const search = new URLSearchParams([['state', 'open'], ...matchers.map((matcher) => ['label', matcher])]);
      return request<{ alerts: Alert[]; next: string | null }>(`/alerts?${search}`);
    },
  });

export const silencesQuery = queryOptions({
  queryKey: ['silences', null],
  queryFn: () => request<{ silences: Silence[] }>('/silences').then(({ silences }) => silences),
});

export const auditQuery = (limit: number) =>
  queryOptions({
    queryKey: ['audit', null, limit],
    queryFn: () =>
      request<{ entries: AuditEntry[]; firstBroken: number | null }>(`/audit${query({ limit: String(limit) })}`),
    placeholderData: keepPreviousData,
  });
