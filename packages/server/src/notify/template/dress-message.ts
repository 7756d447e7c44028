import type { ChannelConfig } from '@leeway/contract';
import { plain } from '../format.ts';
import type { Message, MessageAlert } from '../message.ts';
import { mistakeOf, renderTemplate } from './render-template.ts';

/** Longer texts than this fit no channel. */
const MOST_TEXT = 20_000;
const MOST_SUBJECT = 200;

/**
 * The message in the words of the channel's own template. A template that fails never costs the message: it goes out as it would
 * have without one, with a line that says what is wrong.
 */
export function dressMessage(
  message: Message,
  template: ChannelConfig['template'],
): { message: Message; mistake: string | null } {
  if (!template || message.status === 'test' || message.status === 'note') return { message, mistake: null };
  try {
    const variables = templateVariables(message);
    const said = (source: string | undefined) => (source === undefined ? '' : renderTemplate(source, variables).trim());
    const subject = plain(said(template.subject), MOST_SUBJECT);
    const text = clean(said(template.text));
    // What is empty is none: a message without words helps nobody.
    const words = { ...(subject && { subject }), ...(text && { text, lines: text.split('\n') }) };
    return { message: { ...message, ...words }, mistake: null };
  } catch (error) {
    const mistake = mistakeOf(error);
    const note = `(the template of the channel failed: ${mistake})`;
    const lead = message.lead === null ? note : `${message.lead} ${note}`;
    return { message: { ...message, lead, lines: [...message.lines, note] }, mistake };
  }
}

/** What a template may use: docs/reference/templates.md says it in words. */
export function templateVariables({
  status,
  reason,
  severity,
  at,
  group,
  subject,
  lead,
  lines,
  alerts,
  links,
}: Message) {
  const firing = alerts.filter(({ state }) => state === 'firing');
  return {
    status,
    reason,
    severity,
    at,
    labels: group.labels,
    subject,
    lead: lead ?? '',
    text: lines.join('\n'),
    url: links[0]?.url ?? '',
    firing: firing.length,
    resolved: alerts.length - firing.length,
    alerts: alerts.map(alertVariables),
  };
}

function alertVariables(alert: MessageAlert) {
  const { facts, background, cause, actions, links, resolvedAt, firedAt, activeAt, ...rest } = alert;
  return {
    ...rest,
    since: firedAt ?? activeAt,
    resolvedAt,
    cause: cause?.summary ?? '',
    columns: cause?.columns.map(({ column }) => column) ?? [],
    slices: cause?.slices.map(({ slice }) => slice) ?? [],
    nearby: background?.events.map(({ text }) => text) ?? [],
    before: background?.pastCount ?? 0,
    facts,
    chart: links.find(({ label }) => label === 'Chart')?.url ?? '',
    actions: actions.map(({ kind, label, url }) => ({ kind, label, url })),
  };
}

/** Line breaks stay, other control characters go. */
function clean(text: string): string {
  const lines = text.slice(0, MOST_TEXT).split(/\r?\n/);
  return lines
    .map((line) => plainLine(line))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

const plainLine = (line: string): string => {
  const indent = /^ */.exec(line)![0];
  return indent + plain(line, 4_000);
};
