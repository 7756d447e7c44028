import type { StoreTx } from '../../store/open.ts';
import type { AlertingContext } from '../context.ts';
import type { AlertRow } from '../rows.ts';

/** Writes down what somebody did about an alert: its history, the audit trail, and the event by which pages learn of it. */
export async function recordAct(
  ctx: AlertingContext,
  tx: StoreTx,
  row: AlertRow,
  act: { actor: string; action: string; why: string; detail?: Record<string, unknown> },
): Promise<void> {
  const { id: alert, model, rule, state } = row;
  await tx
    .insertInto('alertHistory')
    .values({ alert, at: ctx.clock.now(), fromState: state, toState: state, why: act.why })
    .execute();
  await ctx.audit.append(tx, act.actor, act.action, alert, { model, rule, ...act.detail });
  await ctx.events.emit(tx, 'alert.changed', model, { alert, rule, state });
}
