import type { Alert } from '@leeway/contract';
import { alertLines, type Fact, factsOf, retraction } from './facts.ts';
import { formatValue, nameMetric, plain } from './format.ts';
import { leadOf, subjectOf, type Told } from './wording.ts';

/** What a person may do about an alert by following a link: a page asks once more, and does it without a login. */
export interface MessageAction {
  kind: 'acknowledge' | 'silence' | 'useful' | 'noise' | 'expected' | 'duplicate';
  label: string;
  url: string;
}

/** Something that happened near the first bad window, and may be why. */
export interface NearbyEvent {
  kind: 'deploy' | 'configuration' | 'data';
  at: string;
  /** "version 7 was promoted 3 h before the first bad window" */
  text: string;
}

/** An earlier alert of the same rule. */
export interface PastAlert {
  id: string;
  firedAt: string;
  resolvedAt: string;
  verdict: Alert['verdict'];
  /** "version 6 was promoted", where that may have ended it. */
  endedBy: string | null;
  /** What was said of it last. */
  comment: string | null;
}

/** What the store knows around an alert, read when the message was decided on. */
export interface Background {
  /** The first bad window of the episode; null where that is no longer known. */
  firstWindow: { start: string; end: string } | null;
  /** Nearest to the first bad window first. */
  events: NearbyEvent[];
  /** The latest of those before, those of the same column and slice first. */
  past: PastAlert[];
  /** How many there were before. */
  pastCount: number;
  /** What somebody wrote down last of the rule, or of the model where nothing is of the rule. */
  lesson: string | null;
}

/** An alert as a message tells of it: frozen when the message was decided on. */
export interface MessageAlert extends Omit<Alert, 'state' | 'muted'> {
  state: 'firing' | 'resolved';
  /** Whether it is over because late labels took its bad window back. */
  retracted: boolean;
  /** What, where, since when, why: the same for every channel. */
  facts: Fact[];
  background: Background | null;
  url: string;
  /** Where to look further: its chart and its model. */
  links: { label: string; url: string }[];
  /** Signed, each good for one use. */
  actions: MessageAction[];
}

export interface Message {
  /** `note` is about something else than alerts, such as a retraining run: it begins nothing and ends nothing. */
  status: 'firing' | 'resolved' | 'test' | 'note';
  /**
   * Why it was sent: first, new alerts, all resolved, resolved, repeat, silence started, silence ended, maintenance ended,
   * flapping, steady, digest, rate limited, escalation step N, assigned, retraining or test.
   */
  reason: string;
  severity: Alert['severity'];
  at: string;
  group: { key: string; labels: Record<string, string> };
  /** One line, without line breaks. */
  subject: string;
  /** Why it is sent, in a sentence, where that is not plain from the alerts; it is the first of the lines too. */
  lead: string | null;
  /** The whole in plain text. */
  lines: string[];
  /** What the channel's own template made, to be shown in place of the alerts' facts (`shownAlerts`); the lines are the same. */
  text: string | null;
  alerts: MessageAlert[];
  links: { label: string; url: string }[];
}

export interface MessageInput {
  firing: Alert[];
  resolved: Alert[];
  reason: string;
  /** What a reason needs beside its name, such as the begin of a digest. */
  told?: Told;
  group: Message['group'];
  /** By id of the alert. */
  background?: ReadonlyMap<string, Background>;
  actions?: (alert: Alert) => MessageAction[];
  /** Zone in which times are said too. */
  zone?: string | undefined;
  publicUrl: string;
  now: number;
}

/** What a group tells a channel, before the channel gives it its own form. */
export function buildMessage(input: MessageInput): Message {
  const { firing, resolved, reason, group, told = {}, now } = input;
  const base = input.publicUrl.replace(/\/+$/, '');
  const alerts = [
    ...firing.toSorted(bySeverity).map((alert) => messageAlert(alert, 'firing', base, input)),
    ...resolved.toSorted(bySeverity).map((alert) => messageAlert(alert, 'resolved', base, input)),
  ];
  const only = alerts.length === 1 ? alerts[0] : undefined;
  const lead = leadOf(reason, alerts, told, now, input.zone);
  return {
    status: firing.length > 0 ? 'firing' : 'resolved',
    reason,
    severity: alerts[0]?.severity ?? 'info',
    at: new Date(now).toISOString(),
    group,
    subject: plain(subjectOf(reason, alerts, group.labels, told), 200),
    lead,
    lines: [...(lead ? [lead] : []), ...alerts.flatMap(alertLines)],
    text: null,
    alerts,
    links: [{ label: 'Open', url: only ? only.url : `${base}/alerts` }],
  };
}

/** The alerts that a channel shows one by one; none where a template says it all, and the lines are shown instead. */
export const shownAlerts = (message: Message): MessageAlert[] => (message.text === null ? message.alerts : []);

/** What the test button sends, on the same way as everything else. */
export function testMessage(channel: string, publicUrl: string, now: number): Message {
  const subject = `[TEST] Leeway reaches the channel ${plain(channel)}`;
  return {
    status: 'test',
    reason: 'test',
    severity: 'info',
    at: new Date(now).toISOString(),
    group: { key: `test:${channel}`, labels: { channel } },
    subject,
    lead: null,
    lines: ['This is a test message. Alerts that are routed to this channel will come the same way.'],
    text: null,
    alerts: [],
    links: [{ label: 'Open', url: publicUrl }],
  };
}

const RANK = { critical: 0, warning: 1, info: 2 } as const;
/** The worst first. */
export const bySeverity = (a: Alert, b: Alert): number =>
  RANK[a.severity] - RANK[b.severity] || a.activeAt.localeCompare(b.activeAt) || a.id.localeCompare(b.id);

function messageAlert(
  row: Alert,
  state: 'firing' | 'resolved',
  base: string,
  { background, actions, zone, now }: MessageInput,
): MessageAlert {
  const { muted: _, ...alert } = row;
  const described = {
    ...alert,
    state,
    resolvedAt: state === 'resolved' ? (alert.resolvedAt ?? new Date(now).toISOString()) : null,
    retracted: state === 'resolved' && alert.certainty === 'revised' && retraction(alert) !== null,
    summary: plain(alert.summary),
    background: background?.get(alert.id) ?? null,
  };
  const model = `${base}/models/${encodeURIComponent(alert.model)}`;
  const chart = new URLSearchParams({
    tab: tabOf(alert.metric),
    metric: alert.metric,
    ...(alert.column && { column: alert.column }),
    at: alert.windowStart,
  });
  return {
    ...described,
    facts: factsOf(described, now, zone),
    url: `${base}/alerts/${alert.id}`,
    links: [
      { label: 'Chart', url: `${model}?${chart}` },
      { label: 'Model', url: model },
    ],
    actions: actions?.(row) ?? [],
  };
}

/** Tab of the dashboard that shows the metric. */
function tabOf(metric: string): string {
  const family = metric.split('.', 1)[0]!;
  return ['drift', 'fairness', 'quality', 'service'].includes(family) ? family : 'overview';
}

/** What an alert says when its rule has no summary of its own. */
export function defaultSummary(alert: Pick<Alert, 'metric' | 'column' | 'slice' | 'value' | 'threshold'>): string {
  const { metric, value, threshold } = alert;
  const name = nameMetric(alert);
  if (value === null) return `${name} has no data`;
  return threshold === null
    ? `${name} is ${formatValue(metric, value)}`
    : `${name} is ${formatValue(metric, value)}, threshold ${formatValue(metric, threshold)}`;
}
