import { type Alert, LeewayError } from '@leeway/contract';
import type { AlertingContext } from '../context.ts';
import { activeSilences, alertRow, toAlert } from '../rows.ts';

/** Somebody takes charge of an open alert: it is not repeated, and everybody sees who has it. The first one counts. */
export async function acknowledge(
  ctx: AlertingContext,
  { id, actor, note = '' }: { id: string; actor: string; note?: string },
): Promise<Alert> {
  return ctx.store.db.transaction().execute(async (tx) => {
    const now = ctx.clock.now();
    const row = await alertRow(tx, id);
    if (row.state === 'resolved')
      throw new LeewayError('wrong_state', `alert ${id} is over; only open ones are acknowledged`);
    const silences = await activeSilences(tx, now);
    if (row.acknowledgedBy !== null) return toAlert(row, silences, now);
    const taken = { acknowledgedBy: actor, acknowledgedAt: now };
    await tx.updateTable('alerts').set(taken).where('id', '=', id).execute();
    await tx
      .insertInto('alertHistory')
      .values({
        alert: id,
        at: now,
        fromState: row.state,
        toState: row.state,
        why: `acknowledged by ${actor}${note ? `: ${note}` : ''}`,
      })
      .execute();
    await ctx.audit.append(tx, actor, 'alert.acknowledge', id, { model: row.model, rule: row.rule, note });
    await ctx.events.emit(tx, 'alert.changed', row.model, { alert: id, rule: row.rule, state: row.state });
    return toAlert({ ...row, ...taken }, silences, now);
  });
}
