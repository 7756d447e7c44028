import { formatTime } from '../notify/format.ts';
import { escapeHtml } from '../platform/escape-html.ts';
import type { RunLink } from '../retraining/verbs/follow-run-link.ts';
import { page } from './act-page.ts';

const TEXTS: Record<RunLink['act'], [title: string, button: string, text: string]> = {
  start: ['Start this run?', 'Start', 'A challenger is trained and judged. What serves does not change by that.'],
  dismiss: ['Dismiss this suggestion?', 'Dismiss', 'Nothing is trained.'],
  approve: ['Approve this challenger?', 'Approve', 'It serves from then on. Rolling back is one call.'],
  reject: ['Reject this challenger?', 'Reject', 'What serves goes on serving.'],
};

/** What a link would do with a run, with the evidence and the button that does it. Nothing happens before it is pressed. */
export function actRunPage({ act, run, channel, comment, used }: RunLink): string {
  const [title, button, text] = TEXTS[act];
  const facts: [string, string][] = [
    ['Model', run.model],
    ['Begun by', `${run.trigger}: ${run.reason}`],
    ['State', run.state.replaceAll('_', ' ')],
    ...(run.challenger ? [['Challenger', run.challenger] as [string, string]] : []),
    ['Champion', run.champion ?? 'none: it would be the first version to serve'],
    ...(run.dataset ? [['Data', `sha256 ${run.dataset.hash}`] as [string, string]] : []),
    ...run.gates.map(({ name, verdict, statement }): [string, string] => [name, `${verdict}: ${statement}`]),
  ];
  const list = facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('\n');
  const about = `<dl>${list}</dl>`;
  if (used) {
    const said = `${used.outcome}, by ${used.actor}, at ${formatTime(used.at)}.`;
    return page('This was done already', `${about}<p>${escapeHtml(said)}</p>`);
  }
  const required = comment === 'required' && act !== 'dismiss';
  return page(
    title,
    `${about}<p>${escapeHtml(text)}</p>
<form method="post">
<label>Comment (${required ? 'needed' : 'may be empty'}) <textarea name="comment" rows="3" maxlength="2000"${required ? ' required' : ''}></textarea></label>
<button type="submit">${button}</button></form>
<p class="small">It is written down as done by the link in ${escapeHtml(channel)}. The link works once.</p>`,
  );
}
