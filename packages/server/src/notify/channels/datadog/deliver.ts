import type { z } from 'zod';
import type { ChannelIo, Outcome } from '../../channel.ts';
import type { Message } from '../../message.ts';
import { baseOf, tryJson } from '../../try-call.ts';
import type { datadogOptions } from './index.ts';
import { renderEvent, renderMetrics } from './render.ts';

export async function deliverToDatadog(
  message: Message,
  options: z.infer<typeof datadogOptions>,
  io: ChannelIo,
): Promise<Outcome> {
  const now = io.clock.now();
  const { site, events, metrics, url, apiKey } = options;
  const api = url ? baseOf(url) : `https://api.${site}`;
  const intake = url ? api : `https://event-management-intake.${site}`;
  const headers = { 'dd-api-key': apiKey };
  const address = events === 'v1' ? `${api}/api/v1/events` : `${intake}/api/v2/events`;
  const { outcome } = await tryJson(io, address, renderEvent(message, options, now), { headers });
  const gauges = metrics ? renderMetrics(message, options, now) : null;
  if (outcome.outcome !== 'sent' || gauges === null) return outcome;
  // The event is there: a second try for the sake of the metrics would send it twice.
  const measured = (await tryJson(io, `${api}/api/v2/series`, gauges, { headers })).outcome;
  return 'detail' in measured ? { outcome: 'sent', note: `without metrics: ${measured.detail}` } : measured;
}
