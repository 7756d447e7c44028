import type { z } from 'zod';
import type { Receipt } from '../../channel.ts';
import type { Message } from '../../message.ts';
import { plainBody } from '../../plain-body.ts';
import type { statuspalOptions } from './index.ts';

type Options = Pick<
  z.infer<typeof statuspalOptions>,
  'services' | 'type' | 'notify' | 'title' | 'text' | 'resolvedText' | 'details'
>;

/** What is told of the alerts, where anything is. */
const DETAILS = 4_000;

/** Whether a message says something to the public that was not said before. */
export const isNews = (message: Message, { details }: Pick<Options, 'details'>, receipt: Receipt | null): boolean =>
  message.status === 'firing' && (receipt?.['incident'] === undefined || (details && message.reason === 'new alerts'));

/** The incident of a message. Without `details` it says what the configuration says, and nothing of the alerts. */
export function renderIncident(message: Message, options: Options) {
  const { services, type, notify, title } = options;
  const begins = message.alerts.map(({ firedAt, activeAt }) => firedAt ?? activeAt).sort();
  return {
    incident: {
      title,
      type: type ?? (message.severity === 'critical' ? 'major' : 'minor'),
      service_ids: services,
      starts_at: utc(begins[0] ?? message.at),
      ...(message.status === 'resolved' && { ends_at: endOf(message) }),
      notify,
      updates: [renderUpdate(message, options).update].map(({ type: kind, description }) => ({
        type: kind,
        description,
      })),
    },
  };
}

/** What is added to an incident that is there. */
export function renderUpdate(message: Message, { notify, text, resolvedText, details }: Options, kind?: 'update') {
  const over = message.status === 'resolved';
  const description = [over ? resolvedText : text, ...(details ? [plainBody(message, { budget: DETAILS })] : [])];
  return { update: { type: over ? 'resolved' : (kind ?? 'issue'), description: description.join('\n\n'), notify } };
}

/** When the last of the alerts ended. */
export function endOf(message: Message): string {
  const ends = message.alerts.map(({ resolvedAt }) => resolvedAt ?? message.at).sort();
  return utc(ends.at(-1) ?? message.at);
}

/** Statuspal's times are UTC without saying so. */
const utc = (instant: string): string => new Date(instant).toISOString().slice(0, 19);
