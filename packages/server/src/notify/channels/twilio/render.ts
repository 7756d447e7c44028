import { cut } from '../../format.ts';
import type { Message } from '../../message.ts';
import { alertTitle } from '../../plain-body.ts';
import { countSegments, toGsm } from './gsm.ts';

/** A short message of at most so many parts: what, "+ 3 more", and the link, which is whole and last. */
export function renderSms(message: Message, segments: number): string {
  const [first] = message.alerts;
  const more = message.alerts.length > 1 ? ` + ${message.alerts.length - 1} more` : '';
  const link = message.links[0]?.url ?? '';
  // A phone makes links of what looks like one; only ours may be one.
  const what = toGsm(defang(first ? `${alertTitle(first)} (${first.model})` : message.subject));
  const fits = (text: string) => countSegments(text) <= segments;
  const withLink = fitText(what, (text) => fits(`${text}${more} ${link}`));
  if (withLink !== null) return `${withLink}${more} ${link}`;
  return `${fitText(what, (text) => fits(`${text}${more}`)) ?? ''}${more}`;
}

/** The longest beginning of the text that fits; null if hardly anything is left of it. */
function fitText(text: string, fits: (text: string) => boolean): string | null {
  if (fits(text)) return text;
  for (let most = text.length - 1; most >= 20; most--) {
    const shorter = toGsm(cut(text, most));
    if (fits(shorter)) return shorter;
  }
  return null;
}

const defang = (text: string): string => text.replace(/:\/\//g, ': ').replace(/\bwww\./gi, 'www ');
