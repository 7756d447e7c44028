import type { Matchers } from './matchers.ts';
import { isPattern, LONGEST_PATTERN } from './pattern.ts';

/** Without a schema, so that the dashboard reads matchers without loading them all. */

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
  if (operator?.endsWith('~') && (value.length > LONGEST_PATTERN || !isPattern(value))) return null;
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
