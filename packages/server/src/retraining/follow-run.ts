import { type Run, ToldOf } from '@leeway/contract';
import type { StoreTx } from '../store/open.ts';
import { type RetrainingContext, SYSTEM } from './context.ts';
import { failuresInARow } from './decide/guards.ts';
import { pastRuns, SUPERSEDED } from './past-runs.ts';
import { policyState } from './policy-state.ts';
import { tellOfRun } from './tell.ts';

export const EXPIRE_JOB = 'retrain-expire';

/** What follows from a run's new state, in the transaction that gives it: its time begins to run out, and people are told. */
export async function followRun(ctx: RetrainingContext, tx: StoreTx, run: Run): Promise<void> {
  if (run.expiresAt !== null) {
    const payload = { run: run.id };
    // A run that is asked for again has another end; the job of the one before finds that it is not due.
    const key = `${run.id}/${run.expiresAt}`;
    await ctx.jobs.enqueue(tx, { kind: EXPIRE_JOB, key, payload, runAt: Date.parse(run.expiresAt) });
  }
  const superseded = run.decision?.startsWith(SUPERSEDED);
  const what = ToldOf.safeParse(run.state);
  if (what.success && !superseded) await tellOfRun(ctx, tx, run, what.data);
  if (run.state === 'failed') await watchBreaker(ctx, tx, run);
}

async function watchBreaker(ctx: RetrainingContext, tx: StoreTx, run: Run): Promise<void> {
  const retrain = ctx.config().models.find(({ name }) => name === run.model)?.retrain;
  if (!retrain) return;
  const { breakerClosedAt } = await policyState(tx, run.model, ctx.clock.now());
  const { length } = failuresInARow({ runs: await pastRuns(tx, run.model), breakerClosedAt });
  if (length < retrain.circuitBreaker.failures) return;
  const detail = { run: run.id, failures: length, after: retrain.circuitBreaker.after };
  await ctx.audit.append(tx, SYSTEM, 'retraining.breaker_opened', run.model, detail);
  await tellOfRun(ctx, tx, run, 'breaker_opened');
}
