import { cut } from '../../format.ts';
import type { Message, MessageAlert } from '../../message.ts';

/** Slack's limits, and one of our own: blocks of together more than about 13,000 characters are refused without a word. */
const HEADER = 150;
const SECTION = 2_900;
const TOGETHER = 11_000;
const MOST_ALERTS = 15;

type Block =
  | { type: 'header'; text: { type: 'plain_text'; text: string } }
  | { type: 'section'; text: { type: 'mrkdwn'; text: string } }
  | { type: 'context'; elements: { type: 'mrkdwn'; text: string }[] };

export interface SlackBody {
  /** What a notification on the phone shows. */
  text: string;
  blocks: Block[];
}

export function renderSlack(message: Message): SlackBody {
  const mark =
    message.status === 'firing' ? ':red_circle:' : message.status === 'resolved' ? ':large_green_circle:' : '';
  const blocks: Block[] = [{ type: 'header', text: { type: 'plain_text', text: cutEscaped(message.subject, HEADER) } }];
  let budget = TOGETHER;
  let shown = 0;
  for (const alert of message.alerts.slice(0, MOST_ALERTS)) {
    const text = renderAlert(alert);
    if (text.length > budget) break;
    blocks.push({ type: 'section', text: { type: 'mrkdwn', text } });
    budget -= text.length;
    shown += 1;
  }
  const left = message.alerts.length - shown;
  if (message.alerts.length === 0) {
    blocks.push({ type: 'section', text: { type: 'mrkdwn', text: cutEscaped(message.lines.join('\n'), SECTION) } });
  }
  const footer = [
    ...(left > 0 ? [`+${left} more`] : []),
    ...message.links.map((link) => slackLink(link.url, link.label)),
    escapeSlack(message.reason),
  ].join(' · ');
  blocks.push({ type: 'context', elements: [{ type: 'mrkdwn', text: footer }] });
  return { text: `${mark} ${cutEscaped(message.subject, 1000)}`.trim(), blocks };
}

function renderAlert(alert: MessageAlert): string {
  const state = alert.state === 'resolved' ? ':large_green_circle: *Resolved*' : `:red_circle: *${alert.severity}*`;
  const head = `${state} ${slackLink(alert.url, `${alert.rule}: ${cut(alert.summary, 400)}`)}`;
  let text = head;
  for (const fact of alert.facts) {
    const line = `\n*${fact.label}:* ${cutEscaped(fact.text, 600)}`;
    // Whole lines only, so that no markup is cut in two.
    if (text.length + line.length > SECTION) break;
    text += line;
  }
  return text;
}

export const escapeSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Escapes, and then fits the length without leaving half of an entity. */
function cutEscaped(text: string, most: number): string {
  const escaped = escapeSlack(text);
  if (escaped.length <= most) return escaped;
  return cut(escaped, most).replace(/&[a-z]{0,3}…$/, '…');
}

function slackLink(url: string, label: string): string {
  const safe = url.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('&', '&amp;');
  return `<${safe}|${escapeSlack(label.replaceAll('|', '/'))}>`;
}
