import type { Alert, Cause } from '@leeway/contract';
import { formatNumber, formatShare, formatTime, formatValue, formatWindow, nameMetric, plain } from './format.ts';

interface Fact {
  label: string;
  text: string;
}

/** What a person may do about an alert by following a link: a page asks once more, and does it without a login. */
export interface MessageAction {
  kind: 'acknowledge' | 'silence' | 'useful' | 'noise' | 'expected' | 'duplicate';
  label: string;
  url: string;
}

/** An alert as a message tells of it: frozen when the message was decided on. */
export interface MessageAlert extends Omit<Alert, 'state' | 'muted'> {
  state: 'firing' | 'resolved';
  /** What, where, since when, why: the same for every channel. */
  facts: Fact[];
  url: string;
  /** Signed, each good for one use. */
  actions: MessageAction[];
}

export interface Message {
  status: 'firing' | 'resolved' | 'test';
  /** first, new alerts, all resolved, resolved, repeat or test. */
  reason: string;
  severity: Alert['severity'];
  at: string;
  group: { key: string; labels: Record<string, string> };
  /** One line, without line breaks. */
  subject: string;
  /** The whole in plain text. */
  lines: string[];
  alerts: MessageAlert[];
  links: { label: string; url: string }[];
}

export interface MessageInput {
  firing: Alert[];
  resolved: Alert[];
  reason: string;
  group: Message['group'];
  publicUrl: string;
  now: number;
}

/** What a group tells a channel, before the channel gives it its own form. */
export function buildMessage({ firing, resolved, reason, group, publicUrl, now }: MessageInput): Message {
  const at = new Date(now).toISOString();
  const base = publicUrl.replace(/\/+$/, '');
  const alerts = [
    ...firing.toSorted(bySeverity).map((alert) => messageAlert(alert, 'firing', base, at)),
    ...resolved.toSorted(bySeverity).map((alert) => messageAlert(alert, 'resolved', base, at)),
  ];
  const only = alerts.length === 1 ? alerts[0] : undefined;
  return {
    status: firing.length > 0 ? 'firing' : 'resolved',
    reason,
    severity: alerts[0]?.severity ?? 'info',
    at,
    group,
    subject: plain(subjectOf(firing.length, resolved.length, group.labels, alerts), 200),
    lines: alerts.flatMap(alertLines),
    alerts,
    links: [{ label: 'Open', url: only ? only.url : `${base}/alerts` }],
  };
}

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
    lines: ['This is a test message. Alerts that are routed to this channel will come the same way.'],
    alerts: [],
    links: [{ label: 'Open', url: publicUrl }],
  };
}

const RANK = { critical: 0, warning: 1, info: 2 } as const;
const bySeverity = (a: Alert, b: Alert): number =>
  RANK[a.severity] - RANK[b.severity] || a.activeAt.localeCompare(b.activeAt) || a.id.localeCompare(b.id);

function subjectOf(firing: number, resolved: number, labels: Record<string, string>, alerts: MessageAlert[]): string {
  const count = (word: string, n: number) => (n === 0 ? [] : [firing + resolved === 1 ? word : `${word} ${n}`]);
  const head = `[${[...count('FIRING', firing), ...count('RESOLVED', resolved)].join(', ')}]`;
  const [first] = alerts;
  if (alerts.length === 1 && first) return `${head} ${first.model}: ${first.summary}`;
  const about = labels['model'] ?? Object.values(labels).join(' ');
  const rules = [...new Set(alerts.map((alert) => alert.rule))];
  return `${head} ${about ? `${about}: ` : ''}${rules.slice(0, 4).join(', ')}${rules.length > 4 ? `, ${rules.length - 4} more` : ''}`;
}

function messageAlert(row: Alert, state: 'firing' | 'resolved', base: string, now: string): MessageAlert {
  const { muted: _, ...alert } = row;
  const resolvedAt = state === 'resolved' ? (alert.resolvedAt ?? now) : null;
  const described = { ...alert, state, resolvedAt, summary: plain(alert.summary) };
  return { ...described, url: `${base}/alerts/${alert.id}`, facts: factsOf(described), actions: [] };
}

type Described = Omit<MessageAlert, 'facts' | 'url' | 'actions'>;

function factsOf(alert: Described): Fact[] {
  const facts: [label: string, text: string | null | undefined][] = [
    ['What', whatText(alert)],
    ['Where', whereText(alert)],
    ['Window', windowText(alert)],
    ['Since', sinceText(alert)],
    ['Now', alert.state === 'resolved' || alert.noData ? alert.why : null],
    ['Cause', alert.cause?.summary],
    ['Columns', alert.cause && columnsText(alert.cause)],
    ['Slices', alert.cause && slicesText(alert.cause)],
    ['Acknowledged', alert.acknowledgedBy && `by ${alert.acknowledgedBy}`],
    ['Runbook', alert.runbook],
  ];
  return facts.flatMap(([label, text]) => (text ? [{ label, text: plain(text, 600) }] : []));
}

function whatText({ metric, value, threshold, lower, upper, reference }: Described): string {
  if (value === null) return `${metric}: no value`;
  const format = (x: number) => formatValue(metric, x);
  const parts = [`${metric} ${format(value)}`];
  if (lower !== null && upper !== null) parts.push(`(interval ${format(lower)} to ${format(upper)})`);
  if (threshold !== null) parts.push(`against the threshold ${format(threshold)}`);
  if (reference !== null) parts.push(`; reference ${format(reference)}`);
  return parts.join(' ').replace(' ;', ';');
}

function whereText({ model, version, column, slice }: Described): string {
  return [
    `model ${model}`,
    version && `version ${version}`,
    column && `column ${column}`,
    slice ? `rows where ${slice}` : 'all rows',
  ]
    .filter(Boolean)
    .join(', ');
}

function windowText({ windowStart, windowEnd, n, coverage }: Described): string {
  const labels = coverage === null ? [] : [`labels for ${formatShare(coverage)}`];
  return [formatWindow(windowStart, windowEnd), `${formatNumber(n)} rows`, ...labels].join(', ');
}

function sinceText({ activeAt, firedAt, resolvedAt }: Described): string {
  const since = formatTime(firedAt ?? activeAt);
  return resolvedAt ? `${since} until ${formatTime(resolvedAt)}` : since;
}

/** The summary names the worst column; this lists the further ones. */
function columnsText({ columns }: Cause): string | null {
  return columns.length < 2 ? null : columns.map((column) => column.text).join('; ');
}

function slicesText({ slices }: Cause): string | null {
  if (slices.length === 0) return null;
  return slices
    .map(({ slice, metric, value, n }) => `${slice} (${metric} ${formatValue(metric, value)}, ${formatNumber(n)} rows)`)
    .join('; ');
}

function alertLines(alert: MessageAlert): string[] {
  const title = `${alert.state === 'resolved' ? 'RESOLVED' : alert.severity.toUpperCase()} ${alert.rule}: ${alert.summary}`;
  const width = Math.max(...alert.facts.map(({ label }) => label.length), 4);
  const facts = alert.facts.map(({ label, text }) => `  ${label.padEnd(width)}  ${text}`);
  return [title, ...facts, `  ${'Open'.padEnd(width)}  ${alert.url}`];
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
