import { createHash } from 'node:crypto';
import type { Alert } from '@leeway/contract';
import { exponentialBackoff } from '../../jobs/jobs.ts';
import { buildMessage } from '../../notify/message.ts';
import { enqueueDelivery } from '../../notify/outbox.ts';
import { decode, decodeOrNull, encode } from '../../store/json.ts';
import { lockInTx } from '../../store/lock.ts';
import type { StoreTx } from '../../store/open.ts';
import type { AlertingContext } from '../context.ts';
import type { NotificationDecision } from '../decide/decide-notification.ts';
import { resolveRoutes } from '../decide/match-route.ts';
import { freeAt } from '../decide/rate-limit.ts';
import { decideGroup, heldBack, nextLook, reasonOf } from '../decide-group.ts';
import { type GroupRow, type Held, heldOf, type Member, viewGroup, whatSilencesTell } from '../group-view.ts';
import { DIGEST, ESCALATION, FLUSH_JOB, flushBy, type GroupRef, joinGroup, OVERFLOW } from '../groups.ts';
import { actionLinks } from '../links.ts';
import { logEntry, quietReason, whyQuiet } from '../log-words.ts';
import { readBackground } from '../nearby-events.ts';
import { logNotification } from '../notification-log.ts';

export function defineFlushGroup(ctx: AlertingContext): void {
  ctx.jobs.define<GroupRef>(FLUSH_JOB, {
    // All of it is one transaction: it is done once or not at all, and it must be done in the end.
    maxAttempts: Number.POSITIVE_INFINITY,
    // Many groups speak at once when many alerts begin at once: they are committed together.
    concurrency: 16,
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
  const limited = ctx.config().channels.some(({ name, rateLimit }) => name === ref.channel && rateLimit);
  // Its messages are counted and then added to: one group after the other.
  if (limited) await lockInTx(tx, `rate-limit/${ref.channel}`);
  const group = await claim(tx, ref, now);
  if (!group) return;
  const root = resolveRoutes(ctx.config().routes);
  const members = await viewGroup(ctx, tx, root, group);
  const held = heldOf(group);
  const tells = await whatSilencesTell(tx, members);
  const decision = decideGroup(ctx, root, group, members, held, tells);
  const [firing, resolved] = [new Set(decision.firing), new Set(decision.resolved)];
  const alerts = members.map(({ alert }) => alert).filter(({ id }) => firing.has(id) || resolved.has(id));
  const slot = decision.send ? await slotFor(ctx, tx, ref.channel, alerts) : now;
  if (slot > now) return waitForSlot(ctx, tx, group, members, held, decision, slot);

  const reason = reasonOf(group, decision);
  const sequence = decision.send ? group.sequence + 1 : group.sequence;
  const notifiedAt = decision.reason === 'none' ? group.notifiedAt : now;
  const delivery = decision.send ? deliveryId(ref, sequence) : null;
  if (delivery !== null) {
    const flaps = members.find(({ flapping, alert }) => flapping && firing.has(alert.id))?.flapping;
    const message = buildMessage({
      firing: alerts.filter(({ id }) => firing.has(id)),
      resolved: alerts.filter(({ id }) => resolved.has(id)),
      reason,
      told: {
        ...(reason === 'digest' && group.notifiedAt !== null ? { since: group.notifiedAt } : {}),
        ...(reason === 'flapping' && flaps ? { changes: flaps.changes, windows: flaps.windows } : {}),
      },
      group: { key: ref.key, labels: decode(group.labels) },
      background: await readBackground(tx, alerts),
      actions: await actionLinks(ctx, tx, { channel: ref.channel, delivery }),
      zone: ctx.config().channels.find(({ name }) => name === ref.channel)?.zone,
      publicUrl: ctx.publicUrl(),
      now,
    });
    await enqueueDelivery(ctx, tx, { id: delivery, ...ref, message });
  }
  const announced = new Set(decision.announced);
  const stays = ({ alert, open }: Member) => open || announced.has(alert.id);
  await leave(
    tx,
    ref,
    members.filter((member) => !stays(member)),
  );
  const staying = members.filter(stays);
  const next = nextLook(ctx, root, group, staying, notifiedAt, announced);
  await tx
    .updateTable('groups')
    .set({
      firing: encode(decision.announced),
      resolved: encode(decision.resolved),
      notifiedAt,
      sequence,
      held: heldBack(group, staying, held, decision, tells),
    })
    .where('key', '=', ref.key)
    .where('channel', '=', ref.channel)
    .execute();
  await noteMatches(tx, staying, now);
  if (next !== null) await flushBy(ctx, tx, ref, null, next);
  const why = delivery === null ? whyQuiet(group, members, decision, held) : reason;
  const quiet = delivery === null && decision.reason === 'none';
  const logged = { reason: quiet ? quietReason(members) : reason, why, delivery, nextAt: next };
  await logNotification(ctx, tx, ref, { ...logged, alerts: members.map((member) => logEntry(member, held)) });
}

/** When the channel may be sent this: now, or when its rate limit lets it. */
async function slotFor(ctx: AlertingContext, tx: StoreTx, channel: string, alerts: readonly Alert[]): Promise<number> {
  const now = ctx.clock.now();
  const limit = ctx.config().channels.find(({ name }) => name === channel)?.rateLimit;
  if (!limit) return now;
  if (limit.critical === 'pass' && alerts.some(({ severity }) => severity === 'critical')) return now;
  const sent = await tx
    .selectFrom('deliveries')
    .select('createdAt')
    .where('channel', '=', channel)
    .orderBy('createdAt', 'desc')
    .limit(limit.most)
    .execute();
  return freeAt(
    limit,
    sent.map(({ createdAt }) => createdAt),
    now,
  );
}

/** Nothing is told now. What is new moves to the one group in which all waits that the channel was kept from. */
async function waitForSlot(
  ctx: AlertingContext,
  tx: StoreTx,
  group: GroupRow,
  members: readonly Member[],
  held: Held,
  decision: NotificationDecision,
  slot: number,
): Promise<void> {
  const { key, channel } = group;
  const known = new Set(decodeOrNull<string[]>(group.firing));
  const plain = decision.reason === 'first' || decision.reason === 'new alerts';
  const moves = plain && group.route !== OVERFLOW && group.route !== DIGEST && group.route !== ESCALATION;
  const moving = moves ? decision.firing.filter((id) => !known.has(id)) : [];
  if (moving.length > 0) {
    const spec = { key: `overflow:${channel}`, channel, route: OVERFLOW, labels: { channel } };
    for (const id of moving) await joinGroup(ctx, tx, spec, id);
    const moved = [...held.moved, ...moving];
    await tx
      .updateTable('groups')
      .set({ held: encode<unknown>({ ...held, moved } satisfies Held) })
      .where('key', '=', key)
      .where('channel', '=', channel)
      .execute();
  }
  await flushBy(ctx, tx, { key, channel }, null, slot);
  const now = { ...held, moved: [...held.moved, ...moving] };
  await logNotification(
    ctx,
    tx,
    { key, channel },
    {
      reason: 'rate limited',
      why: `${decision.reason}: the channel has had its most messages; it waits until ${new Date(slot).toISOString()}`,
      delivery: null,
      alerts: members.map((member) => logEntry(member, now)),
      nextAt: slot,
    },
  );
}

/** Remembers of silences that something matched them. */
async function noteMatches(tx: StoreTx, members: readonly Member[], now: number): Promise<void> {
  const refs = [...new Set(members.flatMap(({ muted }) => (muted?.by === 'silence' ? muted.ref : [])))];
  if (refs.length === 0) return;
  await tx.updateTable('silences').set({ matchedAt: now }).where('id', 'in', refs).execute();
}

/** Takes the group's turn, and its lock. Null if it is not due: another replica was here, or it was moved. */
async function claim(tx: StoreTx, { key, channel }: GroupRef, now: number): Promise<GroupRow | null> {
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

async function leave(tx: StoreTx, { key, channel }: GroupRef, members: readonly Member[]): Promise<void> {
  const ids = members.map(({ alert }) => alert.id);
  for (let i = 0; i < ids.length; i += 500) {
    await tx
      .deleteFrom('groupMembers')
      .where('key', '=', key)
      .where('channel', '=', channel)
      .where('alert', 'in', ids.slice(i, i + 500))
      .execute();
  }
}

const deliveryId = ({ key, channel }: GroupRef, sequence: number): string =>
  `dlv_${createHash('sha256')
    .update(JSON.stringify([key, channel, sequence]))
    .digest('hex')
    .slice(0, 24)}`;
