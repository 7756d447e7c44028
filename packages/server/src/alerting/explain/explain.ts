import type { Alert, AlertExplanation, Delivery, ExplainStage, Muting } from '@leeway/contract';
import { formatTime, formatWindow } from '../../notify/format.ts';
import { isoOrNull } from '../../platform/clock.ts';
import type { TracedRoute } from './trace-routes.ts';

/** What was decided about a group, as far as it concerns the alert (`notification_log`). */
export interface LoggedDecision {
  key: string;
  channel: string;
  at: number;
  reason: string;
  why: string;
  sent: boolean;
  nextAt: number | null;
  /** How the alert stood in the group then; null if it was none of its members. */
  alert: { state: string; by?: string | undefined; ref?: string | undefined; text?: string | undefined } | null;
}

/** Everything that is known of an alert on its way to people. Times are milliseconds. */
export interface ExplainFacts {
  now: number;
  alert: Alert;
  /** Whether the configuration still has its rule. */
  ruleKnown: boolean;
  routes: readonly TracedRoute[];
  /** Channels of the configuration. */
  channels: readonly string[];
  /** Channels that are held up: by the service that asked for a rest, or since it refused everything. */
  heldUp: readonly { channel: string; pausedUntil: number | null; disabledReason: string | null }[];
  /** Groups that it belongs to now. */
  groups: readonly { key: string; channel: string; announced: boolean; flushAt: number | null }[];
  /** Oldest first. */
  log: readonly LoggedDecision[];
  /** Messages that tell of it, oldest first. */
  deliveries: readonly Delivery[];
  escalations: readonly {
    policy: string;
    status: string;
    loop: number;
    step: number;
    steps: number;
    dueAt: number | null;
  }[];
  /** Steps that were gone through, oldest first. */
  steps: readonly { policy: string; loop: number; step: number; at: number; channels: string[] }[];
}

type ChannelAnswer = AlertExplanation['channels'][number];

/** Why an alert was told, or not told, to each channel, or to one. Channels that nothing leads to are answered too. */
export function explain(facts: ExplainFacts, only?: string): AlertExplanation {
  const touched = [...facts.groups, ...facts.deliveries, ...facts.log].map(({ channel }) => channel);
  const channels = only === undefined ? [...new Set([...facts.channels, ...touched])] : [only];
  return {
    alert: facts.alert.id,
    stages: commonStages(facts),
    channels: channels.map((channel) => explainChannel(facts, channel)),
  };
}

const stage = (
  name: ExplainStage['stage'],
  outcome: ExplainStage['outcome'],
  text: string,
  at: number | string | null = null,
): ExplainStage => ({ stage: name, outcome, at: typeof at === 'number' ? isoOrNull(at) : at, text });

function commonStages(facts: ExplainFacts): ExplainStage[] {
  const { alert, ruleKnown, routes, escalations } = facts;
  const window = formatWindow(alert.windowStart, alert.windowEnd);
  const stages = [stage('rule', 'pass', `rule ${alert.rule} on ${alert.metric}, window ${window}: ${alert.why}`)];
  if (!ruleKnown) stages.push(stage('rule', 'note', 'the configuration no longer has this rule'));
  stages.push(stateStage(alert));
  if (alert.flapping) stages.push(stage('state', 'note', 'it comes and goes: its changes are held back'));
  if (alert.muted) stages.push(stage('muted', 'stop', mutedText(alert.muted), alert.muted.until));
  if (alert.acknowledgedBy !== null) stages.push(stage('state', 'note', acknowledgedText(alert), alert.acknowledgedAt));
  for (const { path, channels, takes, why } of routes) {
    const to = takes ? `; channels: ${channels.join(', ') || 'none'}` : '';
    stages.push(stage('route', takes ? 'pass' : 'note', `route ${path}: ${why}${to}`));
  }
  for (const { policy, status, loop, step, steps, dueAt } of escalations) {
    const next = `step ${step + 1} of ${steps}${loop > 0 ? `, round ${loop + 1}` : ''}`;
    const text =
      alert.state === 'resolved' || status === 'done'
        ? 'is at its end'
        : status === 'held'
          ? `${next} waits while somebody has the alert in hand`
          : `${next} comes next`;
    stages.push(stage('escalation', status === 'waiting' ? 'wait' : 'note', `escalation ${policy}: ${text}`, dueAt));
  }
  return stages;
}

