import { cancelDeliveries, DELIVER_JOB } from '../../notify/outbox.ts';
import type { StoreTx } from '../../store/open.ts';
import type { AlertingContext } from '../context.ts';
import { ESCALATION, type GroupRef } from '../groups.ts';

/**
 * Somebody has taken an alert: what its escalations were about to say is not said. Messages that wait to be sent are taken back;
 * a channel that was told nothing so far hears nothing of the end either. What a worker is sending right now goes out.
 */
export async function withdrawSteps(ctx: AlertingContext, tx: StoreTx, alert: string, why: string): Promise<void> {
  const groups = await tx
    .selectFrom('groupMembers')
    .innerJoin('groups', (j) =>
      j.onRef('groups.key', '=', 'groupMembers.key').onRef('groups.channel', '=', 'groupMembers.channel'),
    )
    .select(['groups.key', 'groups.channel', 'groups.notifiedAt'])
    .where('groupMembers.alert', '=', alert)
    .where('groups.route', '=', ESCALATION)
    .where('groups.key', 'like', 'escalation:%')
    .execute();
  for (const { key, channel, notifiedAt } of groups) {
    await withdrawMessages(ctx, tx, { key, channel }, alert, why);
    const group = tx.updateTable('groups').where('key', '=', key).where('channel', '=', channel);
    if (!(await mayHaveHeard(tx, { key, channel }))) {
      await group.set({ firing: null, resolved: null, notifiedAt: null, flushAt: null }).execute();
      await tx.deleteFrom('groupMembers').where('key', '=', key).where('channel', '=', channel).execute();
    } else if (notifiedAt !== null) {
      // Not 0 any more, by which a step asks to be told once more.
      await group.set({ notifiedAt: ctx.clock.now() }).execute();
    }
  }
}

/** Takes back what waits. The jobs that no worker holds go in the same transaction, so that none of these is sent later. */
async function withdrawMessages(
  ctx: AlertingContext,
  tx: StoreTx,
  { key, channel }: GroupRef,
  alert: string,
  why: string,
): Promise<void> {
  const queued = await tx
    .selectFrom('deliveries')
    .select('id')
    .where('groupKey', '=', key)
    .where('channel', '=', channel)
    .where('state', '=', 'queued')
    .where('reason', 'like', 'escalation%')
    .execute();
  const free: string[] = [];
  for (const { id } of queued) {
    const job = await tx
      .deleteFrom('jobs')
      .where('kind', '=', DELIVER_JOB)
      .where('key', '=', id)
      .where('state', '=', 'queued')
      .returning('id')
      .executeTakeFirst();
    if (job) free.push(id);
  }
  await cancelDeliveries(ctx, tx, { ids: free, key, channel, alert }, why);
}

/** Whether anything of the group was sent, is being sent, or was tried: then it may have come through, whatever the answer. */
async function mayHaveHeard(tx: StoreTx, { key, channel }: GroupRef): Promise<boolean> {
  const row = await tx
    .selectFrom('deliveries')
    .select('id')
    .where('groupKey', '=', key)
    .where('channel', '=', channel)
    .where((e) => e.or([e('state', '!=', 'cancelled'), e('attempts', '>', 0)]))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
