import { type Execution, type ExecutionState, LeewayError } from '@leeway/contract';
import type { Selectable, Updateable } from 'kysely';
import { iso, isoOrNull } from '../platform/clock.ts';
import { decode, encode } from '../store/json.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';
import type { ExecutionTable } from '../store/schema.ts';
import type { RetrainingContext } from './context.ts';
import type { NewTrial } from './decide/plan-trials.ts';

export type ExecutionRow = Selectable<ExecutionTable>;

/**
 * The key of a training, here and at its executor. Not the run's id alone: peers want lower-case letters, digits and hyphens,
 * and forty characters at most.
 */
export const trainingKey = (run: string, trial: number): string =>
  `leeway-${run
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(-28)}-${trial}`;

export function toExecution(row: ExecutionRow): Execution {
  return {
    id: row.id,
    trial: row.trial,
    rung: row.rung,
    executor: row.executor,
    state: row.state as ExecutionState,
    native: row.native,
    reason: row.reason ?? row.trouble,
    nativeId: row.nativeId,
    url: row.url,
    params: decode(row.params),
    metrics: decode(row.metrics),
    progress: row.progress,
    message: row.message,
    createdAt: iso(row.createdAt),
    startedAt: isoOrNull(row.startedAt),
    endedAt: isoOrNull(row.endedAt),
  };
}

/** The trainings of a run, in the order in which they were planned. */
export const executionsOf = (db: StoreReader, run: string): Promise<ExecutionRow[]> =>
  db.selectFrom('executions').selectAll().where('run', '=', run).orderBy('trial').execute();

/** @throws LeewayError `unknown_training`. */
export async function executionRow(db: StoreReader, id: string): Promise<ExecutionRow> {
  const row = await db.selectFrom('executions').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new LeewayError('unknown_training', `"${id}"`);
  return row;
}

/** Writes trainings down before anybody is asked to begin them. Those that are there already stay as they are. */
export async function planExecutions(
  ctx: RetrainingContext,
  tx: StoreTx,
  given: { run: string; model: string; executor: string; params: Record<string, unknown>; trials: readonly NewTrial[] },
): Promise<void> {
  const now = ctx.clock.now();
  for (const { trial, rung, params } of given.trials) {
    await tx
      .insertInto('executions')
      .values({
        id: trainingKey(given.run, trial),
        run: given.run,
        trial,
        rung,
        executor: given.executor,
        state: 'queued',
        native: null,
        reason: null,
        nativeId: null,
        handle: null,
        url: null,
        params: encode({ ...given.params, ...params }),
        metrics: encode({}),
        progress: null,
        message: null,
        candidate: null,
        output: `output-${trial}`,
        log: '',
        logCursor: null,
        attempts: 0,
        trouble: null,
        troubleSince: null,
        cancelAskedAt: null,
        createdAt: now,
        startedAt: null,
        endedAt: null,
      })
      .onConflict((c) => c.column('id').doNothing())
      .execute();
  }
}

/** Changes a training that has not ended, and tells those who watch. What has ended stays as it is. */
export async function changeExecution(
  ctx: RetrainingContext,
  before: Pick<ExecutionRow, 'id' | 'run' | 'state'>,
  model: string,
  set: Updateable<ExecutionTable>,
): Promise<void> {
  await ctx.store.db.transaction().execute(async (tx) => {
    const changed = await tx
      .updateTable('executions')
      .set(set)
      .where('id', '=', before.id)
      .where('endedAt', 'is', null)
      .returning(['id', 'state'])
      .executeTakeFirst();
    if (!changed || changed.state === before.state) return;
    await ctx.events.emit(tx, 'run.changed', model, { run: before.run, training: before.id, state: changed.state });
  });
}

/** Ends the trainings that nobody will follow any more, since their run has ended. */
export async function abandonExecutions(ctx: RetrainingContext, tx: StoreTx, run: string, why: string): Promise<void> {
  await tx
    .updateTable('executions')
    .set({ state: 'unknown', endedAt: ctx.clock.now(), reason: `nobody follows it any more: ${why}` })
    .where('run', '=', run)
    .where('endedAt', 'is', null)
    .execute();
}

/** What has ended of several runs, and what has not, without logs. */
export async function executionsByRun(db: StoreReader, runs: readonly string[]): Promise<Map<string, Execution[]>> {
  const found = new Map<string, Execution[]>(runs.map((run) => [run, []]));
  if (runs.length === 0) return found;
  const rows = await db
    .selectFrom('executions')
    .selectAll()
    .where('run', 'in', [...runs])
    .orderBy('trial')
    .execute();
  for (const row of rows) found.get(row.run)!.push(toExecution(row));
  return found;
}
