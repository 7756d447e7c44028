import type { Alert, Verdict } from '@leeway/contract';
import type { StoreTx } from '../../store/open.ts';
import type { AlertingContext } from '../context.ts';
import { activeMutings } from '../mutings.ts';
import { recordAct } from '../oncall/record-act.ts';
import { alertRow, toAlert } from '../rows.ts';

export interface Judging {
  id: string;
  verdict: Verdict;
  comment?: string;
  actor: string;
}

/** Says what an alert was worth. Everything that was said is kept; the last word counts. */
export const judge = (ctx: AlertingContext, judging: Judging): Promise<Alert> =>
  ctx.store.db.transaction().execute((tx) => judgeIn(ctx, tx, judging));

/** The same, in a transaction that has more to write. */
export async function judgeIn(
  ctx: AlertingContext,
  tx: StoreTx,
  { id, verdict, comment = '', actor }: Judging,
): Promise<Alert> {
  const now = ctx.clock.now();
  const row = await alertRow(tx, id);
  await tx.insertInto('alertVerdicts').values({ alert: id, at: now, actor, verdict, comment }).execute();
  await tx.updateTable('alerts').set({ verdict }).where('id', '=', id).execute();
  const changed = row.verdict !== null && row.verdict !== verdict ? ` (before: ${row.verdict})` : '';
  await recordAct(ctx, tx, row, {
    actor,
    action: 'alert.verdict',
    why: `called ${verdict} by ${actor}${changed}${comment ? `: ${comment}` : ''}`,
    detail: { verdict, comment },
  });
  return toAlert({ ...row, verdict }, await activeMutings(ctx, tx, now, [row.model]), now);
}
