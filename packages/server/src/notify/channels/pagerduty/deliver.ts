import type { z } from 'zod';
import type { ChannelIo, Outcome } from '../../channel.ts';
import type { Message } from '../../message.ts';
import { baseOf, tryJson } from '../../try-call.ts';
import type { pagerDutyOptions } from './index.ts';
import { leftOut, renderPagerDuty } from './render.ts';

/** PagerDuty says that it is too much, but not for how long: minutes, its documentation tells. */
const LIMITED_MS = 60_000;

export async function deliverToPagerDuty(
  message: Message,
  options: z.infer<typeof pagerDutyOptions>,
  io: ChannelIo,
): Promise<Outcome> {
  const chart = message.status === 'firing' ? await io.chart() : null;
  const layout = { incidents: options.incidents, chart: chart?.url ? { url: chart.url, alt: chart.alt } : null };
  for (const event of renderPagerDuty(message, layout)) {
    const url = `${baseOf(options.url)}/v2/enqueue`;
    const { outcome } = await tryJson(io, url, { routing_key: options.routingKey, ...event });
    // The events before this one are sent again with the next try: PagerDuty knows them by their key.
    if (outcome.outcome !== 'sent') {
      return outcome.reason === 'rate_limited' ? { retryAfterMs: LIMITED_MS, ...outcome } : outcome;
    }
  }
  const left = leftOut(message, options.incidents);
  return left === 0 ? { outcome: 'sent' } : { outcome: 'sent', note: `+ ${left} more alerts, without incidents` };
}
