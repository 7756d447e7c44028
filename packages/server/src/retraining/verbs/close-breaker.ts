import { modelOf } from '../../context.ts';
import type { RetrainingContext } from '../context.ts';
import { keepBreakerClosed } from '../policy-state.ts';

/** Closes the circuit breaker of a model: runs that failed until now do not count any more. */
export async function closeBreaker(
  ctx: RetrainingContext,
  { model, actor, reason }: { model: string; actor: string; reason: string },
): Promise<void> {
  const { name } = modelOf(ctx, model);
  await ctx.store.db.transaction().execute(async (tx) => {
    await keepBreakerClosed(tx, name, ctx.clock.now());
    await ctx.audit.append(tx, actor, 'retraining.breaker_closed', name, { reason });
    await ctx.events.emit(tx, 'run.changed', name, { run: null, state: 'breaker_closed' });
  });
}
