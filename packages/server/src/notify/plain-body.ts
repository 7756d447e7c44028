import { createHash } from 'node:crypto';
import { cut, fit } from './format.ts';
import { type Message, type MessageAlert, shownAlerts } from './message.ts';

/** A name of letters, digits and "-" for any text, so that every service takes it. */
export const shortHash = (text: string): string =>
  `leeway-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;

/** The same short name for all messages of a group. */
export const groupId = (message: Message): string => shortHash(message.group.key);

/**
 * A message as plain text within a budget: whole alerts for as long as there is room, "+ 12 more", and a link. `sizeOf` says
 * in what the budget counts, characters by default. The subject is not in it.
 */
export function plainBody(
  message: Message,
  { budget, most = 20, actions = false, sizeOf = (text) => text.length }: BodyBudget,
): string {
  const links = message.links.map(({ label, url }) => `${label}: ${url}`).join('\n');
  const alerts = shownAlerts(message);
  if (alerts.length === 0) {
    const room = budget - sizeOf(links) - 2;
    const { shown, more } = fit(message.lines, { budget: room, sizeOf });
    return [...shown, ...(more ? [more] : []), '', links].join('\n').trim();
  }
  // An alert has its own link; the list is linked where there are several.
  const footer = alerts.length > 1 ? `\n\n${links}` : '';
  const lead = message.lead ? `${message.lead}\n\n` : '';
  const room = budget - sizeOf(footer) - sizeOf(lead);
  const share = Math.floor(room / Math.min(alerts.length, 3));
  const parts = alerts.map((alert) => alertText(alert, actions, share, sizeOf));
  const { shown, more } = fit(parts, { budget: room, most, separator: 2, sizeOf });
  return lead + [...shown, ...(more ? [more] : [])].join('\n\n') + footer;
}

interface BodyBudget {
  budget: number;
  /** Alerts at most. */
  most?: number;
  /** Whether the links to acknowledge and to silence are told, where the service has no buttons for them. */
  actions?: boolean;
  sizeOf?: (text: string) => number;
}

/** Title, as many whole facts as there is room for, and the links. */
function alertText(alert: MessageAlert, actions: boolean, budget: number, sizeOf: (text: string) => number): string {
  const title = alertTitle(alert);
  const told = actions ? alert.actions.filter(({ kind }) => kind === 'acknowledge' || kind === 'silence') : [];
  const links = [alert.url, ...told.map(({ label, url }) => `${label}: ${url}`)].map((line) => `\n${line}`).join('');
  const link = sizeOf(title) + sizeOf(links) <= budget ? links : `\n${alert.url}`;
  let text = title;
  for (const { label, text: fact } of alert.facts) {
    const line = `\n${label}: ${fact}`;
    if (sizeOf(text) + sizeOf(line) + sizeOf(link) > budget) break;
    text += line;
  }
  return text + link;
}

/** "CRITICAL auc-low: roc_auc is 0.71, threshold 0.75"; "RESOLVED ..." when it is over. */
export const alertTitle = ({ state, severity, rule, summary }: MessageAlert): string =>
  `${state === 'resolved' ? 'RESOLVED' : severity.toUpperCase()} ${rule}: ${cut(summary, 300)}`;
