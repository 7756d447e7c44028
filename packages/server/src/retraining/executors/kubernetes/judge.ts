import type { V1Job } from '@kubernetes/client-node';
import type { ExecutionState } from '@leeway/contract';
import type { Look } from '../executor.ts';

/** Conditions of a Job. SuccessCriteriaMet and FailureTarget come before the end: they are not it. */
const CONDITIONS: Record<string, ExecutionState> = {
  Complete: 'succeeded',
  Failed: 'failed',
  SuccessCriteriaMet: 'running',
  FailureTarget: 'running',
  Suspended: 'paused',
};
const FINAL = ['Complete', 'Failed'];

export function judge({ metadata, spec, status }: V1Job): Look {
  const held = (status?.conditions ?? []).filter((one) => one.status === 'True');
  const condition = held.find(({ type }) => FINAL.includes(type)) ?? held.at(-1);
  const reason = [condition?.reason, condition?.message].filter(Boolean).join(': ') || null;
  if (condition?.type === 'Failed' && condition.reason === 'DeadlineExceeded') {
    return { state: 'timed_out', native: condition.reason, reason };
  }
  const ended = condition && FINAL.includes(condition.type);
  if (metadata?.deletionTimestamp && !ended) return { state: 'cancelling', native: 'Terminating', reason: null };
  if (condition) return { state: CONDITIONS[condition.type] ?? 'unknown', native: condition.type, reason };
  if (spec?.suspend) return { state: 'paused', native: 'Suspended', reason: null };
  if (!status?.active) return { state: 'queued', native: 'Created', reason: null };
  return status.ready === 0
    ? { state: 'queued', native: 'Pending', reason: 'its pod is not ready' }
    : { state: 'running', native: 'Active', reason: null };
}
