import { createHash } from 'node:crypto';
import { plain } from '../../format.ts';
import type { Message, MessageAlert } from '../../message.ts';

export interface Mail {
  subject: string;
  text: string;
  html: string;
  messageId: string;
  /** A mail that was never sent, which all mails of a group answer: so mail programs show them as one thread. */
  inReplyTo: string;
}

export function renderMail(message: Message, options: { from: string; deliveryId: string }): Mail {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(options.from)?.[1] ?? 'leeway.invalid';
  const thread = createHash('sha256').update(message.group.key).digest('hex').slice(0, 32);
  return {
    subject: plain(message.subject, 200),
    text: [...message.lines, '', ...message.links.map(({ label, url }) => `${label}: ${url}`), ''].join('\n'),
    html: renderHtml(message),
    messageId: `<${options.deliveryId}@${domain}>`,
    inReplyTo: `<group-${thread}@${domain}>`,
  };
}

const COLOUR = { critical: '#c92a2a', warning: '#b35900', info: '#1864ab', resolved: '#2b8a3e' } as const;

function renderHtml(message: Message): string {
  const body =
    message.alerts.length > 0
      ? message.alerts.map(renderAlert).join('\n')
      : `<p>${escapeHtml(message.lines.join('\n'))}</p>`;
  const links = message.links
    .map(({ label, url }) => `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`)
    .join(' ');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(message.subject)}</title></head>
<body style="font-family:system-ui,sans-serif;font-size:14px;color:#212529">
${body}
<p>${links}</p>
</body></html>
`;
}

function renderAlert(alert: MessageAlert): string {
  const resolved = alert.state === 'resolved';
  const colour = resolved ? COLOUR.resolved : COLOUR[alert.severity];
  const rows = alert.facts.map(
    ({ label, text }) =>
      `<tr><th align="left" valign="top" style="padding-right:12px">${escapeHtml(label)}</th><td>${escapeHtml(text)}</td></tr>`,
  );
  return `<h3 style="color:${colour};margin:16px 0 4px"><a style="color:inherit" href="${escapeHtml(alert.url)}">${
    resolved ? 'Resolved' : escapeHtml(alert.severity)
  }: ${escapeHtml(alert.summary)}</a></h3>
<table cellspacing="0" style="font-size:14px">
${rows.join('\n')}
</table>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