function stateStage({ state, activeAt, firedAt, resolvedAt }: Alert): ExplainStage {
  if (state === 'pending') return stage('state', 'stop', 'pending: not broken for long enough yet', activeAt);
  if (state === 'resolved')
    return stage('state', 'pass', `fired at ${formatTime(firedAt ?? activeAt)}, is over`, resolvedAt);
  const since = `fires since ${formatTime(firedAt ?? activeAt)}`;
  return stage('state', 'pass', state === 'recovering' ? `${since}, is on its way to be over` : since, firedAt);
}

const mutedText = ({ by, text, until }: Muting): string =>
  `${by}: ${text}${until === null ? '' : ` (until ${formatTime(until)})`}`;

const acknowledgedText = ({ acknowledgedBy, acknowledgedUntil }: Alert): string =>
  `acknowledged by ${acknowledgedBy}${acknowledgedUntil === null ? '' : ` until ${formatTime(acknowledgedUntil)}`}: it is not repeated`;

function explainChannel(facts: ExplainFacts, channel: string): ChannelAnswer {
  const of = <T extends { channel: string }>(all: readonly T[]): T[] => all.filter((one) => one.channel === channel);
  const groups = of(facts.groups);
  const deliveries = of(facts.deliveries);
  const log = of(facts.log);
  const stages = [
    ...of(facts.routes.flatMap((route) => route.channels.map((name) => ({ ...route, channel: name })))).map(
      ({ path, takes, why }) => stage('route', takes ? 'pass' : 'stop', `route ${path}: ${why}`),
    ),
    ...facts.steps
      .filter((step) => step.channels.includes(channel))
      .map(({ policy, loop, step, at }) =>
        stage(
          'escalation',
          'pass',
          `escalation ${policy}: step ${step + 1}${loop > 0 ? `, round ${loop + 1}` : ''}`,
          at,
        ),
      ),
    ...log.map(decisionStage),
    ...deliveries.map(deliveryStage),
    ...groups
      .filter(({ flushAt }) => flushAt !== null)
      .map(({ key, flushAt }) => stage('group', 'wait', `group ${key} is looked at again`, flushAt)),
  ];
  for (const { pausedUntil, disabledReason } of of(facts.heldUp)) {
    if (disabledReason !== null) stages.push(stage('channel', 'stop', `the channel is disabled: ${disabledReason}`));
    else if (pausedUntil !== null && pausedUntil > facts.now)
      stages.push(stage('channel', 'wait', 'the channel rests, since its service asked for it', pausedUntil));
  }
  if (!facts.channels.includes(channel)) {
    stages.unshift(stage('channel', 'note', `the configuration has no channel "${channel}"`));
  }
  return { channel, ...answer(facts, channel, groups, deliveries, log), stages };
}

function decisionStage({ at, reason, why, sent, alert, nextAt }: LoggedDecision): ExplainStage {
  const muted = alert?.by ? `; this alert was muted: ${[alert.by, alert.text].filter(Boolean).join(', ')}` : '';
  const text = `${reason}${why && why !== reason ? `: ${why}` : ''}${muted}`;
  return stage('decision', sent ? 'pass' : nextAt === null ? 'stop' : 'wait', text, at);
}

function deliveryStage({ id, reason, state, attempts, error, sentAt, createdAt }: Delivery): ExplainStage {
  const tries = attempts === 1 ? '1 try' : `${attempts} tries`;
  const text = `message ${id} (${reason}): ${DELIVERY_TEXT[state]}, ${tries}${error ? `: ${error}` : ''}`;
  const outcome = state === 'sent' ? 'pass' : state === 'queued' ? 'wait' : 'stop';
  return stage('delivery', outcome, text, sentAt ?? createdAt);
}

