import { createHash } from 'node:crypto';
import { buildMessage } from '../notify/message.ts';
import { enqueueDelivery } from '../notify/outbox.ts';
import { decode, decodeOrNull } from '../store/json.ts';
import type { StoreTx } from '../store/open.ts';
import type { AlertingContext } from './context.ts';
import { activeMutings } from './mutings.ts';
import { logNotification } from './notification-log.ts';
import { alertRow, toAlert } from './rows.ts';

export interface Note {
  alert: string;
  /** Names the note: given twice it is told once. */
  key: string;
  text: string;
}

/**
 * Says something about an alert where it was announced: in its history, and as a message of each group that was told of it, so in
 * the same thread. It changes nothing about the alert, and starts no repetition anew.
 */
export async function noteOnAlert(ctx: AlertingContext, tx: StoreTx, { alert: id, key, text }: Note): Promise<void> {
  const now = ctx.clock.now();
  const row = await alertRow(tx, id);
  await tx
    .insertInto('alertHistory')
    .values({ alert: id, at: now, fromState: row.state, toState: row.state, why: text })
    .execute();
  await ctx.events.emit(tx, 'alert.changed', row.model, { alert: id, rule: row.rule, state: row.state });
  const alert = toAlert(row, await activeMutings(ctx, tx, now, [row.model]), now);
  // Who has silenced an alert does not want to hear of it, and of one that is over the group itself tells; its page has it all.
  if (alert.muted !== null || alert.state === 'resolved') return;
  const groups = await tx
    .selectFrom('groupMembers')
    .innerJoin('groups', (join) =>
      join.onRef('groups.key', '=', 'groupMembers.key').onRef('groups.channel', '=', 'groupMembers.channel'),
    )
    .select(['groups.key', 'groups.channel', 'groups.labels', 'groups.firing'])
    .where('groupMembers.alert', '=', id)
    .execute();
  for (const { key: group, channel, labels, firing } of groups) {
    if (!decodeOrNull<string[]>(firing)?.includes(id)) continue;
    const config = ctx.config().channels.find(({ name }) => name === channel);
    if (!config) continue;
    const delivery = `dlv_${createHash('sha256')
      .update(JSON.stringify([group, channel, 'note', key]))
      .digest('hex')
      .slice(0, 24)}`;
    const told = await tx.selectFrom('deliveries').select('id').where('id', '=', delivery).executeTakeFirst();
    if (told) continue;
    const message = buildMessage({
      firing: [alert],
      resolved: [],
      reason: 'action',
      told: { note: text },
      group: { key: group, labels: decode(labels) },
      zone: config.zone,
      publicUrl: ctx.publicUrl(),
      now,
    });
    await enqueueDelivery(ctx, tx, { id: delivery, key: group, channel, message });
    const logged = { alert: id, state: 'firing' as const };
    const entry = { reason: 'action', why: text, delivery, alerts: [logged], nextAt: null };
    await logNotification(ctx, tx, { key: group, channel }, entry);
  }
}
