import { plain } from './format.ts';
import type { Message } from './message.ts';

/** The message as another channel gets it: it says in whose place it comes, and why. */
export function inPlaceOf(message: Message, channel: string, error: string): Message {
  const why = `Sent here because the channel ${plain(channel)} did not take it (${plain(error, 200)}).`;
  return {
    ...message,
    subject: plain(`${message.subject} (in place of ${plain(channel)})`, 240),
    lines: [why, ...message.lines],
  };
}

/** The end of what another channel was told in place of this one. */
export const endInPlaceOf = (message: Message, channel: string): Message => ({
  ...message,
  subject: plain(`${message.subject} (in place of ${plain(channel)})`, 240),
});

/** Follows the failovers of a channel; gives the loop that they make, or null. */
export function failoverLoop(start: string, failoverOf: (channel: string) => string | undefined): string[] | null {
  const seen = [start];
  for (let next = failoverOf(start); next !== undefined; next = failoverOf(next)) {
    if (next === start) return [...seen, next];
    if (seen.includes(next)) return null; // a loop further on: it is that channel's mistake
    seen.push(next);
  }
  return null;
}
