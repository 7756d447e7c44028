import type { z } from 'zod';
import type { ChannelIo, Outcome, Receipt } from '../../channel.ts';
import type { Message } from '../../message.ts';
import { shortHash } from '../../plain-body.ts';
import { baseOf, basicAuth, tryCall, tryJson } from '../../try-call.ts';
import type { ntfyOptions } from './index.ts';
import { renderNtfy, renderUpload } from './render.ts';

/**
 * An end takes the place of the group's last notification. Something new is a notification of its own, which makes a sound, and
 * the last one is cleared. Servers before 2.16 know no sequences, and show each message by itself.
 */
export async function deliverToNtfy(
  message: Message,
  { url, topic, token, user, password }: z.infer<typeof ntfyOptions>,
  io: ChannelIo,
): Promise<Outcome> {
  const last = io.receipt?.['sequence'];
  const replaces = last !== undefined && (message.status === 'resolved' || message.reason === 'resolved');
  const sequence = replaces ? last : shortHash(io.deliveryId);
  const authorization = token ? `Bearer ${token}` : user && basicAuth(user, password ?? '');
  const headers = authorization ? { authorization } : {};
  const chart = message.status === 'firing' ? await io.chart() : null;
  const sent = async (note?: string): Promise<Outcome> => {
    if (last !== undefined && !replaces) {
      // For tidiness only, so that it does not matter whether the server can.
      await tryCall(io, { url: `${baseOf(url)}/${topic}/${encodeURIComponent(last)}/clear`, method: 'PUT', headers });
    }
    const receipt: Receipt = { sequence };
    return { outcome: 'sent', receipt, ...(note !== undefined && { note }) };
  };
  let note: string | undefined;
  if (chart !== null && chart.url === null) {
    const { outcome } = await tryCall(io, {
      url: `${baseOf(url)}/${topic}?${renderUpload(message, sequence)}`,
      method: 'PUT',
      headers: { 'content-type': 'image/png', ...headers },
      body: chart.png,
    });
    if (outcome.outcome === 'sent') return sent();
    if (outcome.outcome === 'retry' || outcome.reason === 'auth') return outcome;
    // A server without room for files, or without files at all: the words go by themselves.
    note = `without the chart: ${outcome.detail}`;
  }
  const body = {
    topic,
    ...renderNtfy(message),
    sequence_id: sequence,
    // The phones fetch it themselves.
    ...(chart?.url && { attach: chart.url, filename: 'chart.png' }),
  };
  const { outcome } = await tryJson(io, baseOf(url), body, { headers });
  return outcome.outcome === 'sent' ? sent(note) : outcome;
}
