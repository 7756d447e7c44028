import { z } from 'zod';
import { Pattern } from './words.ts';

/** Which alerts something is about, by their labels. */

export type MatchOperator = '=' | '!=' | '=~' | '!~';

export interface Matcher {
  label: string;
  operator: MatchOperator;
  value: string;
}

const NOTATION = /^\s*([A-Za-z_][\w.-]*)\s*(=~|!~|!=|=)\s*(.*?)\s*$/s;

/** Reads a matcher such as `severity=~critical|warning` or `team!="infra"`; null if it is none. */
export function parseMatcher(text: string): Matcher | null {
  const [, label, operator, written] = NOTATION.exec(text) ?? [];
  if (label === undefined || written === undefined) return null;
  const value = unquote(written);
  if (value === null) return null;
  if (operator?.endsWith('~') && value !== '' && !Pattern.safeParse(value).success) return null;
  return { label, operator: operator as MatchOperator, value };
}

function unquote(text: string): string | null {
  if (!text.startsWith('"')) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

const MatcherText = z
  .string()
  .max(2_000)
  .refine(
    (text) => parseMatcher(text) !== null,
    'expected LABEL=VALUE, LABEL!=VALUE, LABEL=~REGEX or LABEL!~REGEX, such as "severity=~critical|warning"',
  );

/** All must hold; a label that is missing equals the empty one. Regular expressions match the whole value. */
export const Matchers = z
  .union([z.record(z.string(), z.string()), z.array(MatcherText)])
  .describe(
    'Label values, or a list in the notation of Alertmanager such as ["severity=~critical|warning", "team!=infra"].',
  );
export type Matchers = z.infer<typeof Matchers>;

/** Both notations as one. Throws a RangeError on what `Matchers` would refuse. */
export function parseMatchers(matchers: Matchers): Matcher[] {
  if (!Array.isArray(matchers)) {
    return Object.entries(matchers).map(([label, value]) => ({ label, operator: '=', value }));
  }
  return matchers.map((text) => {
    const matcher = parseMatcher(text);
    if (!matcher) throw new RangeError(`"${text}" is no matcher such as severity=~critical|warning`);
    return matcher;
  });
}
