import type { Channel } from '../channel.ts';
import { consoleChannel } from './console/index.ts';
import { slackChannel } from './slack/index.ts';
import { smtpChannel } from './smtp/index.ts';
import { webhookChannel } from './webhook/index.ts';

/** Every kind of channel there is. */
export const CHANNELS: readonly Channel[] = [consoleChannel, smtpChannel, slackChannel, webhookChannel];
