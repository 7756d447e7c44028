import { retractedText } from './facts.ts';
import { formatDuration, formatTime } from './format.ts';
import type { MessageAlert } from './message.ts';

/** What a reason needs beside its name to be told well. */
export interface Told {
  /** Begin of the time that a digest is about. */
  since?: number;
  /** How often a flapping alert has changed, in so many of the last windows. */
  changes?: number;
  windows?: number;
  /** What was done about an alert by itself. */
  note?: string;
}

/** What the subject calls alerts that fire. */
function wordOf(reason: string): string {
  switch (reason) {
    case 'repeat':
    case 'steady':
    case 'silence ended':
    case 'maintenance ended':
      return 'STILL FIRING';
    case 'silence started':
      return 'SILENCED';
    case 'assigned':
      return 'ASSIGNED';
    case 'action':
      return 'ACTION';
    case 'flapping':
      return 'FLAPPING';
    default: {
      const [step] = /^escalation/.test(reason) ? (/\d+$/.exec(reason) ?? ['']) : [];
      return step === undefined ? 'FIRING' : `ESCALATED${step && `, STEP ${step}`}`;
    }
  }
}

/** Reasons that stand at the end of the subject, since its first word does not say them. */
const SAID_LAST = new Set(['silence ended', 'maintenance ended', 'rate limited']);

/** One line that says what it is about: all of an alert if it is the only one, else how many and by which rules. */
export function subjectOf(
  reason: string,
  alerts: readonly MessageAlert[],
  labels: Record<string, string>,
  told: Told = {},
): string {
  const [first] = alerts;
  const head = `[${headOf(reason, alerts)}]`;
  const tail = SAID_LAST.has(reason) ? ` (${reason})` : '';
  if (alerts.length === 1 && first) {
    const said = first.retracted ? retractedText(first) : first.summary;
    const about =
      reason === 'flapping'
        ? `${first.rule} comes and goes${flapsOf(told)}`
        : reason === 'action' && told.note
          ? told.note
          : said;
    return `${head} ${first.model}: ${about}${tail}`;
  }
  const about = labels['model'] ?? Object.values(labels).join(' ');
  const rules = [...new Set(alerts.map((alert) => alert.rule))];
  const named = `${rules.slice(0, 4).join(', ')}${rules.length > 4 ? `, ${rules.length - 4} more` : ''}`;
  const count = reason === 'digest' ? `${countOf(alerts.length)}: ` : '';
  return `${head} ${about ? `${about}: ` : ''}${count}${named}${tail}`;
}

function headOf(reason: string, alerts: readonly MessageAlert[]): string {
  if (reason === 'digest') return 'DIGEST';
  const fires = alerts.filter(({ state }) => state === 'firing').length;
  const retracted = alerts.filter((alert) => alert.retracted).length;
  const counts: [word: string, n: number][] = [
    [wordOf(reason), fires],
    ['RESOLVED', alerts.length - fires - retracted],
    ['RETRACTED', retracted],
  ];
  return counts
    .filter(([, n]) => n > 0)
    .map(([word, n]) => (alerts.length === 1 ? word : `${word}${word.includes(',') ? ':' : ''} ${n}`))
    .join(', ');
}

/** Why the message is sent, where the alerts themselves do not say so. */
export function leadOf(
  reason: string,
  alerts: readonly MessageAlert[],
  told: Told,
  now: number,
  zone?: string,
): string | null {
  const fires = alerts.filter(({ state }) => state === 'firing');
  const over = alerts.length - fires.length;
  const oldest = Math.min(...fires.map(({ firedAt, activeAt }) => Date.parse(firedAt ?? activeAt)));
  const lasted = fires.length > 0 ? ` for ${formatDuration(now - oldest)}` : '';
  switch (reason) {
    case 'new alerts':
      return 'Alerts have joined those that were told before; all that fire are listed.';
    case 'resolved':
      return fires.length > 0
        ? `${over} of ${alerts.length} ${over === 1 ? 'is' : 'are'} over; the rest still fires.`
        : null;
    case 'repeat':
      return `Still firing${lasted}.`;
    case 'silence ended':
    case 'maintenance ended':
      return `Still firing${lasted}: the ${reason.replace(' ended', '')} has ended.`;
    case 'silence started':
      return 'It is silenced from now on. Its end is told all the same.';
    case 'steady':
      return `It no longer comes and goes. It has fired${lasted}.`;
    case 'flapping':
      return `It comes and goes${flapsOf(told)}. You are told again when it is steady.`;
    case 'digest': {
      const since = told.since === undefined ? '' : ` since ${dayOf(told.since)} ${formatTime(told.since, zone)}`;
      return `Digest: ${countOf(alerts.length)}${since}; ${fires.length} ${fires.length === 1 ? 'fires' : 'fire'}, ${over} ${over === 1 ? 'is' : 'are'} over.`;
    }
    case 'rate limited':
      return 'The channel has had as many messages as it may have, so these come together.';
    case 'action':
      return told.note ?? null;
    case 'assigned':
      return 'This was given to you to look after.';
    default:
      return /^escalation/.test(reason) ? `Nobody has acknowledged this${lasted}: ${reason}.` : null;
  }
}

const countOf = (n: number): string => (n === 1 ? '1 alert' : `${n} alerts`);

const flapsOf = ({ changes, windows }: Told): string =>
  changes === undefined ? '' : `: ${changes} changes${windows === undefined ? '' : ` in ${windows} windows`}`;

const dayOf = (at: number): string => new Date(at).toLocaleDateString('en-GB', { weekday: 'long', timeZone: 'UTC' });
