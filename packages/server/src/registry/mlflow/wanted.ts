import type { Context } from '../../context.ts';
import type { StoreTx } from '../../store/open.ts';

export const MLFLOW_SYNC = 'mlflow-sync';

/**
 * Notes in the transaction of a change that MLflow has to hear of it. The count goes up before the job is asked for: a job that is
 * under way looks at it when it ends, and asks for the next one.
 */
export async function changedInTx(
  ctx: Pick<Context, 'clock' | 'jobs' | 'config'>,
  tx: StoreTx,
  model: string,
): Promise<void> {
  const { mlflow } = ctx.config().registry;
  if (!mlflow || mlflow.direction === 'in') return;
  await tx
    .insertInto('mlflowSyncs')
    .values({ model, wanted: 1, done: 0, syncedAt: null, error: null, drift: '[]', imported: 0 })
    .onConflict((c) => c.column('model').doUpdateSet((e) => ({ wanted: e('mlflowSyncs.wanted', '+', 1) })))
    .execute();
  await ctx.jobs.enqueue(tx, {
    kind: MLFLOW_SYNC,
    key: model,
    lane: `${MLFLOW_SYNC}/${model}`,
    payload: { model },
    runAt: ctx.clock.now(),
  });
}
