import type { BacktestRequest, RuleConfig } from '@leeway/contract';
import type { BacktestBody } from '../../api/review.ts';

type Incident = NonNullable<BacktestRequest['incidents']>[number];

/** A backtest as it is written in the form. */
export interface Draft {
  rule: string;
  /** In place of the rule's own; empty: as it is. */
  threshold: string;
  for: string;
  /** Days back from the newest data; null: all there is. */
  days: number | null;
  /** One a line: beginning, end, note. */
  incidents: string;
  /** How far off an incident an alert may be and still be about it. */
  slack: string;
  /** Values to try, with commas between; empty: no sweep. */
  thresholds: string;
  fors: string;
  holdout: boolean;
}

export const newDraft = (rule: string): Draft => ({
  rule,
  ...{ threshold: '', for: '', days: null, incidents: '', slack: '0s', thresholds: '', fors: '', holdout: false },
});

/** The key of the rule that is its threshold; null for rules with two, with a learned one, or made of conditions. */
export function thresholdKey(rule: RuleConfig): 'above' | 'below' | null {
  return rule.above !== undefined ? 'above' : rule.below !== undefined ? 'below' : null;
}

const FACTORS = [0.5, 0.7, 0.85, 1, 1.15, 1.4, 1.8];

/** Values around one, to three digits; one that is zero has no scale to go by. */
export function around(value: number): number[] {
  if (value === 0) return [0];
  const values = FACTORS.map((factor) => Number((value * factor).toPrecision(3)));
  return [...new Set(values)].sort((a, b) => a - b);
}

/** Numbers with commas, blanks or semicolons between; null where one is none. */
export function readNumbers(text: string): number[] | null {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const numbers = parts.map(Number);
  return numbers.every(Number.isFinite) ? numbers : null;
}

const TIME = String.raw`\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?`;
const LINE = new RegExp(`^(${TIME})(?:[\\s,;]+(?:to\\s+)?(${TIME}))?(?:[\\s,;]+(.*))?$`);

/** Incidents, one a line such as "2026-05-19 2026-06-10 a feed was late"; without an end it lasts to the end of the replay. */
export function readIncidents(text: string): { incidents: Incident[]; mistakes: string[] } {
  const read = { incidents: [] as Incident[], mistakes: [] as string[] };
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [, start, end, note] = LINE.exec(line) ?? [];
    if (start === undefined || Number.isNaN(Date.parse(start)) || (end && Number.isNaN(Date.parse(end)))) {
      read.mistakes.push(line);
    } else read.incidents.push({ start, ...(end ? { end } : {}), ...(note ? { note } : {}) });
  }
  return read;
}

/** What keeps it from being run, in words; null if nothing does. */
export function complaintOf(draft: Draft): string | null {
  const { mistakes } = readIncidents(draft.incidents);
  if (mistakes.length > 0)
    return `No incident: "${mistakes[0]}". Expected a line such as 2026-05-19 2026-06-10 what it was.`;
  for (const [what, text] of [
    ['The threshold', draft.threshold],
    ['Windows in a row', draft.for],
    ['Thresholds to try', draft.thresholds],
    ['Windows in a row to try', draft.fors],
  ] as const) {
    if (readNumbers(text) === null) return `${what}: expected numbers, got "${text.trim()}".`;
  }
  const fors = [draft.for, draft.fors].flatMap((text) => readNumbers(text) ?? []);
  return fors.some((n) => !Number.isInteger(n) || n < 1) ? 'Windows in a row: expected whole numbers from 1.' : null;
}

/** What is sent of a draft without a complaint. */
export function toRequest(draft: Draft, rule: RuleConfig, newest: number): BacktestBody {
  const key = thresholdKey(rule);
  const [threshold] = readNumbers(draft.threshold) ?? [];
  const [windows] = readNumbers(draft.for) ?? [];
  const change = {
    ...(key && threshold !== undefined ? { [key]: threshold } : {}),
    ...(windows === undefined ? {} : { for: windows }),
  };
  const thresholds = readNumbers(draft.thresholds) ?? [];
  const fors = readNumbers(draft.fors) ?? [];
  const values = {
    ...(key && thresholds.length > 0 ? { [key]: thresholds } : {}),
    ...(fors.length > 0 ? { for: fors } : {}),
  };
  const { incidents } = readIncidents(draft.incidents);
  const sweeps = Object.keys(values).length > 0;
  return {
    rules: [rule.name],
    ...(Object.keys(change).length > 0 ? { set: { [rule.name]: change } } : {}),
    ...(draft.days === null ? {} : { from: new Date(newest - draft.days * 86_400_000).toISOString() }),
    ...(incidents.length > 0 ? { incidents, tolerance: draft.slack, grace: draft.slack } : {}),
    ...(sweeps ? { sweep: { rule: rule.name, values } } : {}),
    ...(sweeps && draft.holdout ? { holdout: 0.3 } : {}),
  };
}
