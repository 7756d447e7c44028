import { type ChannelConfig, LeewayError } from '@leeway/contract';
import { z } from 'zod';
import { type Channel, channelOptions } from './channel.ts';
import { CHANNELS } from './channels/index.ts';
import { secretsOf } from './secret.ts';

export type { Channel } from './channel.ts';
export { CHANNELS } from './channels/index.ts';

export interface ChannelType {
  type: string;
  label: string;
  description: string;
  /** JSON Schema of the options; secret fields carry `secret: true` and `writeOnly: true`. */
  schema: Record<string, unknown>;
}

/** The kinds of channels, for listings and forms. */
export function listChannelTypes(channels: readonly Channel[] = CHANNELS): ChannelType[] {
  return channels.map(({ type, label, description, options }) => ({
    type,
    label,
    description,
    schema: z.toJSONSchema(options, { io: 'input' }) as Record<string, unknown>,
  }));
}

export interface ConfiguredChannel {
  channel: Channel;
  options: Record<string, unknown>;
  /** Values that no error or log may show. */
  secrets: string[];
}

/** The channel behind an entry of the configuration, with its options checked; `config_invalid` names every mistake. */
export function configureChannel(config: ChannelConfig, channels: readonly Channel[] = CHANNELS): ConfiguredChannel {
  const { name, type } = config;
  const channel = channels.find((candidate) => candidate.type === type);
  if (!channel) {
    const known = channels.map((candidate) => candidate.type).join(', ');
    throw new LeewayError('config_invalid', `channel "${name}": expected one of ${known} as type, got "${type}"`);
  }
  const parsed = channel.options.safeParse(channelOptions(config));
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'options'}: ${issue.message}`);
    throw new LeewayError('config_invalid', `channel "${name}": ${mistakes.join('; ')}`);
  }
  return { channel, options: parsed.data, secrets: secretsOf(channel.options, parsed.data) };
}
