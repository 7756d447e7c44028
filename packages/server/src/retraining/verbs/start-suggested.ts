import { LeewayError, type Run } from '@leeway/contract';
import { lockInTx } from '../../store/lock.ts';
import type { StoreTx } from '../../store/open.ts';
import type { RetrainingContext } from '../context.ts';
import { BY_HAND, decideTrigger } from '../decide/decide-trigger.ts';
import { changeRun, runRow, toRun } from '../runs.ts';
import { enqueueStep } from '../steps/step.ts';
import { checkDecider, type Decision, moved } from './decide-run.ts';
import { errorOf, occasionOf } from './start-run.ts';

/**
 * Starts a run that was suggested. @throws LeewayError `wrong_state` when it is not suggested any more, `run_in_progress`,
 * `quality_veto` when the feed has broken since; then the suggestion stays.
 */
export const startSuggested = (ctx: RetrainingContext, given: Decision): Promise<Run> =>
  ctx.store.db.transaction().execute((tx) => startSuggestedInTx(ctx, tx, given));

export async function startSuggestedInTx(ctx: RetrainingContext, tx: StoreTx, given: Decision): Promise<Run> {
  const { id, actor, reason } = given;
  const { model } = await runRow(tx, id);
  await lockInTx(tx, `runs/${model}`);
  const row = await runRow(tx, id);
  if (row.state !== 'suggested')
    throw new LeewayError('wrong_state', `run ${id} is ${row.state}; only one that is suggested can be started`);
  checkDecider(ctx, model, given);
  const decided = decideTrigger(await occasionOf(ctx, tx, { model, trigger: BY_HAND }));
  if (decided.decision === 'refuse') throw errorOf(model, decided);
  const decision = `started by ${actor}${reason ? `: ${reason}` : ''}`;
  const changed = moved(await changeRun(ctx, tx, row, 'queued', { actor, decision }), row);
  await enqueueStep(ctx, tx, 'retrain-prepare', { run: id, model });
  return toRun(changed);
}
