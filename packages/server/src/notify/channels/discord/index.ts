import { z } from 'zod';
import { defineChannel, previewJson } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverToDiscord } from './deliver.ts';
import { renderDiscord } from './render.ts';

export const discordOptions = z.strictObject({
  url: secret(
    z
      .url({ protocol: /^https?$/ })
      .regex(/\/webhooks\/[^/?]+\/[^/?]+$/, 'expected an address that ends with /webhooks/ID/TOKEN')
      .describe('Address of a webhook of a Discord channel, as Discord shows it.'),
  ),
  threadId: z.string().regex(/^\d+$/, 'expected digits').optional().describe('Thread of the channel to post in.'),
});

export const discordChannel = defineChannel({
  type: 'discord',
  label: 'Discord',
  description: 'Posts to a webhook of Discord; the message is edited in place when its alerts resolve.',
  options: discordOptions,
  acknowledges: () => true,
  addressIsKey: true,
  preview: (message) => previewJson(renderDiscord(message)),
  deliver: deliverToDiscord,
});
