import { type Alert, LeewayError } from '@leeway/contract';
import { iso } from '../../platform/clock.ts';
import type { AlertingContext } from '../context.ts';
import { ESCALATION, joinGroup } from '../groups.ts';
import { activeMutings } from '../mutings.ts';
import { alertRow, toAlert } from '../rows.ts';
import { channelsOf } from './find-targets.ts';
import { recordAct } from './record-act.ts';

export interface Assignment {
  id: string;
  /** Whose it is from now on; null for nobody's. */
  assignee: string | null;
  actor: string;
  /** Whether the assignee is told, by the channels that `onCall.people` gives. */
  tell?: boolean;
}

/** Says whose an alert is. Open or over: who looks into it afterwards is an assignee too. */
export async function assign(ctx: AlertingContext, { id, assignee, actor, tell = false }: Assignment): Promise<Alert> {
  return ctx.store.db.transaction().execute(async (tx) => {
    const now = ctx.clock.now();
    const row = await alertRow(tx, id);
    const { onCall } = ctx.config();
    const channels = tell ? channelsOf(onCall, assignee) : [];
    if (tell && assignee !== null && channels.length === 0) {
      const known = Object.keys(onCall.people).join(', ') || 'none is declared';
      throw new LeewayError('invalid_request', `assignee: expected one of onCall.people (${known}), got "${assignee}"`);
    }
    if (row.assignee !== assignee) {
      await tx.updateTable('alerts').set({ assignee }).where('id', '=', id).execute();
      const why = assignee === null ? `assigned to nobody by ${actor}` : `assigned to ${assignee} by ${actor}`;
      await recordAct(ctx, tx, row, { actor, action: 'alert.assign', why, detail: { assignee, tell } });
    }
    for (const channel of row.state === 'resolved' ? [] : channels) {
      const labels = { model: row.model, assigned: assignee ?? '' };
      const group = { key: `assigned:${id}:${assignee}`, channel, route: ESCALATION, labels };
      await joinGroup(ctx, tx, group, id, { again: true });
    }
    return toAlert({ ...row, assignee }, await activeMutings(ctx, tx, now, [row.model]), now);
  });
}

export interface AlertComment {
  at: string;
  actor: string;
  text: string;
}

/** Adds what somebody has to say of an alert. */
export async function comment(
  ctx: AlertingContext,
  { id, actor, text }: { id: string; actor: string; text: string },
): Promise<AlertComment> {
  return ctx.store.db.transaction().execute(async (tx) => {
    const at = ctx.clock.now();
    const row = await alertRow(tx, id);
    await tx.insertInto('alertComments').values({ alert: id, at, actor, text }).execute();
    await ctx.audit.append(tx, actor, 'alert.comment', id, { model: row.model, rule: row.rule, text });
    await ctx.events.emit(tx, 'alert.changed', row.model, { alert: id, rule: row.rule, state: row.state });
    return { at: iso(at), actor, text };
  });
}
