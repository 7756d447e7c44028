import {
  type Alert,
  backoffOf,
  cooldownOf,
  durationMs,
  durationText,
  type GuardCode,
  type RetrainConfig,
  type RunState,
} from '@leeway/contract';
import { formatDuration, formatTime } from '../../notify/format.ts';
import { freezeAt } from './freeze.ts';
import { UNDER_WAY } from './next-run-state.ts';

export interface PastRun {
  id: string;
  state: RunState;
  trigger: string;
  /** When it was started; null of what was only suggested, or vetoed. */
  begunAt: number | null;
  updatedAt: number;
  endedAt: number | null;
  /** Whether it was refused without anybody having looked: a newer run took its place, or its time ran out. */
  undecided: boolean;
}

export type OpenAlert = Pick<Alert, 'id' | 'rule' | 'state' | 'severity' | 'metric' | 'column' | 'slice' | 'cause'>;

/** All that guards look at. */
export interface GuardFacts {
  now: number;
  /** What asks for the run: hand, api, or the cause of a trigger. */
  cause: string;
  /** The model's runs, newest first. */
  runs: readonly PastRun[];
  /** Alerts of the model about data quality that fire or have not been well for long enough. */
  qualityAlerts: readonly OpenAlert[];
  /** Labelled rows later than the data of the last run; null where nobody has counted. */
  newLabels: number | null;
  /** Failures before this do not count: a person closed the circuit breaker. */
  breakerClosedAt: number | null;
  /** Whether what asks has asked before, and asks again because it still holds. */
  again: boolean;
}

export interface JudgedGuard {
  code: GuardCode;
  holds: boolean;
  /** One sentence for people. */
  reason: string;
  until: number | null;
  /** Whether it holds back a person, too. */
  hand: boolean;
}

type Verdict = Pick<JudgedGuard, 'holds' | 'reason'> & { until?: number | null };
type JudgeGuard = (retrain: RetrainConfig, facts: GuardFacts) => Verdict;

/** Every guard, in the order in which they are told. */
const GUARDS: readonly [code: GuardCode, hand: boolean, judge: JudgeGuard][] = [
  ['run_in_progress', true, oneAtATime],
  ['awaiting_approval', false, nobodyPushedAside],
  ['circuit_open', false, breaker],
  ['freeze', false, notFrozen],
  ['budget', false, withinBudget],
  ['cooldown', false, cooledDown],
  ['backoff', false, backedOff],
  ['too_few_labels', false, enoughLabels],
  ['quality_veto', true, soundData],
];

export const judgeGuards = (retrain: RetrainConfig, facts: GuardFacts): JudgedGuard[] =>
  GUARDS.map(([code, hand, judge]) => ({ code, hand, until: null, ...judge(retrain, facts) }));

const pass = (reason: string): Verdict => ({ holds: false, reason });
const hold = (reason: string, until: number | null = null): Verdict => ({ holds: true, reason, until });

function oneAtATime(_: RetrainConfig, { runs }: GuardFacts): Verdict {
  const open = runs.find((run) => UNDER_WAY.includes(run.state));
  return open ? hold(`run ${open.id} is ${open.state}`) : pass('no run is under way');
}

/** What asks again does not push aside the challenger that it asked for itself. */
function nobodyPushedAside(_: RetrainConfig, { runs, again }: GuardFacts): Verdict {
  const waits = runs.find((run) => run.state === 'awaiting_approval');
  if (!waits) return pass('no challenger waits for a decision');
  return again ? hold(`run ${waits.id} waits for a decision`) : pass(`run ${waits.id} waits, and this is news`);
}

/** Runs in a row that failed, newest first; what proved nothing is passed over. */
export function failuresInARow({ runs, breakerClosedAt }: Pick<GuardFacts, 'runs' | 'breakerClosedAt'>): PastRun[] {
  const failed: PastRun[] = [];
  for (const run of runs) {
    if (run.state === 'failed' && (run.endedAt ?? run.updatedAt) > (breakerClosedAt ?? Number.NEGATIVE_INFINITY))
      failed.push(run);
    else if (run.state === 'failed') break;
    else if (run.state === 'promoted' || run.state === 'rejected' || run.state === 'awaiting_approval') break;
  }
  return failed;
}

function breaker({ circuitBreaker }: RetrainConfig, facts: GuardFacts): Verdict {
  const { failures, after } = circuitBreaker;
  const failed = failuresInARow(facts);
  const [last] = failed;
  if (!last || failed.length < failures) return pass(`${failed.length} of ${failures} runs in a row failed`);
  const until = (last.endedAt ?? last.updatedAt) + durationMs(after);
  if (facts.now >= until) return pass(`${failed.length} runs in a row failed; after ${after} one is tried`);
  return hold(`the last ${failed.length} runs failed: the circuit breaker is open; a person may close it`, until);
}

function notFrozen({ freeze }: RetrainConfig, { now }: GuardFacts): Verdict {
  const found = freezeAt(freeze, now);
  return found ? hold(`the freeze ${found.name} is on`, found.until) : pass('no freeze is on');
}

