import { z } from 'zod';
import { defineChannel, previewJson } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverToWebhook } from './deliver.ts';
import { whyNotSet } from './headers.ts';
import { renderWebhook } from './render.ts';

const signingSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'expected "whsec_" and at least 24 random bytes in base64');

const headerValue = z.string().regex(/^[\x20-\x7e\t]{0,4096}$/, 'expected printable ASCII on one line');

export const webhookOptions = z.strictObject({
  url: secret(z.url({ protocol: /^https?$/ }).describe('Address that gets a POST with JSON.')),
  secret: secret(
    signingSecret.describe('Signs each call as Standard Webhooks says; without it nothing is signed.'),
  ).optional(),
  oldSecret: secret(signingSecret.describe('Signs beside the new secret while the receiver changes over.')).optional(),
  authorization: secret(headerValue.describe('Value of the header Authorization, such as "Bearer TOKEN".')).optional(),
  headers: secret(
    z
      .record(z.string(), headerValue)
      .superRefine((headers, ctx) => {
        for (const name of Object.keys(headers)) {
          const why = whyNotSet(name);
          if (why) ctx.addIssue({ code: 'custom', path: [name], message: why });
        }
      })
      .describe('Further headers. Those that HTTP or the signature needs cannot be set.'),
  ).optional(),
});

export const webhookChannel = defineChannel({
  type: 'webhook',
  label: 'Webhook',
  description: 'Posts JSON, signed after Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature).',
  addressIsKey: true,
  options: webhookOptions,
  preview: (message) => previewJson(renderWebhook(message)),
  deliver: deliverToWebhook,
});
