import { cut } from '../../format.ts';
import type { Message } from '../../message.ts';
import { plainBody } from '../../plain-body.ts';

/** What the services behind it take is not known here; Apprise cuts for those that take less. */
const BODY = 8_000;
const TITLE = 250;

export function renderApprise(message: Message) {
  return {
    title: cut(message.subject, TITLE),
    body: plainBody(message, { budget: BODY, actions: true }),
    type: message.status === 'firing' ? TYPE[message.severity] : message.status === 'resolved' ? 'success' : 'info',
    // Plain text: Apprise escapes it for each service.
    format: 'text',
  };
}

const TYPE = { critical: 'failure', warning: 'warning', info: 'info' } as const;
