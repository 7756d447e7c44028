import type { Alert, Measurement, ModelConfig, RuleConfig } from '@leeway/contract';
import { alertLabels } from '../decide/alert-labels.ts';
import { leavesOf } from '../decide/combine-conditions.ts';
import { evaluateWindow, instanceKey, type RuleDocument } from '../decide/evaluate-window.ts';
import { fingerprint } from '../decide/fingerprint.ts';
import { metricsOf } from '../decide/judge-leaf.ts';
import type { PastWindow } from '../decide/learn-threshold.ts';
import { type Arrival, arrivalsOf, toArrivals } from './arrivals.ts';
import { EpisodeLog } from './episode-log.ts';
import { KnownWindows } from './known-windows.ts';
import { areInPlace, isAtRest, skimmer } from './skim.ts';

export interface BacktestOptions {
  /** What became known before is taken in, so that a state has its history, but not reported. Milliseconds since 1970. */
  from?: number;
  /** What became known from here on is left out. */
  to?: number;
  /**
   * For thresholds that are learned `from: reference`: the windows of the reference, by `historyKey`. Without them such a
   * condition never breaks.
   */
  referenceWindows?: ReadonlyMap<string, readonly PastWindow[]>;
  /** False: every window goes through the state machine, also those that cannot change anything. */
  skim?: boolean;
}

/** One time that an instance of a rule fired, from the alarm to its end. */
export interface Episode {
  model: string;
  rule: string;
  column: string;
  slice: string;
  severity: Alert['severity'];
  labels: Record<string, string>;
  /** Beginning of the first window that counts towards it, in event time. */
  aboutFrom: number;
  /** End of the last window over the threshold, in event time. */
  aboutTo: number;
  /** When it fired: with the labels that were there then. */
  firedAt: number;
  /** When it was over; null while it fires at the end of what was replayed. */
  resolvedAt: number | null;
  /** Whether labels that came later took it back. */
  retracted: boolean;
  /** Of the window at which it fired. */
  value: number | null;
  threshold: number | null;
  why: string;
}

export interface BacktestTransition {
  /** When it happened, by what was known then. */
  at: number;
  rule: string;
  column: string;
  slice: string;
  windowStart: number;
  windowEnd: number;
  from: string;
  to: string;
  value: number | null;
  threshold: number | null;
  why: string;
}

export interface RuleBacktest {
  model: string;
  rule: string;
  /** What was replayed, in milliseconds since 1970: `from` and `to`, or from the first to the last that became known. */
  from: number;
  to: number;
  /** Windows of instances that were judged, revisions among them. */
  judged: number;
  /** Of them those without a value to judge. */
  withoutData: number;
  episodes: Episode[];
  transitions: BacktestTransition[];
  /** Milliseconds during which at least one instance fired. */
  alarmMs: number;
}

/**
 * What a rule would have done: every revision of the measurements of a model goes through the state machine of production,
 * in the order in which it became known. Pure. Where many rules or variants are tried over the same measurements, pass the
 * same `arrivals` (made by `toArrivals`) each time.
 */
export function backtestRule(
  model: ModelConfig,
  rule: RuleConfig,
  measurements: readonly Measurement[] | { arrivals: readonly Arrival[] },
  options: BacktestOptions = {},
): RuleBacktest {
  const arrivals = 'arrivals' in measurements ? measurements.arrivals : toArrivals(measurements);
  const monitor = rule.monitor ?? model.monitors[0]?.name ?? '';
  const own = arrivalsOf(arrivals, monitor, leavesOf(rule).flatMap(metricsOf));
  const { from = own[0]?.at ?? 0, to = (own.at(-1)?.at ?? -1) + 1 } = options;
  const alone = { ...model, rules: [rule] };
  const rememberedBy = fingerprint(rule);
  const memories = new Map<string, RuleDocument>();
  const past = new KnownWindows(rule, options.referenceWindows);
  const log = new EpisodeLog(model.name, rule, from, (subject, kind) =>
    alertLabels(alone, monitor, rule, subject, { kind }),
  );
  const isClear = options.skim === false ? null : skimmer(rule);
  const inPlace = isClear ? areInPlace(own) : [];
  let resting = true;
  for (const [i, { at, windowStart, windowEnd, measurements: known, final }] of own.entries()) {
    if (at >= to) break;
    const passed = resting && inPlace[i] ? isClear?.(known, memories) : null;
    if (passed) {
      log.pass(passed.instances, at);
      continue;
    }
    past.add(known);
    const history = past.before(windowStart, windowEnd);
    const window = { model: alone, monitor, measurements: known, windowStart, windowEnd, final };
    for (const result of evaluateWindow(history ? { ...window, history } : window, memories)) {
      memories.set(instanceKey(rule.name, result.instance), { fingerprint: rememberedBy, memory: result.after });
      log.add(result, at, windowEnd - windowStart);
    }
    if (isClear) resting = [...memories.values()].every(isAtRest);
  }
  return log.finish(from, to);
}