function withinBudget({ budget }: RetrainConfig, { runs, now }: GuardFacts): Verdict {
  if (!budget) return pass('there is no budget');
  const per = durationMs(budget.per);
  const begun = runs.flatMap(({ begunAt }) => (begunAt !== null && now - begunAt < per ? [begunAt] : []));
  const reason = `${begun.length} of ${budget.runs} runs in ${budget.per} have begun`;
  if (begun.length < budget.runs) return pass(reason);
  // Newest first: room is made when all but one less than the budget are over.
  const until = begun.toSorted((a, b) => b - a)[budget.runs - 1]! + per;
  return hold(reason, until);
}

function cooledDown({ cooldown }: RetrainConfig, { runs, now, cause }: GuardFacts): Verdict {
  const times = cooldownOf(cooldown);
  // A vetoed run did nothing, so that the time after the feed is repaired is free; what is suggested waits to be asked for again.
  const past = runs.filter(({ state }) => state !== 'vetoed' && state !== 'suggested');
  const held = [
    { last: past.find(({ trigger }) => trigger === cause), time: times.cause, of: ` of ${cause}` },
    { last: past[0], time: times.model, of: '' },
  ].flatMap(({ last, time, of }) => {
    if (!last) return [];
    const until = (last.endedAt ?? last.updatedAt) + durationMs(time);
    return now < until ? [{ until, reason: `run ${last.id}${of} was less than ${time} ago (cooldown)` }] : [];
  });
  const [longest] = held.sort((a, b) => b.until - a.until);
  return longest ? hold(longest.reason, longest.until) : pass(`the cooldown of ${cause} is over`);
}

function backedOff({ backoff }: RetrainConfig, { runs, now }: GuardFacts): Verdict {
  const refused: PastRun[] = [];
  for (const run of runs) {
    if (run.state === 'promoted') break;
    if (run.state === 'rejected' && !run.undecided) refused.push(run);
  }
  const { first, factor, most, after } = backoffOf(backoff);
  const [last] = refused;
  if (!last || refused.length < after) return pass(`${refused.length} challengers were refused in a row`);
  const wait = Math.min(durationMs(most), durationMs(first) * factor ** (refused.length - after));
  const until = (last.endedAt ?? last.updatedAt) + wait;
  if (now >= until) return pass(`the backoff after ${refused.length} refused in a row is over`);
  const times = refused.length === 1 ? '' : `, ${refused.length} in a row,`;
  return hold(`the challenger of run ${last.id}${times} was refused less than ${lengthOf(wait)} ago (backoff)`, until);
}

const lengthOf = (ms: number): string => (ms % 1_000 === 0 ? durationText(ms) : formatDuration(ms));

function enoughLabels({ minimumNewLabels }: RetrainConfig, { newLabels }: GuardFacts): Verdict {
  if (minimumNewLabels === 0) return pass('no number of new labels is asked for');
  if (newLabels === null) return hold('the new labels could not be counted');
  const reason = `${newLabels} of ${minimumNewLabels} labels have come since the data of the last run`;
  return newLabels < minimumNewLabels ? hold(reason) : pass(reason);
}

function soundData(retrain: RetrainConfig, { qualityAlerts }: GuardFacts): Verdict {
  if (!retrain.veto.quality) return pass('alerts about data quality veto nothing');
  const grave = graveAlerts(qualityAlerts);
  return grave.length === 0 ? pass('no alert about data quality is open') : hold(grave.map(describeAlert).join('; '));
}

/**
 * Values that only the reference never had may as well be the world's, which a new model is to learn: about them an alert
 * vetoes only where its rule is critical.
 */
const graveAlerts = (alerts: readonly OpenAlert[]): OpenAlert[] =>
  alerts.filter(({ cause, severity }) => !cause?.inferred || severity === 'critical');

/** The refusal of a run whose data would come from a broken feed, or null. */
export function vetoOf(retrain: RetrainConfig, qualityAlerts: readonly OpenAlert[]): string | null {
  const { holds, reason } = soundData(retrain, { qualityAlerts } as GuardFacts);
  return holds ? reason : null;
}

function describeAlert({ id, rule, state, metric, column, slice, cause }: OpenAlert): string {
  const columns = cause?.columns.map((found) => found.column) ?? [];
  const slices = cause?.slices.map((found) => found.slice) ?? [];
  const named = (word: string, values: string[]) => {
    const distinct = [...new Set(values)].filter((value) => value !== '');
    return distinct.length === 0 ? '' : `, ${word} ${distinct.join(', ')}`;
  };
  return `alert ${id} of rule ${rule} is ${state}: ${metric}${named('column', [column, ...columns])}${named('slice', [slice, ...slices])}`;
}

/** "; not before 2026-03-02 00:30 UTC", where that is known. */
export const untilText = (until: number | null): string => (until === null ? '' : `; not before ${formatTime(until)}`);
