import { cut, fit } from '../../format.ts';
import { type Message, type MessageAlert, shownAlerts } from '../../message.ts';

/** Slack's limits, and one of our own: blocks of together more than about 13,000 characters are refused without a word. */
const HEADER = 150;
const SECTION = 2_900;
const TOGETHER = 9_500;
const MOST_ALERTS = 15;
const CONTEXT = 1_900;
const MOST_REPLIED = 10;
const BUTTON_URL = 3_000;

type Mrkdwn = { type: 'mrkdwn'; text: string };
interface Button {
  type: 'button';
  text: { type: 'plain_text'; text: string };
  url: string;
  action_id: string;
  style?: 'primary';
}

type Block =
  | { type: 'header'; text: { type: 'plain_text'; text: string } }
  | { type: 'section'; text: Mrkdwn }
  | { type: 'image'; image_url: string; alt_text: string }
  | { type: 'actions'; elements: Button[] }
  | { type: 'context'; elements: Mrkdwn[] };

export interface SlackBody {
  /** What a notification on the phone shows. */
  text: string;
  blocks: Block[];
}

/** A message as it stands in the channel; `chart` is the address of a picture that Slack can fetch. */
export function renderSlack(message: Message, chart: { url: string; alt: string } | null = null): SlackBody {
  const only = message.alerts.length === 1 ? message.alerts[0] : undefined;
  const sections = shownAlerts(message).map((alert) => renderAlert(alert, only === undefined));
  const { shown, more } = fit(sections, { budget: TOGETHER, most: MOST_ALERTS, separator: 0 });
  const said = sections.length === 0 ? message.lines.join('\n') : message.lead;
  if (said) shown.unshift(cutEscaped(said, SECTION));
  const links = message.links.map(({ url, label }) => slackLink(url, label));
  const footer = [more, ...links, escapeSlack(message.reason)].filter(Boolean).join(' · ');
  return {
    text: headline(message),
    blocks: [
      // Plain text: a header knows no markup, so there is nothing to escape.
      { type: 'header', text: { type: 'plain_text', text: cut(message.subject, HEADER) } },
      ...shown.map((text): Block => ({ type: 'section', text: { type: 'mrkdwn', text } })),
      ...(chart ? [{ type: 'image' as const, image_url: chart.url, alt_text: cut(chart.alt, 2_000) }] : []),
      ...(only ? buttons(only) : []),
      { type: 'context', elements: [{ type: 'mrkdwn', text: cut(footer, CONTEXT) }] },
    ],
  };
}

/** What a thread is told when its message was brought up to date: what changed, in a line for each alert. */
export function renderSlackReply(message: Message): SlackBody {
  const lines = message.alerts.map((alert) => `${markOf(alert.state)} ${titleLink(alert)}`);
  const { shown, more } = fit(lines, { budget: 1_500, most: MOST_REPLIED });
  const names = new Set(message.alerts.flatMap(({ acknowledgedBy }) => acknowledgedBy ?? []));
  const taken = message.reason === 'acknowledged' && `:eyes: Acknowledged by ${cutEscaped([...names].join(', '), 300)}`;
  const head = taken || headline(message);
  const text = [head, message.lead && cutEscaped(message.lead, 300), ...shown, more].filter(Boolean).join('\n');
  return { text: head, blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] };
}

const markOf = (status: Message['status']): string =>
  status === 'firing' ? ':red_circle:' : status === 'resolved' ? ':large_green_circle:' : '';

const headline = (message: Message): string => `${markOf(message.status)} ${cutEscaped(message.subject, 1000)}`.trim();

const titleLink = (alert: MessageAlert): string => slackLink(alert.url, `${alert.rule}: ${cut(alert.summary, 400)}`);

function renderAlert(alert: MessageAlert, withActions: boolean): string {
  const state =
    alert.state === 'resolved' ? `${markOf('resolved')} *Resolved*` : `${markOf('firing')} *${alert.severity}*`;
  const lines = alert.facts.map((fact) => `*${fact.label}:* ${cutEscaped(fact.text, 600)}`);
  // One alert has buttons; of many, each has links.
  if (withActions && alert.state === 'firing') {
    const links = alert.actions.map(({ url, label }) => slackLink(url, label)).join(' · ');
    if (links) lines.push(links);
  }
  const head = `${state} ${titleLink(alert)}`;
  // Whole lines only, so that no markup is cut in two.
  return [head, ...fit(lines, { budget: SECTION - head.length }).shown].join('\n');
}

function buttons(alert: MessageAlert): Block[] {
  const elements = alert.actions
    .filter(({ url }) => url.length <= BUTTON_URL)
    .map(
      ({ kind, label, url }): Button => ({
        type: 'button',
        text: { type: 'plain_text', text: cut(label, 75) },
        url,
        action_id: kind,
        ...(kind === 'acknowledge' && { style: 'primary' }),
      }),
    );
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
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
