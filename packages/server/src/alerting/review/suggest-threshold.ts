import { type ModelConfig, monitorOfRule, type RuleConfig, type Suggestion, type Verdict } from '@leeway/contract';
import type { Arrival } from '../backtest/arrivals.ts';
import { type BacktestOptions, backtestRule, type RuleBacktest } from '../backtest/backtest-rule.ts';
import { changeRule } from '../backtest/rule-variants.ts';
import { median } from '../decide/review-rules.ts';

/** An alert of which somebody said what it was worth; milliseconds. */
export interface JudgedAlert {
  column: string;
  slice: string;
  firedAt: number;
  resolvedAt: number | null;
  verdict: Verdict;
}

export interface SuggestInput {
  model: ModelConfig;
  rule: RuleConfig;
  arrivals: readonly Arrival[];
  referenceWindows?: BacktestOptions['referenceWindows'];
  judged: readonly JudgedAlert[];
  /** The span of the alerts that were judged. */
  from: number;
  to: number;
}

export type Suggested = Pick<Suggestion, 'change' | 'before' | 'after' | 'delay' | 'warnings'>;

/** One verdict is no pattern. */
const FEWEST_JUDGED = 3;
const MOST_THRESHOLDS = 40;
const LONGER_FOR = 3;

/**
 * A threshold, or a longer `for`, by which the rule would have told everything that was called useful, and the least of what was
 * called noise; of several the one that is nearest to what there is. It is found by replaying the rule through the state machine
 * of production. Text if there is nothing to suggest, with the reason.
 */
export function suggestThreshold(input: SuggestInput): Suggested | string {
  const { model, rule, judged } = input;
  const side = sideOf(rule);
  if (side === null) return 'only rules with one number, `above` or `below`, are searched';
  const noise = judged.filter(({ verdict }) => verdict === 'noise' || verdict === 'duplicate').length;
  if (judged.length < FEWEST_JUDGED)
    return `${judged.length} ${judged.length === 1 ? 'alert was' : 'alerts were'} judged; at least ${FEWEST_JUDGED} are wanted`;
  if (noise === 0) return 'no alert was called noise';
  const present = rule[side] as number;
  const now = replay(input, rule);
  const before = score(input, now);
  let best: { changed: RuleConfig; found: RuleBacktest; score: Suggested['after'] } | null = null;
  for (const change of candidates(input, side)) {
    const changed = changeRule(model, rule, change);
    const found = replay(input, changed);
    const after = score(input, found);
    if (after.useful < before.useful || after.noise >= before.noise) continue;
    // Candidates come by how little they change: a later one must be better to be taken.
    if (best && after.noise >= best.score.noise) continue;
    best = { changed, found, score: after };
  }
  if (!best) return 'no threshold tells what was useful and less of what was noise';
  const change: Record<string, number> = {};
  if (best.changed[side] !== present) change[side] = best.changed[side] as number;
  if (best.changed.for !== rule.for) change['for'] = best.changed.for;
  const { useful } = best.score;
  return {
    change,
    before,
    after: best.score,
    delay: delayOf(input, now, best.found),
    warnings: [
      'It was chosen by the same alerts that it is scored on: watch it for a while.',
      ...(useful === 0 ? ['No alert was called useful, so nothing kept the threshold from moving too far.'] : []),
    ],
  };
}

function sideOf({ above, below, outside, threshold, all, any, not, expression }: RuleConfig): 'above' | 'below' | null {
  if (outside || threshold || all || any || not || expression) return null;
  if (above !== undefined && below !== undefined) return null;
  return above !== undefined ? 'above' : below !== undefined ? 'below' : null;
}

