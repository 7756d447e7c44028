import type { Run, RunState } from '@leeway/contract';
import type { StoreReader } from '../../store/open.ts';
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
  return rows.map((row) => toRun(row));
}

/** @throws LeewayError `unknown_run`. */
export const getRun = async (db: StoreReader, id: string): Promise<Run> => toRun(await runRow(db, id));
