import type { Delivery } from '@leeway/contract';
import { DELIVERY } from '../../lib/states.ts';

/** Which messages are shown. */
export interface MessagesSearch {
  channel?: string;
  state?: Delivery['state'];
}

export function messagesSearch({ channel, state }: Record<string, unknown>): MessagesSearch {
  return {
    ...(typeof channel === 'string' && channel !== '' ? { channel } : {}),
    ...(typeof state === 'string' && Object.hasOwn(DELIVERY, state) ? { state: state as Delivery['state'] } : {}),
  };
}
