import type { z } from 'zod';
import type { ChannelIo, Outcome } from '../../channel.ts';
import type { Message } from '../../message.ts';
import { baseOf, tryJson } from '../../try-call.ts';
import type { opsgenieOptions } from './index.ts';
import { renderOpsgenie } from './render.ts';

export async function deliverToOpsgenie(
  message: Message,
  options: z.infer<typeof opsgenieOptions>,
  io: ChannelIo,
): Promise<Outcome> {
  let note: string | null = null;
  for (const { method, path, body } of renderOpsgenie(message, options, io.receipt !== null)) {
    const headers = { authorization: `GenieKey ${options.apiKey}` };
    const { outcome } = await tryJson(io, `${baseOf(options.url)}${path}`, body, { method, headers });
    // Jira Service Management may not know how to change the words of an alert: it is open all the same.
    if (method === 'PUT' && outcome.outcome === 'permanent' && outcome.reason === 'rejected') note = outcome.detail;
    else if (outcome.outcome !== 'sent') return outcome;
  }
  // Opsgenie takes what it is told first, and does it then.
  const receipt = { known: 'yes' };
  return note === null
    ? { outcome: 'sent', receipt }
    : { outcome: 'sent', receipt, note: `not brought up to date: ${note}` };
}
