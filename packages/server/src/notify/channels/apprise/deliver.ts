import type { z } from 'zod';
import type { ChannelIo, Outcome } from '../../channel.ts';
import type { Message } from '../../message.ts';
import { baseOf, basicAuth, tryJson } from '../../try-call.ts';
import type { appriseOptions } from './index.ts';
import { renderApprise } from './render.ts';

export async function deliverToApprise(
  message: Message,
  { url, key, urls, tag, user, password }: z.infer<typeof appriseOptions>,
  io: ChannelIo,
): Promise<Outcome> {
  const { outcome, response } = await tryJson(
    io,
    `${baseOf(url)}/notify${key === undefined ? '' : `/${key}`}`,
    { ...renderApprise(message), ...(urls !== undefined && { urls }), ...(tag !== undefined && { tag }) },
    {
      headers: {
        accept: 'application/json',
        ...(user !== undefined && { authorization: basicAuth(user, password ?? '') }),
      },
    },
  );
  const status = response?.status ?? 0;
  if (outcome.outcome === 'sent' && status !== 200) {
    return rejected(`HTTP ${status}: Apprise told nobody; nothing is stored under the key, or no service has the tag`);
  }
  // Some may have it, and Apprise does not say who: they are not told twice.
  if (status === 424)
    return rejected('HTTP 424: one or more of the services behind Apprise failed; its log says which');
  // What it says may repeat the addresses of the services, which are secrets in parts.
  return 'detail' in outcome && response ? { ...outcome, detail: `HTTP ${status}` } : outcome;
}

const rejected = (detail: string): Outcome => ({ outcome: 'permanent', reason: 'rejected', detail });
