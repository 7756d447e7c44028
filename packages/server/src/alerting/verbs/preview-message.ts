import { type Alert, ChannelConfig, LeewayError, type MessagePreview } from '@leeway/contract';
import type { Channel } from '../../notify/channel.ts';
import { configureChannel } from '../../notify/index.ts';
import { buildMessage, type Message } from '../../notify/message.ts';
import { sampleAlert, sampleBackground } from '../../notify/sample.ts';
import { redact } from '../../notify/secret.ts';
import { dressMessage } from '../../notify/template/dress-message.ts';
import type { AlertingContext } from '../context.ts';
import { readBackground } from '../nearby-events.ts';
import { getAlert } from './list-alerts.ts';

export interface PreviewInput {
  /** A channel of the configuration, or one that may come there. */
  channel: string | (Record<string, unknown> & { type: string });
  /** Id of an alert; a sample of one by default. */
  alert?: string | undefined;
  /** In place of the channel's own. */
  template?: ChannelConfig['template'];
}

/** What a channel would send of an alert, made by what makes real messages. Nothing is sent. */
export async function previewMessage(
  ctx: AlertingContext,
  channels: readonly Channel[],
  input: PreviewInput,
): Promise<MessagePreview> {
  const config = configOf(ctx, input.channel);
  const { channel, options, secrets } = configureChannel(config, channels);
  const message = await messageOf(ctx, input.alert, config.zone);
  const { message: dressed, mistake } = dressMessage(message, input.template ?? config.template);
  const { contentType, subject, body } = channel.preview(dressed, options);
  const [left] = /\+ ?\d+ more/.exec(body) ?? [];
  return {
    channel: config.name,
    type: config.type,
    subject: redact(subject ?? dressed.subject, secrets),
    contentType,
    // Only what the options hold: a link in the message looks like a secret, and is none.
    body: secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), body),
    notes: [
      ...(mistake ? [`The template failed, so the message goes without it: ${mistake}`] : []),
      ...(left ? [`Not all of it fits: ${left}.`] : []),
    ],
  };
}

function configOf(ctx: AlertingContext, given: PreviewInput['channel']): ChannelConfig {
  if (typeof given !== 'string') {
    const parsed = ChannelConfig.safeParse({ name: 'preview', ...given });
    if (parsed.success) return parsed.data;
    const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new LeewayError('config_invalid', `channel: ${mistakes.join('; ')}`);
  }
  const config = ctx.config().channels.find(({ name }) => name === given);
  if (!config) throw new LeewayError('unknown_channel', `"${given}"`);
  return config;
}

async function messageOf(ctx: AlertingContext, id: string | undefined, zone: string | undefined): Promise<Message> {
  const now = ctx.clock.now();
  const { db } = ctx.store;
  const alert = id === undefined ? sampleAlert(now) : (await getAlert(ctx, id)).alert;
  const background =
    id === undefined ? new Map([[alert.id, sampleBackground(now)]]) : await readBackground(db, [alert]);
  const over = alert.state === 'resolved';
  return buildMessage({
    firing: over ? [] : [alert],
    resolved: over ? [alert] : [],
    reason: over ? 'all resolved' : 'first',
    group: { key: 'preview', labels: labelsOf(alert) },
    background,
    zone,
    publicUrl: ctx.publicUrl(),
    now,
  });
}

const labelsOf = ({ model }: Alert) => ({ model });
