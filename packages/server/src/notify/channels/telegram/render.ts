import { cut, fit } from '../../format.ts';
import { type Message, type MessageAlert, shownAlerts } from '../../message.ts';

/** Telegram counts what is left after the tags are taken out; counting the tags too keeps below it. */
const TEXT = 4_096;
const MOST_ALERTS = 20;

const MARK = { firing: '🔴', resolved: '🟢', test: '⚪', note: '🔵' } as const;

/** The message in the few tags of HTML that Telegram knows. Whole lines are left off, never half of a tag. */
export function renderTelegram(message: Message): string {
  const head = `${MARK[message.status]} <b>${cutEscaped(message.subject, 400)}</b>`;
  const alerts = shownAlerts(message);
  const lead = message.lead && alerts.length > 0 ? cutEscaped(message.lead, 400) : '';
  const links = message.links.map(({ label, url }) => anchor(url, label)).join(' · ');
  const actions = message.alerts.length === 1 ? actionLinks(message.alerts[0]) : '';
  const footer = [links, actions].filter((line) => line !== '' && line.length < 1_500).join('\n');
  const room = TEXT - head.length - lead.length - footer.length - 8;
  const share = Math.floor(room / Math.max(1, Math.min(alerts.length, 3)));
  const parts =
    alerts.length > 0
      ? alerts.map((alert) => renderAlert(alert, alerts.length > 1, share))
      : [cutEscaped(message.lines.join('\n'), share)];
  const { shown, more } = fit(parts, { budget: room, most: MOST_ALERTS, separator: 2 });
  return [head, lead, ...shown, more, footer].filter((part) => part !== '').join('\n\n');
}

function renderAlert(alert: MessageAlert, titled: boolean, budget: number): string {
  const mark = alert.state === 'resolved' ? `${MARK.resolved} Resolved` : alert.severity;
  const title = `<b>${mark}</b> ${anchor(alert.url, alert.rule)}: ${cutEscaped(alert.summary, 300)}`;
  // The subject of a message about one alert has said it.
  let text = titled ? title : `<b>${mark}</b> ${anchor(alert.url, alert.rule)}`;
  for (const { label, text: fact } of alert.facts) {
    const line = `\n<b>${escapeHtml(label)}:</b> ${cutEscaped(fact, 600)}`;
    if (text.length + line.length > budget) break;
    text += line;
  }
  return text;
}

const actionLinks = (alert: MessageAlert | undefined): string =>
  (alert?.actions ?? []).map(({ label, url }) => anchor(url, label)).join(' · ');

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Escapes, and then fits the length without leaving half of an entity. */
function cutEscaped(text: string, most: number): string {
  const escaped = escapeHtml(text);
  return escaped.length <= most ? escaped : cut(escaped, most).replace(/&[a-z]{0,4}…$/, '…');
}

const anchor = (url: string, label: string): string => `<a href="${escapeHtml(url)}">${cutEscaped(label, 200)}</a>`;
