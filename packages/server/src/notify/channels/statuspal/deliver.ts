import type { z } from 'zod';
import type { ChannelIo, Outcome } from '../../channel.ts';
import type { Message } from '../../message.ts';
import { baseOf, jsonOf, tryCall, tryJson } from '../../try-call.ts';
import type { statuspalOptions } from './index.ts';
import { endOf, isNews, renderIncident, renderUpdate } from './render.ts';

const BASE = { us: 'https://statuspal.io/api/v2', eu: 'https://statuspal.eu/api/v2' };

export async function deliverToStatuspal(
  message: Message,
  options: z.infer<typeof statuspalOptions>,
  io: ChannelIo,
): Promise<Outcome> {
  const { apiKey, subdomain, region, url } = options;
  const page = `${url ? baseOf(url) : BASE[region]}/status_pages/${subdomain}`;
  const headers = { authorization: apiKey };
  if (message.status === 'test') {
    // Everybody would see a test. What only the key may read says whether it is right.
    const { outcome } = await tryCall(io, { url: `${page}/subscriptions?limit=1`, method: 'GET', headers });
    return outcome.outcome === 'sent' ? { outcome: 'sent', note: 'the key is right; nothing was published' } : outcome;
  }
  if (message.status === 'note') return { outcome: 'sent', note: 'it is not for the public; nothing was published' };
  const incident = io.receipt?.['incident'];
  if (incident === undefined) {
    if (message.status === 'resolved') return { outcome: 'sent', note: 'nothing of it was published' };
    const { outcome, response } = await tryJson(io, `${page}/incidents`, renderIncident(message, options), { headers });
    if (outcome.outcome !== 'sent') return outcome;
    const made = jsonOf(response)['incident'] as { id?: number | string } | undefined;
    return made?.id === undefined
      ? { outcome: 'sent', note: 'the answer has no id of the incident: end it by hand' }
      : { outcome: 'sent', receipt: { incident: String(made.id) } };
  }
  const receipt = { incident };
  const address = `${page}/incidents/${encodeURIComponent(incident)}`;
  if (message.status === 'resolved') {
    const body = { incident: { ends_at: endOf(message) } };
    const { outcome } = await tryJson(io, address, body, { method: 'PUT', headers });
    if (outcome.outcome !== 'sent') return outcome;
    const said = (await tryJson(io, `${address}/updates`, renderUpdate(message, options), { headers })).outcome;
    return { outcome: 'sent', receipt, ...('detail' in said && { note: `ended without a word: ${said.detail}` }) };
  }
  if (!isNews(message, options, io.receipt)) {
    return { outcome: 'sent', receipt, note: 'nothing in it is new to the public' };
  }
  const { outcome } = await tryJson(io, `${address}/updates`, renderUpdate(message, options, 'update'), { headers });
  return outcome.outcome === 'sent' ? { outcome: 'sent', receipt } : outcome;
}
