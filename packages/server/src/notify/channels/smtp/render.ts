import { createHash } from 'node:crypto';
import { alertLines } from '../../facts.ts';
import { fit, plain } from '../../format.ts';
import { type Message, shownAlerts } from '../../message.ts';
import { renderHtml } from './html.ts';

/** A mail program cuts off what is longer than about 100 KB; a person reads less. */
const TEXT = 60_000;
const MOST_ALERTS = 25;

export interface Mail {
  subject: string;
  text: string;
  html: string;
  messageId: string;
  /** A mail that was never sent, which all mails of a group answer: so mail programs show them as one thread. */
  inReplyTo: string;
}

/** `chart` says what the picture shows that goes along under CHART_CID, in words. */
export function renderMail(
  message: Message,
  options: { from: string; deliveryId: string; chart?: string | null },
): Mail {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(options.from)?.[1] ?? 'leeway.invalid';
  const thread = createHash('sha256').update(message.group.key).digest('hex').slice(0, 32);
  return {
    subject: plain(message.subject, 200),
    text: renderText(message, options.chart ?? null),
    html: renderHtml(message, options.chart ?? null),
    messageId: `<${options.deliveryId}@${domain}>`,
    inReplyTo: `<group-${thread}@${domain}>`,
  };
}

function renderText(message: Message, chart: string | null): string {
  const alerts = shownAlerts(message);
  const texts = alerts.map((alert, i) => {
    const actions = alert.state === 'firing' ? alert.actions.map(({ label, url }) => `  ${label}: ${url}`) : [];
    const picture = i === 0 && chart ? [`  Chart: ${chart}`] : [];
    return [...alertLines(alert), ...picture, ...actions].join('\n');
  });
  const { shown, more } = fit(texts, { budget: TEXT, most: MOST_ALERTS, separator: 2 });
  const said = alerts.length === 0 ? message.lines.join('\n') : message.lead;
  // A single alert has said where to look.
  const links = (alerts.length === 1 ? [] : message.links).map(({ label, url }) => `${label}: ${url}`).join('\n');
  return `${[said, ...shown, more, links].filter(Boolean).join('\n\n')}\n`;
}
