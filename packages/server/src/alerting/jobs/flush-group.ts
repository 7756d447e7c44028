import { createHash } from 'node:crypto';
import type { Selectable } from 'kysely';
import { exponentialBackoff } from '../../jobs/jobs.ts';
import { enqueueDelivery } from '../../notify/deliver.ts';
import { buildMessage } from '../../notify/message.ts';
import { decode, decodeOrNull, encode } from '../../store/json.ts';
import type { StoreTx } from '../../store/open.ts';
import type { Schema } from '../../store/schema.ts';
import type { AlertingContext } from '../context.ts';
import { decideNotification, idleDueAt } from '../decide/decide-notification.ts';
import { resolveRoutes } from '../decide/match-route.ts';
import { findSilence } from '../decide/match-silence.ts';
import { FLUSH_JOB, flushBy, type GroupRef, timersOf } from '../groups.ts';
import { activeSilences, toAlert } from '../rows.ts';

export function defineFlushGroup(ctx: AlertingContext): void {
  ctx.jobs.define<GroupRef>(FLUSH_JOB, {
    // All of it is one transaction: it is done once or not at all, and it must be done in the end.
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: exponentialBackoff(1_000, 60_000),
    handler:
      async ({ payload }) =>
      (tx) =>
        flushGroup(ctx, tx, payload),
  });
}

/** Decides what a channel is told of a group, and writes it down: the log, the message, and the job that delivers it. */
async function flushGroup(ctx: AlertingContext, tx: StoreTx, ref: GroupRef): Promise<void> {
  const now = ctx.clock.now();
  const group = await claim(tx, ref, now);
  if (!group) return;
  const root = resolveRoutes(ctx.config().routes);
  const timers = timersOf(root, group.route);
  const silences = await activeSilences(tx, now);
  const members = (await membersOf(tx, ref)).map((row) => toAlert(row, silences, now));
  const open = members.filter(({ state }) => state === 'firing' || state === 'recovering');
  const audible = open.filter((alert) => alert.muted === null);
  const muted = open.filter((alert) => alert.muted !== null);
  const closed = members.filter((alert) => !open.includes(alert));

  const decision = decideNotification({
    log:
      group.notifiedAt === null ? null : { firing: decodeOrNull<string[]>(group.firing) ?? [], at: group.notifiedAt },
    firing: audible.map(({ id }) => id),
    muted: muted.map(({ id }) => id),
    resolved: closed.map(({ id }) => id),
    acknowledged: audible.every((alert) => alert.acknowledgedBy !== null),
    sendResolved: ctx.config().channels.find(({ name }) => name === ref.channel)?.sendResolved ?? true,
    repeatIntervalMs: timers.repeatIntervalMs,
    now,
  });
  const sequence = decision.send ? group.sequence + 1 : group.sequence;
  const notifiedAt = decision.reason === 'none' ? group.notifiedAt : now;
  if (decision.send) {
    const message = buildMessage({
      firing: members.filter(({ id }) => decision.firing.includes(id)),
      resolved: members.filter(({ id }) => decision.resolved.includes(id)),
      reason: decision.reason,
      group: { key: ref.key, labels: decode(group.labels) },
      publicUrl: ctx.publicUrl(),
      now,
    });
    await enqueueDelivery(ctx, tx, { id: deliveryId(ref, sequence), ...ref, message });
  }
  await tx
    .updateTable('groups')
    .set({ firing: encode(decision.announced), resolved: encode(decision.resolved), notifiedAt, sequence })
    .where('key', '=', ref.key)
    .where('channel', '=', ref.channel)
    .execute();
  if (closed.length > 0) {
    await tx
      .deleteFrom('groupMembers')
      .where('key', '=', ref.key)
      .where('channel', '=', ref.channel)
      .where(
        'alert',
        'in',
        closed.map(({ id }) => id),
      )
      .execute();
  }
  const next = idleDueAt({
    notifiedAt,
    repeats: audible.some((alert) => alert.acknowledgedBy === null),
    silencesEnd: muted.flatMap((alert) => findSilence(silences, alert.labels, now)?.endsAt ?? []),
    timers,
    now,
  });
  if (next !== null) await flushBy(ctx, tx, ref, null, next);
}

/** Takes the group's turn, and its lock. Null if it is not due: another replica was here, or it was moved. */
async function claim(
  tx: StoreTx,
  { key, channel }: GroupRef,
  now: number,
): Promise<Selectable<Schema['groups']> | null> {
  const row = await tx
    .updateTable('groups')
    .set({ flushAt: null })
    .where('key', '=', key)
    .where('channel', '=', channel)
    .where('flushAt', '<=', now)
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

const membersOf = (tx: StoreTx, { key, channel }: GroupRef) =>
  tx
    .selectFrom('groupMembers')
    .innerJoin('alerts', 'alerts.id', 'groupMembers.alert')
    .selectAll('alerts')
    .where('groupMembers.key', '=', key)
    .where('groupMembers.channel', '=', channel)
    .execute();

const deliveryId = ({ key, channel }: GroupRef, sequence: number): string =>
  `dlv_${createHash('sha256')
    .update(JSON.stringify([key, channel, sequence]))
    .digest('hex')
    .slice(0, 24)}`;
