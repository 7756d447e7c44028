import type { z } from 'zod';
import type { ChannelIo, Outcome } from '../../channel.ts';
import { plain } from '../../format.ts';
import { judgeResponse } from '../../http-outcome.ts';
import type { Message } from '../../message.ts';
import type { slackOptions } from './index.ts';
import { renderSlack } from './render.ts';

export async function deliverToSlack(
  message: Message,
  options: z.infer<typeof slackOptions>,
  io: ChannelIo,
): Promise<Outcome> {
  const response = await io.outbound({
    url: options.url,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(renderSlack(message)),
    deadlineMs: io.timeoutMs,
    signal: io.signal,
  });
  // Slack answers a message that it took with the two letters "ok"; a login page of a proxy is a 200 too.
  if (response.status === 200 && response.body.trim() !== 'ok') {
    return {
      outcome: 'permanent',
      reason: 'rejected',
      detail: `expected the answer "ok", got "${plain(response.body, 120)}"`,
    };
  }
  return judgeResponse(response, io.clock.now());
}
