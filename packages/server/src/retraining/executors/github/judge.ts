import type { ExecutionState } from '@leeway/contract';
import type { z } from 'zod';
import type { Look } from '../executor.ts';
import type { Run } from './api.ts';

const STATUS: Record<string, ExecutionState> = {
  requested: 'queued',
  queued: 'queued',
  pending: 'queued',
  // For a person: of the environment, or of the first contribution of somebody.
  waiting: 'paused',
  action_required: 'paused',
  in_progress: 'running',
};

const CONCLUSION: Record<string, ExecutionState> = {
  success: 'succeeded',
  failure: 'failed',
  startup_failure: 'failed',
  timed_out: 'timed_out',
  cancelled: 'cancelled',
  stale: 'cancelled',
  skipped: 'skipped',
  neutral: 'skipped',
  action_required: 'paused',
};

const REASON: Record<string, string> = {
  waiting: 'a person has to approve it at GitHub',
  action_required: 'a person has to approve it at GitHub',
  startup_failure: 'the workflow could not be started: its file may be wrong',
  stale: 'GitHub gave it up, since it did not begin for two weeks',
};

export function judge({ status, conclusion, html_url }: z.infer<typeof Run>): Look {
  const done = status === 'completed' && conclusion;
  const word = done ? conclusion : (status ?? '');
  return {
    state: (done ? CONCLUSION[word] : STATUS[word]) ?? 'unknown',
    native: done ? `completed: ${word}` : word,
    reason: REASON[word] ?? null,
    ...(html_url && { url: html_url }),
  };
}
