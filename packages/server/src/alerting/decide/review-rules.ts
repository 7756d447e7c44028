import type { RuleReview, Verdict } from '@leeway/contract';
import { DateTime } from 'luxon';

/** What is known of a span of time; times in milliseconds. */
export interface ReviewFacts {
  from: number;
  to: number;
  /** By whose clock it is after hours. */
  zone: string;
  rules: readonly {
    model: string;
    rule: string;
    owner: string | null;
    severity: string | null;
    known: boolean;
    windowMs: number;
    /** Windows measured in the span. */
    windows: number;
  }[];
  /** Alerts that were open in the span. */
  alerts: readonly ReviewedAlert[];
  /** Messages that told of a firing alert in the span: each once for every rule that it tells of. */
  messages: readonly { model: string; rule: string; at: number }[];
}

export interface ReviewedAlert {
  model: string;
  rule: string;
  firedAt: number;
  resolvedAt: number | null;
  /** When somebody first took it. */
  acknowledgedAt: number | null;
  verdict: Verdict | null;
  flapping: boolean;
}

/** Fewer windows than this say nothing about a rule that never fires, or always does. */
const MOST_SILENT = 30;
const ALWAYS = 0.9;
const MOSTLY = 0.5;
/** One alert called noise is no pattern. */
const FEW_VERDICTS = 3;

/** Every rule with what it cost and what it was worth, the noisiest first. */
export function reviewRules(facts: ReviewFacts): RuleReview[] {
  return facts.rules
    .map((rule) => reviewRule(facts, rule))
    .toSorted(
      (a, b) =>
        noisy(b) - noisy(a) ||
        b.messages - a.messages ||
        b.alerts - a.alerts ||
        (`${a.model}|${a.rule}` < `${b.model}|${b.rule}` ? -1 : 1),
    );
}

const noisy = ({ verdicts }: RuleReview): number => verdicts.noise + verdicts.duplicate;

function reviewRule(facts: ReviewFacts, rule: ReviewFacts['rules'][number]): RuleReview {
  const { from, to, zone } = facts;
  const { windowMs, windows, ...about } = rule;
  const own = <T extends { model: string; rule: string }>(all: readonly T[]) =>
    all.filter((one) => one.model === rule.model && one.rule === rule.rule);
  const open = own(facts.alerts);
  const begun = open.filter(({ firedAt }) => firedAt >= from && firedAt < to);
  const messages = own(facts.messages);
  const verdicts = countVerdicts(begun);
  const said = begun.length - verdicts.none;
  const noiseShare = said === 0 ? null : (verdicts.noise + verdicts.duplicate) / said;
  const timeInAlarm = shareOpen(open, from, to);
  const remarks: RuleReview['remarks'] = [];
  if (rule.known && open.length === 0 && windows >= MOST_SILENT) remarks.push('never_fired');
  if (timeInAlarm >= ALWAYS && windows >= MOST_SILENT) remarks.push('always_fires');
  if (begun.length >= FEW_VERDICTS && said === 0) remarks.push('no_verdicts');
  if (noiseShare !== null && noiseShare > MOSTLY && said >= FEW_VERDICTS) remarks.push('mostly_noise');
  return {
    ...about,
    windows,
    alerts: begun.length,
    messages: messages.length,
    afterHours: messages.filter(({ at }) => isAfterHours(at, zone)).length,
    verdicts,
    noiseShare,
    timeToAcknowledge: median(
      begun.flatMap(({ firedAt, acknowledgedAt }) => (acknowledgedAt === null ? [] : [acknowledgedAt - firedAt])),
    ),
    timeToResolve: median(
      begun.flatMap(({ firedAt, resolvedAt }) => (resolvedAt === null ? [] : [resolvedAt - firedAt])),
    ),
    resolvedByThemselves: begun.filter(
      ({ firedAt, resolvedAt, acknowledgedAt }) =>
        // The next window is measured a little later or sooner than this one was.
        acknowledgedAt === null && resolvedAt !== null && resolvedAt - firedAt < 1.5 * windowMs,
    ).length,
    flapping: begun.filter(({ flapping }) => flapping).length,
    timeInAlarm,
    remarks,
  };
}

function countVerdicts(alerts: readonly ReviewedAlert[]): RuleReview['verdicts'] {
  const counts = { useful: 0, noise: 0, expected: 0, duplicate: 0, none: 0 };
  for (const { verdict } of alerts) counts[verdict ?? 'none'] += 1;
  return counts;
}

/** The share of a span in which at least one of the alerts was open. */
export function shareOpen(
  alerts: readonly Pick<ReviewedAlert, 'firedAt' | 'resolvedAt'>[],
  from: number,
  to: number,
): number {
  let open = 0;
  let end = from;
  for (const { firedAt, resolvedAt } of alerts.toSorted((a, b) => a.firedAt - b.firedAt)) {
    const begin = Math.max(firedAt, end);
    const over = Math.min(resolvedAt ?? to, to);
    if (over <= begin) continue;
    open += over - begin;
    end = over;
  }
  return to > from ? open / (to - from) : 0;
}

/** Outside of Monday to Friday, nine to five, on the clock of the zone. */
function isAfterHours(at: number, zone: string): boolean {
  const { weekday, hour } = DateTime.fromMillis(at, { zone });
  return weekday > 5 || hour < 9 || hour >= 17;
}

/** The middle of some numbers, the mean of the two in the middle of an even number; null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  if (sorted.length === 0) return null;
  return ((sorted[Math.ceil(half) - 1] as number) + (sorted[Math.floor(half)] as number)) / 2;
}
