import { type Matchers, parseMatcher, parseMatchers, type Silence } from '@leeway/contract';
import type { NewSilence } from '../../api/actions.ts';

/** A silence as it is written in the form; times are those of an input, in the viewer's zone. */
export interface Draft {
  /** A matcher a line. */
  matchers: string;
  /** Empty: now. */
  startsAt: string;
  end: 'length' | 'time' | 'resolved';
  hours: number;
  endsAt: string;
  /** Duration such as 1d; empty: it does not end for that. */
  idle: string;
  maintenance: boolean;
  tellStart: boolean;
  tellEnd: boolean;
  comment: string;
}

const HOUR_MS = 3_600_000;

export const newDraft = (matchers: string): Draft => ({
  matchers,
  ...{ startsAt: '', end: 'length', hours: 4, endsAt: '', idle: '' },
  ...{ maintenance: false, tellStart: false, tellEnd: true, comment: '' },
});

/**
 * The matchers of a text: one a line as `label=value` (or !=, =~, !~), as `label: value`, or several in braces with commas as
 * Alertmanager writes them. What is none of these is given back as a mistake.
 */
export function readMatchers(text: string): { matchers: string[]; mistakes: string[] } {
  const found = { matchers: [] as string[], mistakes: [] as string[] };
  for (const line of text.split('\n').flatMap(partsOf)) {
    const matcher = parseMatcher(line) ?? fromMap(line);
    if (matcher) found.matchers.push(`${matcher.label}${matcher.operator}${quoted(matcher.value)}`);
    else found.mistakes.push(line);
  }
  return found;
}

function partsOf(line: string): string[] {
  const [, inside] = /^\s*\{(.*)\}\s*$/.exec(line) ?? [];
  // A comma within quotes is part of a value.
  const parts = inside === undefined ? [line] : (inside.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? []);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function fromMap(line: string) {
  const [, label, value] = /^([A-Za-z_][\w.-]*)\s*:\s*(.*)$/.exec(line) ?? [];
  return label === undefined || value === undefined ? null : parseMatcher(`${label}=${value}`);
}

const quoted = (value: string) => (/^[\w.:/|*+?-]*$/.test(value) ? value : JSON.stringify(value));

/** Matchers of either notation as lines of text. */
export const matcherLines = (matchers: Matchers): string[] =>
  parseMatchers(matchers).map(({ label, operator, value }) => `${label}${operator}${quoted(value)}`);

/** What keeps it from being sent, in words; null if nothing does. */
export function complaintOf(draft: Draft, now: number): string | null {
  const { matchers, mistakes } = readMatchers(draft.matchers);
  if (mistakes.length > 0) return `No matcher: ${mistakes[0]}. Expected label=value, label!=value, or =~ and !~.`;
  if (matchers.length === 0) return 'Say what it matches: at least one label with a value.';
  const start = draft.startsAt === '' ? now : Date.parse(draft.startsAt);
  if (Number.isNaN(start)) return 'The beginning is no time.';
  if (draft.end !== 'time') return null;
  const end = Date.parse(draft.endsAt);
  if (Number.isNaN(end)) return 'Say when it ends.';
  return end > Math.max(start, now) ? null : 'It must end after now, and after its beginning.';
}

/** What is sent of a draft without a complaint. */
export function toSilence(draft: Draft, now: number): NewSilence {
  const start = draft.startsAt === '' ? now : Date.parse(draft.startsAt);
  const end = draft.end === 'time' ? Date.parse(draft.endsAt) : start + draft.hours * HOUR_MS;
  return {
    matchers: readMatchers(draft.matchers).matchers,
    comment: draft.comment.trim(),
    kind: draft.maintenance ? 'maintenance' : 'silence',
    tellStart: draft.tellStart,
    tellEnd: draft.tellEnd,
    ...(draft.startsAt === '' ? {} : { startsAt: new Date(start).toISOString() }),
    ...(draft.end === 'resolved' ? { untilResolved: true } : { endsAt: new Date(end).toISOString() }),
    ...(draft.idle === '' ? {} : { expireWhenIdle: draft.idle }),
  };
}

export type Phase = 'active' | 'coming' | 'ended';

/** Start inclusive, end exclusive. */
export function phaseOf({ startsAt, endsAt }: Pick<Silence, 'startsAt' | 'endsAt'>, now: number): Phase {
  if (Date.parse(endsAt) <= now) return 'ended';
  return Date.parse(startsAt) <= now ? 'active' : 'coming';
}

/** A time as an input of the browser wants it, in the viewer's zone. */
export function toInput(instant: string | number): string {
  const date = new Date(instant);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
