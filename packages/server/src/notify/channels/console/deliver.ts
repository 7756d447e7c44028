import type { ChannelIo, Outcome } from '../../channel.ts';
import type { Message } from '../../message.ts';
import { renderConsole } from './render.ts';

export async function deliverToConsole(message: Message, _options: object, io: ChannelIo): Promise<Outcome> {
  io.write(renderConsole(message));
  return { outcome: 'sent' };
}
