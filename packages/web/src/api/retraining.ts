import type { Dataset, RetrainingStatus, RunEvaluation, VersionExplanation } from '@leeway/contract';
import { queryOptions } from '@tanstack/react-query';
import { useAction } from './actions.ts';
import { request } from './http.ts';

/** Retraining: what would happen, and what a run's verdict rests on. */

const id = encodeURIComponent;

/** What would happen now, and why not. */
export const retrainingQuery = (model: string) =>
  queryOptions({
    queryKey: ['retraining', model],
    queryFn: () => request<RetrainingStatus>(`/models/${id(model)}/retraining`),
  });

export const useCloseBreaker = (model: string) =>
  useAction(
    (reason: string) =>
      request<RetrainingStatus>(`/models/${id(model)}/retraining/close-breaker`, { body: { reason } }),
    [['retraining'], ['audit']],
    () => 'The circuit breaker is closed.',
  );

export const evaluationQuery = (run: string) =>
  queryOptions({
    queryKey: ['runs', null, run, 'evaluation'],
    queryFn: () => request<RunEvaluation>(`/runs/${id(run)}/evaluation`),
    retry: false,
  });

export const datasetQuery = (hash: string) =>
  queryOptions({
    queryKey: ['datasets', null, hash],
    queryFn: () => request<Dataset>(`/datasets/${id(hash)}`),
    retry: false,
  });

/** What a version goes by, as the evaluation of its run found it. */
export const versionExplanationQuery = (model: string, version: string) =>
  queryOptions({
    queryKey: ['versions', model, 'explanation', version],
    queryFn: () => request<VersionExplanation>(`/models/${id(model)}/versions/${id(version)}/explanation`),
    retry: false,
  });

/** Addresses of the evidence as files that need nothing else. */
export const evidenceAddress = (run: string, suffix: 'html' | 'md') => `/api/v1/runs/${id(run)}/evaluation.${suffix}`;
