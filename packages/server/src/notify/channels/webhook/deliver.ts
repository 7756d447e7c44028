import { Webhook } from 'standardwebhooks';
import type { z } from 'zod';
import type { ChannelIo, Outcome } from '../../channel.ts';
import { judgeResponse } from '../../http-outcome.ts';
import type { Message } from '../../message.ts';
import type { webhookOptions } from './index.ts';
import { renderWebhook } from './render.ts';

export async function deliverToWebhook(
  message: Message,
  options: z.infer<typeof webhookOptions>,
  io: ChannelIo,
): Promise<Outcome> {
  const body = JSON.stringify(renderWebhook(message));
  // Of the try, and by the clock on the wall: receivers refuse what is more than five minutes off theirs.
  const sentAt = new Date();
  const secrets = [options.secret, options.oldSecret].filter((value) => value !== undefined);
  const response = await io.outbound({
    url: options.url,
    headers: {
      ...options.headers,
      ...(options.authorization && { authorization: options.authorization }),
      'content-type': 'application/json',
      'webhook-id': io.deliveryId,
      'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
      ...(secrets.length > 0 && {
        'webhook-signature': secrets.map((key) => new Webhook(key).sign(io.deliveryId, sentAt, body)).join(' '),
      }),
    },
    body,
    deadlineMs: io.timeoutMs,
    signal: io.signal,
  });
  return judgeResponse(response, io.clock.now());
}
