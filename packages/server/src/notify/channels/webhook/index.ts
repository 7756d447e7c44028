import { z } from 'zod';
import { defineChannel } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverToWebhook } from './deliver.ts';

const signingSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'expected "whsec_" and at least 24 random bytes in base64');

export const webhookOptions = z.strictObject({
  url: secret(z.url({ protocol: /^https?$/ }).describe('Address that gets a POST with JSON.')),
  secret: secret(
    signingSecret.describe('Signs each call as Standard Webhooks says; without it nothing is signed.'),
  ).optional(),
  oldSecret: secret(signingSecret.describe('Signs beside the new secret while the receiver changes over.')).optional(),
});

export const webhookChannel = defineChannel({
  type: 'webhook',
  label: 'Webhook',
  description: 'Posts JSON, signed after Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature).',
  options: webhookOptions,
  deliver: deliverToWebhook,
});
