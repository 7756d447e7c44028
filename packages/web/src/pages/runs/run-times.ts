import type { Run } from '@leeway/contract';

/**
 * When a run had come through each of its steps (queued, data prepared, trained, evaluated, decided), as far as it is on record.
 * `judgedAt` is the time of its evaluation.
 */
export function timesOf(run: Run, judgedAt: string | null): (string | null)[] {
  const { begunAt, createdAt, dataset, executions, challenger, state, endedAt } = run;
  if (state === 'suggested' || state === 'vetoed') return [createdAt, null, null, null, null];
  const planned = earliest(executions.map((one) => one.createdAt));
  const trained = executions.flatMap((one) => (one.endedAt === null ? [] : [one.endedAt]));
  const done = challenger !== null && trained.length > 0 ? trained.toSorted().at(-1)! : null;
  const decided = state === 'promoted' || state === 'rejected' ? endedAt : null;
  return [begunAt ?? createdAt, dataset === null ? null : planned, done, judgedAt, decided];
}

const earliest = (instants: readonly string[]): string | null => instants.toSorted()[0] ?? null;
