import type { Explanation } from '@leeway/contract';
import { useMutation } from '@tanstack/react-query';
import { request } from './http.ts';

/** What is to be explained: a recorded prediction, or a row. */
export interface ExplainInput {
  id?: string;
  row?: Record<string, unknown>;
  version?: string;
  method: 'auto' | 'shap' | 'lime';
}

/** Asks why a model says what it says of one row. Nothing is recorded by it. */
export const useExplain = (model: string) =>
  useMutation({
    mutationFn: (body: ExplainInput) => request<Explanation>(`/models/${encodeURIComponent(model)}/explain`, { body }),
  });
