import { z } from 'zod';
import { defineChannel } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverToTelegram } from './deliver.ts';
import { renderTelegram } from './render.ts';

export const telegramOptions = z.strictObject({
  token: secret(
    z
      .string()
      .regex(/^\d+:[A-Za-z0-9_-]{20,}$/, 'expected a token such as 123456:ABC-DEF, as BotFather gives it')
      .describe('Token of the bot.'),
  ),
  chat: z
    .union([z.int(), z.string().regex(/^(-?\d+|@\w{4,})$/, 'expected the id of a chat, or @name of a channel')])
    .describe('Id of the chat, or @name of a public channel. The bot must be in it.'),
  thread: z.int().optional().describe('Id of the topic, in a group with topics.'),
  quiet: z
    .enum(['none', 'info', 'warning', 'all'])
    .default('info')
    .describe('Up to which severity messages make no sound. Ends never make one.'),
  url: z
    .url({ protocol: /^https?$/ })
    .default('https://api.telegram.org')
    .describe('Address of the API.'),
});

export const telegramChannel = defineChannel({
  type: 'telegram',
  label: 'Telegram',
  description: 'Sends as a bot, with the chart; the message is edited when its alerts end.',
  options: telegramOptions,
  preview: (message) => ({ contentType: 'text/html', body: renderTelegram(message) }),
  deliver: deliverToTelegram,
});
