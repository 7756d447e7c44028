import { z } from 'zod';
import { defineChannel, previewJson } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverToSns } from './deliver.ts';
import { renderSns } from './render.ts';

export const snsOptions = z
  .strictObject({
    topicArn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/,
        'expected the ARN of a topic, such as arn:aws:sns:eu-central-1:123456789012:alerts',
      )
      .describe('ARN of the topic. Its region is where it is sent to.'),
    accessKeyId: z
      .string()
      .min(16)
      .optional()
      .describe('Access key. Default: the credentials of the machine, as AWS looks for them.'),
    secretAccessKey: secret(z.string().min(1).describe('Secret of the access key.')).optional(),
    sessionToken: secret(z.string().min(1).describe('With temporary credentials only.')).optional(),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Another address than that of the region.'),
  })
  .refine(({ accessKeyId, secretAccessKey }) => (accessKeyId === undefined) === (secretAccessKey === undefined), {
    message: 'expected both accessKeyId and secretAccessKey, or neither',
    path: ['secretAccessKey'],
  });

export const snsChannel = defineChannel({
  type: 'sns',
  label: 'Amazon SNS',
  description: 'Publishes to a topic, standard or FIFO, with attributes to filter by.',
  options: snsOptions,
  preview: (message, { topicArn }) => previewJson(renderSns(message, topicArn, 'preview')),
  deliver: deliverToSns,
});
