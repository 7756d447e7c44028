import { LeewayError } from '@leeway/contract';
import { parse } from 'yaml';

/** `RULE.key=value`, several of them: what is changed, by rule. @throws LeewayError `bad_option`. */
export function parseChanges(given: readonly string[]): Record<string, Record<string, unknown>> {
  const changes: Record<string, Record<string, unknown>> = {};
  for (const text of given) {
    const [path, value] = splitPair('--set', text, 'auc-low.below=0.7');
    const dot = path.lastIndexOf('.');
    if (dot < 1) throw unusable('--set', text, 'a rule and its key, such as auc-low.below=0.7');
    const rule = path.slice(0, dot);
    changes[rule] = { ...changes[rule], [path.slice(dot + 1)]: parse(value) as unknown };
  }
  return changes;
}

type Values = (string | number | boolean)[];

/** `below=0.6:0.8:0.02 for=1:5 window=1h,6h`: what is tried, by key. A range counts by its step, or by ones. */
export function parseSweep(given: readonly string[]): Record<string, Values> {
  const values: Record<string, Values> = {};
  for (const text of given) {
    const [key, list] = splitPair('--sweep', text, 'below=0.6:0.8:0.02');
    values[key] = list.split(',').flatMap((part) => rangeOf(part.trim(), text));
  }
  return values;
}

const MOST_STEPS = 1_000;

function rangeOf(part: string, text: string): Values {
  const ends = part.split(':').map(Number);
  if (!part.includes(':')) {
    const value = parse(part) as unknown;
    if (['string', 'number', 'boolean'].includes(typeof value)) return [value as string | number | boolean];
    throw unusable('--sweep', text, 'values such as below=0.6:0.8:0.02, for=1:5 or window=1h,6h');
  }
  const [first = 0, last = 0, step = 1] = ends;
  const steps = Math.floor((last - first) / step + 1e-9);
  if (ends.length > 3 || !ends.every(Number.isFinite) || !(steps >= 0) || steps > MOST_STEPS) {
    throw unusable('--sweep', text, `FIRST:LAST:STEP with ${MOST_STEPS} steps at most, such as below=0.6:0.8:0.02`);
  }
  // By multiplication, and without the digits that binary fractions leave behind.
  return Array.from({ length: steps + 1 }, (_, i) => Number((first + i * step).toPrecision(12)));
}

/** `30%` or `0.3`. */
export function parseShare(text: string): number {
  const share = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (text.trim() !== '' && share > 0 && share < 1) return share;
  throw unusable('--holdout', text, 'a share of the time, such as 30%');
}

function splitPair(option: string, text: string, example: string): [key: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw unusable(option, text, `a key and a value, such as ${example}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

const unusable = (option: string, text: string, expected: string): LeewayError =>
  new LeewayError('bad_option', `${option}: "${text}" was given; expected ${expected}`);
