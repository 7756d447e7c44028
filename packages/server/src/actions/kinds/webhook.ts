import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { judgeResponse } from '../../notify/http-outcome.ts';
import { secret } from '../../notify/secret.ts';
import { OutboundError } from '../../platform/outbound.ts';
import { defineAction } from '../kind.ts';

export const webhook = defineAction({
  type: 'webhook',
  label: 'Call a webhook',
  description: 'Posts the alert as JSON, signed after Standard Webhooks; the id is the same on every try.',
  options: z.strictObject({
    url: secret(z.url({ protocol: /^https?$/ }).describe('Address that gets a POST.')),
    secret: secret(
      z.string().regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'expected "whsec_" and at least 24 random bytes in base64'),
    )
      .optional()
      .describe('Signs each call.'),
  }),
  repeatable: true,
  async plan(_ctx, { options }) {
    return { text: `call the webhook at ${new URL(options.url).host}`, data: {} };
  },
  async run(ctx, { id, alert, options }, _plan, signal) {
    const { muted: _, ...told } = alert;
    const body = JSON.stringify({
      type: 'alert.action',
      timestamp: new Date(ctx.clock.now()).toISOString(),
      data: { action: id, alert: told },
    });
    const sentAt = new Date();
    try {
      const response = await ctx.outbound({
        url: options.url,
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
          ...(options.secret && { 'webhook-signature': new Webhook(options.secret).sign(id, sentAt, body) }),
        },
        body,
        deadlineMs: 15_000,
        signal,
      });
      const judged = judgeResponse(response, ctx.clock.now());
      if (judged.outcome === 'sent') return { outcome: 'done', text: `the webhook took it (HTTP ${response.status})` };
      return {
        outcome: judged.outcome === 'retry' ? 'retry' : 'failed',
        text: `the webhook answered HTTP ${response.status}`,
      };
    } catch (error) {
      if (error instanceof OutboundError) return { outcome: 'retry', text: error.message };
      throw error;
    }
  },
});
