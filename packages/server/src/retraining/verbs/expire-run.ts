import { exponentialBackoff } from '../../jobs/jobs.ts';
import type { StoreTx } from '../../store/open.ts';
import type { RetrainingContext } from '../context.ts';
import { EXPIRE_JOB } from '../follow-run.ts';
import { EXPIRED } from '../past-runs.ts';
import { changeRun } from '../runs.ts';

/** Ends what has waited for a person for too long: a challenger is refused, a suggestion is dropped. */
export function registerExpiry(ctx: RetrainingContext): void {
  ctx.jobs.define<{ run: string }>(EXPIRE_JOB, {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: exponentialBackoff(2_000, 300_000),
    handler:
      async ({ payload }) =>
      (tx) =>
        expire(ctx, tx, payload.run),
  });
}

async function expire(ctx: RetrainingContext, tx: StoreTx, id: string): Promise<void> {
  const row = await tx.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row || row.expiresAt === null || row.expiresAt > ctx.clock.now()) return;
  if (row.state === 'awaiting_approval') {
    await changeRun(ctx, tx, row, 'rejected', { decision: `${EXPIRED}: the challenger is refused` });
  } else if (row.state === 'suggested') {
    await changeRun(ctx, tx, row, 'cancelled', { decision: `${EXPIRED}: the suggestion is dropped` });
  }
}
