import { cut } from '../../format.ts';
import type { Message } from '../../message.ts';
import { plainBody } from '../../plain-body.ts';

/** Beyond this ntfy makes a file of the message. */
const BODY_BYTES = 4_096;
const TITLE = 200;
const MOST_ACTIONS = 3;

interface NtfyBody {
  title: string;
  message: string;
  /** 1 to 5. */
  priority: number;
  /** Those that ntfy knows by name are shown as signs. */
  tags: string[];
  /** What a tap on the notification opens. */
  click?: string;
  actions?: { action: 'view'; label: string; url: string }[];
}

export function renderNtfy(message: Message, budget = BODY_BYTES): NtfyBody {
  const [link] = message.links;
  const own = message.alerts.length === 1 ? (message.alerts[0]?.actions ?? []) : [];
  const actions = [...(link ? [link] : []), ...own].slice(0, MOST_ACTIONS);
  return {
    title: cut(message.subject, TITLE),
    message: plainBody(message, { budget, sizeOf: (text) => Buffer.byteLength(text) }),
    priority: message.status === 'firing' ? PRIORITY[message.severity] : 3,
    tags: [
      message.status === 'firing'
        ? SIGN[message.severity]
        : message.status === 'resolved'
          ? 'white_check_mark'
          : 'bell',
    ],
    ...(link && { click: link.url }),
    // Each is a page that asks once more; the button opens it.
    ...(actions.length > 0 && {
      actions: actions.map(({ label, url }) => ({ action: 'view', label: cut(label, 40), url })),
    }),
  };
}

/** What the address of an upload bears: what fronts a server may refuse more than 8 KB, and each byte may take three there. */
const UPLOAD_BYTES = 1_500;

/** The same as the query of an upload, where the body is the picture. */
export function renderUpload(message: Message, sequence: string): URLSearchParams {
  const { title, message: text, priority, tags, click, actions } = renderNtfy(message, UPLOAD_BYTES);
  return new URLSearchParams({
    title,
    message: text,
    priority: String(priority),
    tags: tags.join(','),
    ...(click && { click }),
    ...(actions && { actions: JSON.stringify(actions) }),
    filename: 'chart.png',
    'sequence-id': sequence,
  });
}

const PRIORITY = { critical: 5, warning: 4, info: 3 } as const;
const SIGN = { critical: 'rotating_light', warning: 'warning', info: 'information_source' } as const;
