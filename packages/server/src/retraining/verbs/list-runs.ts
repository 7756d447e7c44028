import type { Run, RunState } from '@leeway/contract';
import type { StoreReader } from '../../store/open.ts';
import { executionsByRun, executionsOf, toExecution } from '../executions.ts';
import { runRow, toRun } from '../runs.ts';

export interface RunFilter {
  model?: string | undefined;
  state?: RunState | undefined;
  /** Default 100. */
  limit?: number | undefined;
}

/** Runs, newest first. */
export async function listRuns(db: StoreReader, { model, state, limit = 100 }: RunFilter = {}): Promise<Run[]> {
  const rows = await db
    .selectFrom('runs')
    .selectAll()
    .$if(model !== undefined, (query) => query.where('model', '=', model!))
    .$if(state !== undefined, (query) => query.where('state', '=', state!))
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  const executions = await executionsByRun(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => toRun(row, executions.get(row.id)));
}

/** @throws LeewayError `unknown_run`. */
export async function getRun(db: StoreReader, id: string): Promise<Run> {
  const row = await runRow(db, id);
  const executions = await executionsOf(db, id);
  // As long as none is chosen, the log is that of the training that was planned last.
  const log = row.log || (executions.at(-1)?.log ?? '');
  return { ...toRun(row, executions.map(toExecution)), log };
}
