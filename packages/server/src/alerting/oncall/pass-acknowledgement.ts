import { createHash } from 'node:crypto';
import { channelOptions } from '../../notify/channel.ts';
import { CHANNELS } from '../../notify/index.ts';
import { buildMessage } from '../../notify/message.ts';
import { enqueueDelivery } from '../../notify/outbox.ts';
import { decode, decodeOrNull } from '../../store/json.ts';
import type { StoreTx } from '../../store/open.ts';
import type { AlertingContext } from '../context.ts';
import { actionLinks } from '../links.ts';
import { activeMutings } from '../mutings.ts';
import { toAlert } from '../rows.ts';

/**
 * Tells the services that take or show acknowledgements who has taken charge of an alert that they were told of, so that they
 * stop calling people too. Silences do not matter to it: it makes no noise. `at` is when it was acknowledged.
 */
export async function passAcknowledgement(
  ctx: AlertingContext,
  tx: StoreTx,
  { alert, at }: { alert: string; at: number },
): Promise<void> {
  const channels = ctx.config().channels.filter((channel) => {
    const kind = CHANNELS.find(({ type }) => type === channel.type);
    return kind?.acknowledges?.(channelOptions(channel)) === true;
  });
  if (channels.length === 0) return;
  const groups = await tx
    .selectFrom('groups')
    .innerJoin('groupMembers', (join) =>
      join.onRef('groupMembers.key', '=', 'groups.key').onRef('groupMembers.channel', '=', 'groups.channel'),
    )
    .select(['groups.key', 'groups.channel', 'groups.labels', 'groups.firing'])
    .where('groupMembers.alert', '=', alert)
    .where(
      'groups.channel',
      'in',
      channels.map(({ name }) => name),
    )
    .execute();
  for (const { key, channel, labels, firing } of groups) {
    const told = decodeOrNull<string[]>(firing) ?? [];
    if (!told.includes(alert)) continue;
    const rows = await tx
      .selectFrom('alerts')
      .selectAll()
      .where('id', 'in', told)
      .where('state', 'in', ['firing', 'recovering'])
      .execute();
    const mutings = await activeMutings(ctx, tx, at, [...new Set(rows.map(({ model }) => model))]);
    const name = JSON.stringify([key, channel, alert, at]);
    const id = `dlv_${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
    const message = buildMessage({
      firing: rows.map((row) => toAlert(row, mutings, at)),
      resolved: [],
      reason: 'acknowledged',
      group: { key, labels: decode(labels) },
      actions: await actionLinks(ctx, tx, { channel, delivery: id }),
      zone: channels.find((candidate) => candidate.name === channel)?.zone,
      publicUrl: ctx.publicUrl(),
      now: at,
    });
    await enqueueDelivery(ctx, tx, { id, key, channel, message });
  }
}
