import type { Context } from '../../context.ts';
import { lockInTx } from '../../store/lock.ts';

/** Whoever reads what is needed, or says that something is, holds this lock in the store. */
export const ARTIFACTS_LOCK = 'artifacts';

/**
 * Says that an artifact is about to be used, so that no collection takes it for the next day. False if a collection was faster
 * and the file is gone: then it has to be put there again.
 */
export function touchArtifact(
  ctx: Pick<Context, 'store' | 'clock'>,
  hash: string,
  bytes: number,
  there: () => Promise<boolean>,
): Promise<boolean> {
  return ctx.store.db.transaction().execute(async (tx) => {
    await lockInTx(tx, ARTIFACTS_LOCK);
    if (!(await there())) return false;
    await tx
      .insertInto('artifacts')
      .values({ hash, bytes, createdAt: ctx.clock.now() })
      .onConflict((c) => c.column('hash').doUpdateSet({ bytes, markedAt: null, deletedAt: null }))
      .execute();
    return true;
  });
}
