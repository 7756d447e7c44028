import { cut, fit } from '../../format.ts';
import type { Message } from '../../message.ts';

/** Receivers that keep to Standard Webhooks expect no more than about 20 KB. */
const BYTES = 20_000;
const TEXT = 4_000;

/** The body of a webhook. Members are added, never renamed or taken away, as long as `schema` says v1. */
export interface WebhookBody {
  type: 'alert.firing' | 'alert.resolved' | 'alert.test' | 'note';
  /** When the message was decided on, ISO 8601. */
  timestamp: string;
  data: { schema: 'leeway/notification/v1' } & Omit<Message, 'at' | 'lines'> & {
      text: string;
      /** Alerts that were left off, so that the body stays small; the API has them. */
      truncatedAlerts: number;
    };
}

/** All of the message, or its first alerts where all would be too large. At least one alert is there. */
export function renderWebhook(message: Message): WebhookBody {
  const whole = bodyOf(message, message.alerts.length);
  if (sizeOf(whole) <= BYTES) return whole;
  const { shown } = fit(message.alerts, { budget: BYTES - sizeOf(bodyOf(message, 0)), sizeOf });
  return bodyOf(message, Math.max(1, shown.length));
}

function bodyOf({ at, lines, ...message }: Message, shown: number): WebhookBody {
  const left = message.alerts.length - shown;
  const text = lines.join('\n');
  return {
    type: message.status === 'note' ? 'note' : `alert.${message.status}`,
    timestamp: at,
    data: {
      schema: 'leeway/notification/v1',
      ...message,
      alerts: message.alerts.slice(0, shown),
      text: left > 0 ? `${cut(text, TEXT)}\n+ ${left} more` : text,
      truncatedAlerts: left,
    },
  };
}

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
