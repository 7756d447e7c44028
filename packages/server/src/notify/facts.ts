import type { Cause } from '@leeway/contract';
import { formatDuration, formatNumber, formatShare, formatTime, formatValue, formatWindow, plain } from './format.ts';
import type { Background, MessageAlert } from './message.ts';

export interface Fact {
  label: string;
  text: string;
}

type Described = Omit<MessageAlert, 'facts' | 'url' | 'links' | 'actions'>;

/** What is known of an alert, in the order in which one asks for it. Empty facts are left out. */
export function factsOf(alert: Described, now: number, zone?: string): Fact[] {
  const { background, cause } = alert;
  const facts: [label: string, text: string | null | undefined][] = [
    ['What', whatText(alert)],
    ['Conditions', conditionsText(alert)],
    ['Where', whereText(alert)],
    ['Window', windowText(alert, zone)],
    ['Since', sinceText(alert, now, zone)],
    ['Certainty', certaintyText(alert)],
    ['Now', alert.state === 'resolved' || alert.noData ? alert.why : null],
    ['Cost', alert.cost === null ? null : `about ${formatNumber(alert.cost)} for this window, estimated`],
    ['Cause', cause?.summary],
    ['Columns', cause && columnsText(cause)],
    ['Slices', cause && slicesText(cause)],
    ['Nearby', background?.events.map(({ text }) => text).join('; ')],
    ['Before', background && pastText(background)],
    ['Acknowledged', alert.acknowledgedBy && acknowledgedText(alert, zone)],
    ['Assigned', alert.assignee && `to ${alert.assignee}`],
    ['Flapping', alert.flapping ? 'it comes and goes, so its changes are held back' : null],
    ['Runbook', alert.runbook],
    ['Lesson', background?.lesson],
  ];
  return facts.flatMap(([label, text]) => (text ? [{ label, text: plain(text, 600) }] : []));
}

/** An alert in plain text: a title, its facts in two columns, and where to look. */
export function alertLines(alert: MessageAlert): string[] {
  const state = alert.retracted ? 'RETRACTED' : alert.state === 'resolved' ? 'RESOLVED' : alert.severity.toUpperCase();
  const rows = [...alert.facts, { label: 'Open', text: alert.url }];
  const width = Math.max(...rows.map(({ label }) => label.length));
  return [
    `${state} ${alert.rule}: ${alert.retracted ? retractedText(alert) : alert.summary}`,
    ...rows.map(({ label, text }) => `  ${label.padEnd(width)}  ${text}`),
  ];
}

/** "late labels changed roc_auc from 0.81 to 0.86", where that is how the alert ended. */
export function retraction({ why }: { why: string }): string | null {
  const [said = ''] = why.split(': ', 1);
  return /^late (labels|data) changed /.test(said) ? said : null;
}

export const retractedText = ({ why, summary }: Pick<MessageAlert, 'why' | 'summary'>): string =>
  plain(retraction({ why }) ?? summary);

function whatText({ metric, value, threshold, lower, upper, reference }: Described): string | null {
  // A rule made of several conditions has no metric of its own.
  if (metric === '') return null;
  if (value === null) return `${metric}: no value`;
  const format = (x: number) => formatValue(metric, x);
  const parts = [`${metric} ${format(value)}`];
  if (lower !== null && upper !== null) parts.push(`(interval ${format(lower)} to ${format(upper)})`);
  if (threshold !== null) parts.push(`against the threshold ${format(threshold)}`);
  if (reference !== null) parts.push(`; reference ${format(reference)}`);
  return parts.join(' ').replace(' ;', ';');
}

/** Of a rule made of several conditions, what each said. */
function conditionsText({ conditions }: Described): string | null {
  return conditions.map(({ why, verdict }) => `${why} (${verdict})`).join('; ') || null;
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

function windowText({ windowStart, windowEnd, n, coverage }: Described, zone?: string): string {
  const labels = coverage === null ? [] : [`labels for ${formatShare(coverage)}`];
  return [formatWindow(windowStart, windowEnd, zone), `${formatNumber(n)} rows`, ...labels].join(', ');
}

function sinceText({ activeAt, firedAt, resolvedAt, windowStart, background }: Described, now: number, zone?: string) {
  const begin = firedAt ?? activeAt;
  const lasted = Math.max(0, Date.parse(resolvedAt ?? '') || now) - Date.parse(begin);
  const span = lasted >= 60_000 ? ` (${formatDuration(lasted)})` : '';
  const first = background?.firstWindow;
  const from = first && first.start !== windowStart ? `; first bad window ${formatWindow(first.start, first.end)}` : '';
  const end = resolvedAt ? ` until ${formatTime(resolvedAt, zone)}` : '';
  return `${formatTime(begin, zone)}${end}${span}${from}`;
}

function certaintyText({ certainty, coverage, retracted }: Described): string | null {
  if (certainty === 'provisional') {
    const so = coverage === null ? '' : `: labels for ${formatShare(coverage)} are in`;
    return `provisional${so}; those to come may move it`;
  }
  return certainty === 'revised' && !retracted ? 'revised: late labels have moved it since it was first told' : null;
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

/** "2 times: 2001-01-02, for 1 d, useful, ended after version 6 was promoted; 2000-12-20, for 2 h, noise" */
function pastText({ past, pastCount }: Background): string | null {
  if (past.length === 0) return null;
  const told = past.map(({ firedAt, resolvedAt, verdict, endedBy, comment }) =>
    [
      firedAt.slice(0, 10),
      `for ${formatDuration(Date.parse(resolvedAt) - Date.parse(firedAt))}`,
      verdict && `called ${verdict}`,
      endedBy && `over after ${endedBy}`,
      comment && `"${plain(comment, 120)}"`,
    ]
      .filter(Boolean)
      .join(', '),
  );
  const more = pastCount > past.length ? '; earlier ones not listed' : '';
  return `${pastCount === 1 ? 'once' : `${pastCount} times`}: ${told.join('; ')}${more}`;
}

function acknowledgedText({ acknowledgedBy, acknowledgedUntil }: Described, zone?: string): string {
  return `by ${acknowledgedBy}${acknowledgedUntil ? `, until ${formatTime(acknowledgedUntil, zone)}` : ''}`;
}