const DELIVERY_TEXT: Record<Delivery['state'], string> = {
  queued: 'waits to be sent',
  awaiting_approval: 'waits until a person approves it, since everybody will see it',
  sent: 'sent',
  failed: 'could not be sent',
  superseded: 'was not sent, since it was over before',
  cancelled: 'was taken back, since somebody had the alert in hand',
};

/** The answer in one sentence: the last message that tells of the alert decides, and where there is none, what stands in its way. */
function answer(
  { alert, routes, now, channels, heldUp }: ExplainFacts,
  channel: string,
  groups: ExplainFacts['groups'],
  deliveries: readonly Delivery[],
  log: readonly LoggedDecision[],
): Pick<ChannelAnswer, 'outcome' | 'verdict' | 'at'> {
  const sent = deliveries.filter(({ state }) => state === 'sent');
  const last = deliveries.at(-1);
  if (last?.state === 'queued') {
    const tried =
      last.attempts > 0
        ? `; tried ${last.attempts === 1 ? 'once' : `${last.attempts} times`}, last: ${last.error ?? 'no answer'}`
        : '';
    const until = heldUp.find((held) => held.channel === channel)?.pausedUntil ?? null;
    const rests = until !== null && until > now ? `; the channel rests until ${formatTime(until)}` : '';
    return { outcome: 'waiting', verdict: `waits to be sent (${last.reason})${tried}${rests}`, at: isoOrNull(until) };
  }
  if (sent.length > 0) {
    const told = sent.map(({ reason, sentAt }) => `${formatTime(sentAt ?? now)} (${reason})`);
    return { outcome: 'sent', verdict: `sent at ${told.join(', ')}`, at: sent.at(-1)?.sentAt ?? null };
  }
  if (last?.state === 'failed') {
    return {
      outcome: 'failed',
      verdict: `not sent because the channel did not take it: ${last.error ?? ''}`,
      at: null,
    };
  }
  if (last)
    return {
      outcome: 'not_sent',
      verdict: `not sent because it ${DELIVERY_TEXT[last.state].replace(/^was not sent, since it /, '')}`,
      at: null,
    };
  if (alert.state === 'pending') {
    return { outcome: 'not_sent', verdict: 'not sent because it is pending: not broken for long enough yet', at: null };
  }
  const planned = groups.flatMap(({ flushAt }) => flushAt ?? []).toSorted((a, b) => a - b)[0];
  if (groups.length > 0 && alert.muted) {
    const at = planned ?? null;
    const again = at === null ? '' : `; will be looked at again at ${formatTime(at)}`;
    return { outcome: 'waiting', verdict: `not sent because of ${mutedText(alert.muted)}${again}`, at: isoOrNull(at) };
  }
  const decision = log.findLast(({ sent: spoke }) => !spoke);
  if (planned !== undefined) {
    const why = decision ? `not sent because of ${decision.reason}${decision.why ? ` (${decision.why})` : ''}; ` : '';
    return {
      outcome: 'waiting',
      verdict: `${why}${decision ? 'will be looked at again at' : 'waits for others to be told with it, until'} ${formatTime(planned)}`,
      at: isoOrNull(planned),
    };
  }
  if (decision) {
    const muted = decision.alert?.text ? `, ${decision.alert.text}` : '';
    const why = decision.why || decision.reason;
    return { outcome: 'not_sent', verdict: `not sent because ${why}${muted}`, at: null };
  }
  return { outcome: 'not_sent', verdict: `not sent because ${whyUnrouted(routes, channel, channels)}`, at: null };
}

function whyUnrouted(routes: readonly TracedRoute[], channel: string, channels: readonly string[]): string {
  if (!channels.includes(channel)) return `the configuration has no channel "${channel}"`;
  const naming = routes.filter((route) => route.channels.includes(channel));
  if (naming.length === 0) return `no route names the channel ${channel}`;
  const taking = naming.find(({ takes }) => takes);
  if (taking) return `route ${taking.path} leads to it only since the configuration was changed`;
  return naming.map(({ path, why }) => `route ${path} ${why}`).join('; ');
}
