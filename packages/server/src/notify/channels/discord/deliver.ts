import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import type { ChannelIo, Outcome } from '../../channel.ts';
import type { Message } from '../../message.ts';
import { type Call, jsonOf, tryCall } from '../../try-call.ts';
import type { discordOptions } from './index.ts';
import { CHART_FILE, type DiscordBody, renderDiscord } from './render.ts';

/** Discord's code for a message that is not there any more. */
const UNKNOWN_MESSAGE = 10_008;

export async function deliverToDiscord(
  message: Message,
  options: z.infer<typeof discordOptions>,
  io: ChannelIo,
): Promise<Outcome> {
  const chart = message.alerts.length > 0 ? await io.chart() : null;
  const body = renderDiscord(message, chart?.alt ?? null);
  const send = (method: 'POST' | 'PATCH', id: string) =>
    tryCall(io, { url: addressOf(options, id), method, ...encode(body, chart?.png ?? null) });
  // An edit calls nobody: right for an end, not for what has begun.
  const isQuiet = message.status === 'resolved' || ['resolved', 'acknowledged'].includes(message.reason);
  const known = isQuiet ? io.receipt?.['id'] : undefined;
  if (message.reason === 'acknowledged' && !known) {
    return { outcome: 'sent', note: 'there is no message to show it on' };
  }
  if (known) {
    const edited = await send('PATCH', known);
    if (jsonOf(edited.response)['code'] !== UNKNOWN_MESSAGE) return judge(edited);
  }
  return judge(await send('POST', ''));
}

/**
 * The address with the version of the interface in it: without one, Discord takes an old one, that counts waits in
 * milliseconds. `wait` makes it say whether it kept the message.
 */
function addressOf({ url, threadId }: z.infer<typeof discordOptions>, id: string): string {
  const address = new URL(url.replace(/\/api\/webhooks\//, '/api/v10/webhooks/'));
  if (id) address.pathname += `/messages/${encodeURIComponent(id)}`;
  else address.searchParams.set('wait', 'true');
  if (threadId) address.searchParams.set('thread_id', threadId);
  return address.href;
}

function encode(body: DiscordBody, png: Buffer | null): { headers: Record<string, string>; body: string | Buffer } {
  const text = JSON.stringify(body);
  if (!png || !body.attachments) return { headers: { 'content-type': 'application/json' }, body: text };
  const boundary = `leeway-${randomBytes(12).toString('hex')}`;
  const part = (name: string, type: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: ${type}\r\n\r\n`;
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([
      Buffer.from(`${part('payload_json', 'application/json')}${text}\r\n`),
      Buffer.from(part(`files[0]"; filename="${CHART_FILE}`, 'image/png')),
      png,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  };
}

function judge({ outcome, response }: Call): Outcome {
  const { id, retry_after } = jsonOf(response);
  if (outcome.outcome === 'sent') {
    if (typeof id === 'string') return { outcome: 'sent', receipt: { id } };
    return { outcome: 'permanent', reason: 'rejected', detail: 'expected the message that Discord kept, got none' };
  }
  if (outcome.reason !== 'rate_limited' || outcome.retryAfterMs !== undefined) return outcome;
  // Seconds, with a fraction. Headers are to be trusted more than the body, whose unit was milliseconds once.
  const seconds = Number(response?.headers['x-ratelimit-reset-after'] ?? retry_after);
  return Number.isFinite(seconds) ? { ...outcome, retryAfterMs: Math.ceil(seconds * 1000) } : outcome;
}
