import { escapeHtml } from '../../../platform/escape-html.ts';
import { fit } from '../../format.ts';
import { type Message, type MessageAction, type MessageAlert, shownAlerts } from '../../message.ts';

/** What the picture of the mail is called in it. */
export const CHART_CID = 'chart@leeway';

const HTML = 85_000;
const MOST_ALERTS = 25;

/** Readable on white and on black alike: mail programs turn one into the other as they like. */
const COLOUR = {
  critical: '#d6336c',
  warning: '#d9730d',
  info: '#1c7ed6',
  resolved: '#2f9e44',
  test: '#868e96',
  note: '#1c7ed6',
} as const;
const SANS = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/** What styles in elements can't say; programs that ignore it show a mail that is all the same readable. */
const STYLE = `:root{color-scheme:light dark;supported-color-schemes:light dark}
a{color:#1c7ed6}
@media (prefers-color-scheme:dark){.page{background:#141517!important;color:#e9ecef!important}.card{background:#1f2023!important;border-color:#373a40!important}.quiet{color:#a6a7ab!important}a{color:#74c0fc!important}}
@media (max-width:480px){.fact th,.fact td{display:block!important;width:auto!important;padding-right:0!important}.fact th{padding-bottom:0!important}}`;

/** A message as HTML. All that came with the data is escaped; `chart` is what the picture shows, in words. */
export function renderHtml(message: Message, chart: string | null): string {
  const alerts = shownAlerts(message);
  const cards = alerts.map((alert, i) => renderAlert(alert, i === 0 ? chart : null));
  const { shown, more } = fit(cards, { budget: HTML, most: MOST_ALERTS });
  const said = alerts.length === 0 ? message.lines.join('\n') : message.lead;
  const colour = COLOUR[message.status === 'firing' ? message.severity : message.status];
  const links = message.links
    .map(({ label, url }) => `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`)
    .join(' &middot; ');
  const parts = [
    `<h1 style="font-size:18px;line-height:1.35;margin:0 0 12px;padding-left:12px;border-left:4px solid ${colour}">${escapeHtml(message.subject)}</h1>`,
    said ? `<p style="margin:0 0 12px;white-space:pre-line">${escapeHtml(said)}</p>` : '',
    ...shown,
    more ? `<p style="margin:12px 0;font-weight:600">${escapeHtml(more)}</p>` : '',
    `<p style="margin:16px 0 0">${links}</p>`,
    `<p class="quiet" style="margin:12px 0 0;font-size:12px;color:#6c757d">Sent by Leeway (${escapeHtml(message.reason)}).</p>`,
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${escapeHtml(message.subject)}</title>
<style>${STYLE}</style></head>
<body class="page" style="margin:0;padding:0;background:#f8f9fa;color:#212529">
<div style="display:none;max-height:0;overflow:hidden">${escapeHtml(preheader(message))}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:16px 8px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:640px"><tr><td align="left" style="${SANS};font-size:14px;line-height:1.45">
${parts.filter(Boolean).join('\n')}
</td></tr></table>
</td></tr></table>
</body></html>
`;
}

/** The line that a list of mails shows under the subject: what the subject has not said yet. */
function preheader(message: Message): string {
  const [first] = message.alerts;
  if (message.lead) return message.lead;
  if (!first) return message.lines[0] ?? '';
  return first.cause?.summary ?? first.facts.find(({ label }) => label === 'Now' || label === 'What')?.text ?? '';
}

function renderAlert(alert: MessageAlert, chart: string | null): string {
  const resolved = alert.state === 'resolved';
  const colour = COLOUR[resolved ? 'resolved' : alert.severity];
  const rows = alert.facts.map(
    ({ label, text }) =>
      `<tr><th align="left" valign="top" class="quiet" style="width:84px;padding:2px 12px 2px 0;font-weight:600;color:#6c757d">${escapeHtml(label)}</th><td valign="top" style="padding:2px 0;word-break:break-word">${linked(text)}</td></tr>`,
  );
  const picture =
    chart === null
      ? ''
      : `<img src="cid:${CHART_CID}" alt="${escapeHtml(chart)}" width="600" style="display:block;width:100%;max-width:600px;height:auto;margin:10px 0;background:#fff;border-radius:4px">`;
  const more = alert.links
    .map(({ label, url }) => `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`)
    .join(' &middot; ');
  return `<div class="card" style="background:#fff;border:1px solid #dee2e6;border-radius:6px;padding:12px 14px;margin:0 0 12px">
<p style="margin:0 0 6px;font-size:15px;font-weight:600"><span style="color:${colour}">${resolved ? 'Resolved' : escapeHtml(alert.severity)}</span> <a href="${escapeHtml(alert.url)}">${escapeHtml(alert.rule)}</a>: ${escapeHtml(alert.summary)}</p>
${picture}${resolved ? '' : buttons(alert.actions)}<table class="fact" width="100%" cellpadding="0" cellspacing="0" style="font-size:14px">
${rows.join('\n')}
</table>
${more ? `<p style="margin:8px 0 0">${more}</p>\n` : ''}${resolved ? '' : verdicts(alert.actions)}</div>`;
}

const isDeed = ({ kind }: MessageAction) => kind === 'acknowledge' || kind === 'silence';

/** What to do, above the facts, where a thumb finds it. Each opens a page that asks once more. */
function buttons(actions: MessageAction[]): string {
  const deeds = actions
    .filter(isDeed)
    .map(
      ({ label, url }) =>
        `<a href="${escapeHtml(url)}" style="display:inline-block;margin:0 8px 6px 0;padding:8px 14px;border:1px solid #1c7ed6;border-radius:4px;text-decoration:none;font-weight:600">${escapeHtml(label)}</a>`,
    );
  return deeds.length === 0 ? '' : `<p style="margin:10px 0 6px">${deeds.join('')}</p>\n`;
}

/** What it was worth, for those who have read it. */
function verdicts(actions: MessageAction[]): string {
  const links = actions
    .filter((action) => !isDeed(action))
    .map(({ label, url }) => `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`);
  return links.length === 0
    ? ''
    : `<p class="quiet" style="margin:6px 0 0;color:#6c757d">Was it useful? ${links.join(' &middot; ')}</p>\n`;
}

/** A text that is an address and nothing else can be followed. */
const linked = (text: string): string =>
  /^https?:\/\/[^\s"<>]+$/.test(text) ? `<a href="${escapeHtml(text)}">${escapeHtml(text)}</a>` : escapeHtml(text);
