import { z } from 'zod';
import { defineChannel, previewJson } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverToSlack } from './deliver.ts';
import { renderSlack } from './render.ts';

export const slackOptions = z
  .strictObject({
    url: secret(
      z.url({ protocol: /^https?$/ }).describe('Address of an incoming webhook of Slack, or of what speaks like it.'),
    ).optional(),
    token: secret(
      z
        .string()
        .regex(/^xox[a-z]-/, 'expected the token of a bot, which begins with "xoxb-"')
        .describe('Token of a bot with the scope chat:write: messages are updated in place and answered in a thread.'),
    ).optional(),
    channel: z.string().min(1).describe('With a token: id of the channel (C0123ABCD), or its name.').optional(),
    apiUrl: z
      .url({ protocol: /^https?$/ })
      .default('https://slack.com/api')
      .describe('Where the Web API is.'),
  })
  .refine(({ url, token, channel }) => (url ? !token && !channel : token && channel), {
    error: 'expected either a url (incoming webhook), or a token and a channel (Web API)',
  });

export const slackChannel = defineChannel({
  type: 'slack',
  label: 'Slack',
  description: 'Posts to an incoming webhook of Slack, or with a token: then updates in place and answers in a thread.',
  addressIsKey: true,
  options: slackOptions,
  acknowledges: ({ token }) => token !== undefined,
  preview: (message) => previewJson(renderSlack(message)),
  deliver: deliverToSlack,
});
