import type { BacktestScore } from '@leeway/contract';
import { poissonInterval, wilsonInterval } from '@leeway/stats';
import { iso } from '../../platform/clock.ts';
import type { Episode } from './backtest-rule.ts';
import type { Messages } from './count-pages.ts';
import { alarmTime } from './episode-log.ts';

const WEEK_MS = 604_800_000;

/** An incident in milliseconds since 1970; one that is not over lasts to the end of the replay. */
export interface IncidentSpan {
  start: number;
  end: number;
  model: string | null;
  rule: string | null;
}

export interface ScoreInput {
  episodes: readonly Episode[];
  transitions: number;
  messages: Messages;
  /** Null where none are known: then precision, recall and delay are not told. */
  incidents: readonly IncidentSpan[] | null;
  /** Milliseconds that an episode may be about before and after an incident. */
  tolerance: number;
  grace: number;
  from: number;
  to: number;
}

/** Whether an episode is about an incident: the windows that made it fire overlap the time in which something was wrong. */
export function isAbout(
  episode: Episode,
  incident: IncidentSpan,
  { tolerance, grace }: Pick<ScoreInput, 'tolerance' | 'grace'>,
): boolean {
  if (incident.model !== null && incident.model !== episode.model) return false;
  if (incident.rule !== null && incident.rule !== episode.rule) return false;
  return episode.aboutFrom < incident.end + grace && episode.aboutTo > incident.start - tolerance;
}

/** How good these episodes were over [from, to). Pure. */
export function scoreBacktest(input: ScoreInput): BacktestScore {
  const { from, to, messages, transitions } = input;
  // One that fired before is of the time before, but the time in which it went on firing counts.
  const episodes = input.episodes.filter(({ firedAt }) => firedAt >= from && firedAt < to);
  const weeks = (to - from) / WEEK_MS;
  const within = (times: readonly number[]) => times.filter((at) => at >= from && at < to).length;
  return {
    ...{ from: iso(from), to: iso(to), weeks, episodes: episodes.length, transitions },
    retracted: episodes.filter((episode) => episode.retracted).length,
    alarmShare: to > from ? alarmTime(input.episodes, from, to) / (to - from) : 0,
    pages: rate(within(messages.pages), weeks),
    messages: within(messages.messages),
    ...scoreIncidents(input, episodes, weeks),
  };
}

function scoreIncidents(input: ScoreInput, episodes: readonly Episode[], weeks: number) {
  const { from, to } = input;
  if (!input.incidents) {
    const none = { recall: null, precision: null, f1: null, medianDelayMs: null };
    return { incidents: 0, ...none, alreadyFiring: 0, falseAlarms: null, quietAlarmShare: null };
  }
  const incidents = input.incidents.filter(({ start, end }) => start < to && end > from);
  const found = incidents.map((incident) => {
    const about = input.episodes.filter((episode) => isAbout(episode, incident, input));
    const fresh = about.filter(({ firedAt }) => firedAt >= incident.start - input.tolerance);
    const first = Math.min(...fresh.map(({ firedAt }) => firedAt));
    return { detected: about.length > 0, delay: fresh.length > 0 ? Math.max(0, first - incident.start) : null };
  });
  const detected = found.filter((incident) => incident.detected);
  const delays = detected.flatMap(({ delay }) => (delay === null ? [] : [delay]));
  const right = episodes.filter((episode) => input.incidents!.some((incident) => isAbout(episode, incident, input)));
  const recall = share(detected.length, incidents.length);
  const precision = share(right.length, episodes.length);
  return {
    incidents: incidents.length,
    recall,
    precision,
    f1: harmonicMean(precision.value, recall.value),
    medianDelayMs: median(delays),
    alreadyFiring: detected.length - delays.length,
    falseAlarms: rate(episodes.length - right.length, weeks),
    quietAlarmShare: quietAlarmShare(input),
  };
}

/** Share of the time outside of incidents in which something fired: a rule that always fires misses nothing. */
function quietAlarmShare({ episodes, incidents, from, to }: ScoreInput): number | null {
  const edges = [from, ...spansOf(incidents ?? [], from, to).flat(), to];
  let quiet = 0;
  let alarm = 0;
  for (let i = 0; i < edges.length; i += 2) {
    const [start, end] = [edges[i]!, edges[i + 1]!];
    quiet += end - start;
    alarm += alarmTime(episodes, start, end);
  }
  return quiet > 0 ? alarm / quiet : null;
}

/** The times of incidents within [from, to), in order, those that overlap as one. */
function spansOf(incidents: readonly IncidentSpan[], from: number, to: number): [start: number, end: number][] {
  const spans: [number, number][] = [];
  for (const { start, end } of incidents.toSorted((a, b) => a.start - b.start)) {
    const [begin, finish] = [Math.max(from, start), Math.min(to, end)];
    if (finish <= begin) continue;
    const last = spans.at(-1);
    if (last && begin <= last[1]) last[1] = Math.max(last[1], finish);
    else spans.push([begin, finish]);
  }
  return spans;
}

const harmonicMean = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : a + b === 0 ? 0 : (2 * a * b) / (a + b);

function share(count: number, of: number): NonNullable<BacktestScore['recall']> {
  const interval = wilsonInterval(count, of);
  return {
    count,
    of,
    value: of === 0 ? null : count / of,
    lower: interval?.lower ?? null,
    upper: interval?.upper ?? null,
  };
}

function rate(count: number, weeks: number): BacktestScore['pages'] {
  const { lower, upper } = poissonInterval(count);
  const per = (x: number) => (weeks > 0 ? x / weeks : 0);
  return { count, perWeek: per(count), lower: per(lower), upper: per(upper) };
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