/** Thresholds between the values that broke the present one, and longer waits: those that change least come first. */
function candidates(input: SuggestInput, side: 'above' | 'below'): Record<string, number>[] {
  const { rule } = input;
  const thresholds = rule.against === 'absolute' ? betweenValues(input, side) : multiples(rule[side] as number);
  const clear = (threshold: number): Record<string, number> =>
    // What clears an alarm must not lie beyond what raises it.
    rule.clear !== undefined && (side === 'above' ? rule.clear > threshold : rule.clear < threshold)
      ? { [side]: threshold, clear: threshold }
      : { [side]: threshold };
  const longer = rule.of === undefined ? Array.from({ length: LONGER_FOR }, (_, i) => ({ for: rule.for + i + 1 })) : [];
  return [
    ...thresholds.map(clear),
    ...longer,
    ...longer.flatMap((wait) => thresholds.map((threshold) => ({ ...clear(threshold), ...wait }))),
  ];
}

function betweenValues(input: SuggestInput, side: 'above' | 'below'): number[] {
  const present = input.rule[side] as number;
  const over = measuredValues(input).filter((value) => (side === 'above' ? value > present : value < present));
  const values = [...new Set(over)].sort((a, b) => Math.abs(a - present) - Math.abs(b - present));
  const step = Math.max(1, Math.ceil(values.length / MOST_THRESHOLDS));
  const tried = values.filter((_, i) => i % step === 0);
  return tried.flatMap((value, i) => {
    const next = tried[i + 1];
    return next === undefined ? [] : [between(value, next)];
  });
}

/** Of a change against something there are no values to choose between: the present limit, some times as large. */
const multiples = (present: number): number[] =>
  present === 0 ? [] : [1.1, 1.25, 1.5, 2, 3].map((factor) => Number((present * factor).toPrecision(3)));

/** The shortest number between two that differ: what a person would write. */
function between(a: number, b: number): number {
  const middle = (a + b) / 2;
  for (let digits = 1; digits < 16; digits++) {
    const short = Number(middle.toPrecision(digits));
    if (short > Math.min(a, b) && short < Math.max(a, b)) return short;
  }
  return middle;
}

function measuredValues({ model, rule, arrivals }: SuggestInput): number[] {
  const monitor = monitorOfRule(rule, model);
  const fits = (wanted: string | undefined, actual: string) =>
    wanted === '*' ? actual !== '' : actual === (wanted ?? '');
  return arrivals
    .filter((arrival) => arrival.monitor === monitor)
    .flatMap(({ measurements }) => measurements)
    .flatMap(({ metric, column, slice, value }) =>
      metric === rule.metric && fits(rule.column, column) && fits(rule.slice, slice) && value !== null ? [value] : [],
    );
}

const replay = ({ model, arrivals, referenceWindows, from, to }: SuggestInput, rule: RuleConfig): RuleBacktest =>
  backtestRule(model, rule, { arrivals }, { from, to, ...(referenceWindows ? { referenceWindows } : {}) });

function score({ judged, from, to }: SuggestInput, found: RuleBacktest): Suggested['after'] {
  const told = (wanted: readonly Verdict[]) =>
    judged.filter((alert) => wanted.includes(alert.verdict) && episodeOf(alert, found)).length;
  return {
    alerts: found.episodes.length,
    useful: told(['useful']),
    noise: told(['noise', 'duplicate']),
    timeInAlarm: to > from ? found.alarmMs / (to - from) : 0,
  };
}

/** The replayed episode that is the alert: of the same column and slice, and open at the same time. */
const episodeOf = ({ column, slice, firedAt, resolvedAt }: JudgedAlert, { episodes }: RuleBacktest) =>
  episodes.find(
    (episode) =>
      episode.column === column &&
      episode.slice === slice &&
      episode.firedAt <= (resolvedAt ?? Number.POSITIVE_INFINITY) &&
      (episode.resolvedAt ?? Number.POSITIVE_INFINITY) >= firedAt,
  );

function delayOf({ judged }: SuggestInput, before: RuleBacktest, after: RuleBacktest): number | null {
  return median(
    judged
      .filter(({ verdict }) => verdict === 'useful')
      .flatMap((alert) => {
        const [was, is] = [episodeOf(alert, before), episodeOf(alert, after)];
        return was && is ? [is.firedAt - was.firedAt] : [];
      }),
  );
}
