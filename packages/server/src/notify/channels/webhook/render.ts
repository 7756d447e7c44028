import type { Message } from '../../message.ts';

/** The body of a webhook. Members are added, never renamed or taken away, as long as `schema` says v1. */
export interface WebhookBody {
  type: 'alert.firing' | 'alert.resolved' | 'alert.test';
  /** When the message was decided on, ISO 8601. */
  timestamp: string;
  data: { schema: 'leeway/notification/v1' } & Omit<Message, 'at' | 'lines'> & { text: string };
}

export function renderWebhook({ at, lines, ...message }: Message): WebhookBody {
  return {
    type: `alert.${message.status}`,
    timestamp: at,
    data: { schema: 'leeway/notification/v1', ...message, text: lines.join('\n') },
  };
}
