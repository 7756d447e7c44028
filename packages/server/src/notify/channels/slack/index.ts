import { z } from 'zod';
import { defineChannel } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverToSlack } from './deliver.ts';

export const slackOptions = z.strictObject({
  url: secret(
    z.url({ protocol: /^https?$/ }).describe('Address of an incoming webhook of Slack, or of what speaks like it.'),
  ),
});

export const slackChannel = defineChannel({
  type: 'slack',
  label: 'Slack',
  description: 'Posts to an incoming webhook of Slack.',
  options: slackOptions,
  deliver: deliverToSlack,
});
