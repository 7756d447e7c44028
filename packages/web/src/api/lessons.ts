import type { Lesson, Runbook } from '@leeway/contract';
import { queryOptions } from '@tanstack/react-query';
import { useAction } from './actions.ts';
import { query, request } from './http.ts';

const at = (model: string) => `/models/${encodeURIComponent(model)}`;

/** What to do when an alert fires, and what was learnt before; without a rule that of the whole model. */
export const runbookQuery = (model: string, rule?: string) =>
  queryOptions({
    queryKey: ['lessons', model, rule],
    queryFn: () => request<Runbook>(`${at(model)}/runbook${query({ rule })}`),
  });

export interface NewLesson {
  text: string;
  rule?: string;
  alert?: string;
  run?: string;
}

export const useAddLesson = (model: string) =>
  useAction(
    (body: NewLesson) => request<Lesson>(`${at(model)}/lessons`, { body }),
    [['lessons'], ['audit']],
    () => 'The lesson is written down.',
  );
