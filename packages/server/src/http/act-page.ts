import type { ActionLink } from '../alerting/links.ts';
import { formatTime } from '../notify/format.ts';
import { escapeHtml } from '../platform/escape-html.ts';

const TITLES: Record<ActionLink['kind'], string> = {
  acknowledge: 'Acknowledge this alert?',
  silence: 'Silence this alert?',
  useful: 'Was this alert useful?',
  noise: 'Was this alert noise?',
  expected: 'Was this alert expected?',
  duplicate: 'Is this alert a duplicate?',
};

const BUTTONS: Record<ActionLink['kind'], [label: string, text: string]> = {
  acknowledge: ['Acknowledge', 'It is not repeated, and nobody else is woken. Everybody sees that it is in hand.'],
  silence: ['Silence', 'Nobody is told of alerts of this rule on this model, until the silence ends.'],
  useful: ['Useful', 'You say that it was worth being told.'],
  noise: ['Noise', 'You say that there was nothing to be told.'],
  expected: ['Expected', 'You say that it was right, and known before.'],
  duplicate: ['Duplicate', 'You say that another alert had told it already.'],
};

/** What a link would do, with the button that does it. No script; nothing happens before the button is pressed. */
export function actPage({ kind, alert, channel, used }: ActionLink): string {
  const [label, text] = BUTTONS[kind];
  const about = `<dl><dt>Alert</dt><dd>${escapeHtml(alert.summary)}</dd>
<dt>Model and rule</dt><dd>${escapeHtml(`${alert.model}, ${alert.rule}`)}</dd>
<dt>State</dt><dd>${escapeHtml(stateText(alert))}</dd></dl>`;
  if (used) {
    return page(
      'This was done already',
      `${about}<p>${escapeHtml(`${used.outcome}, by ${used.actor}, at ${formatTime(used.at)}.`)}</p>`,
    );
  }
  const choice =
    kind === 'silence'
      ? `<fieldset><legend>How long</legend>
<label><input type="radio" name="silence" value="2h" checked> two hours</label>
<label><input type="radio" name="silence" value="resolved"> until it is over, seven days at most</label></fieldset>`
      : '';
  return page(
    TITLES[kind],
    `${about}<p>${escapeHtml(text)}</p>
<form method="post">${choice}
<label>Comment (may be empty) <textarea name="comment" rows="3" maxlength="2000"></textarea></label>
<button type="submit">${label}</button></form>
<p class="small">It is written down as done by the link in ${escapeHtml(channel)}. The link works once.</p>`,
  );
}

const stateText = ({ state, firedAt, resolvedAt, acknowledgedBy }: ActionLink['alert']): string =>
  [
    resolvedAt ? `over since ${formatTime(resolvedAt)}` : firedAt ? `${state} since ${formatTime(firedAt)}` : state,
    acknowledgedBy && `acknowledged by ${acknowledgedBy}`,
  ]
    .filter(Boolean)
    .join(', ');

/** A page that only says something. */
export const actNote = (title: string, text: string): string => page(title, `<p>${escapeHtml(text)}</p>`);

/** The style of the pages, and the only one that their policy lets in. */
export const ACT_STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0 auto;max-width:34rem;padding:1rem}h1{font-size:1.25rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem}dt{opacity:.7}dd{margin:0;overflow-wrap:anywhere}
form{display:grid;gap:1rem}label{display:grid;gap:.25rem}fieldset{border:1px solid #8888;border-radius:.4rem}
fieldset label{display:block}textarea{font:inherit;padding:.4rem;border:1px solid #888;border-radius:.4rem}
button{font:inherit;padding:.5rem 1.25rem;border-radius:.4rem;border:1px solid #888;justify-self:start;cursor:pointer}
.small{font-size:.85rem;opacity:.7}`;

export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${escapeHtml(title)}</title><style>${ACT_STYLE}</style></head>
<body><h1>${escapeHtml(title)}</h1>
${body}
</body></html>
`;
}
