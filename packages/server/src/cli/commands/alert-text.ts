import type { Alert, AlertDetail, AlertExplanation, ExplainStage } from '@leeway/contract';
import pc from 'picocolors';
import { plain } from '../../notify/format.ts';
import { type Column, day, number, table } from '../io.ts';

/** Alerts as a terminal shows them. What came with the data is made harmless first. */

const COLOR = { critical: pc.red, warning: pc.yellow, info: pc.blue };

export const ALERT_COLUMNS: Column<Alert>[] = [
  { title: 'ALERT', value: (alert) => alert.id },
  { title: 'SEVERITY', value: (alert) => COLOR[alert.severity](alert.severity) },
  { title: 'STATE', value: stateOf },
  { title: 'MODEL', value: (alert) => alert.model },
  { title: 'RULE', value: (alert) => plain([alert.rule, alert.column, alert.slice].filter(Boolean).join(' '), 80) },
  { title: 'VALUE', value: (alert) => number(alert.value), align: 'right' },
  { title: 'THRESHOLD', value: (alert) => number(alert.threshold), align: 'right' },
  { title: 'SINCE', value: (alert) => day(alert.firedAt ?? alert.activeAt) },
  { title: 'FOR', value: (alert) => plain(alert.assignee ?? '', 40) },
  { title: 'VERDICT', value: (alert) => alert.verdict ?? '' },
  { title: 'CAUSE', value: (alert) => plain(alert.cause?.summary ?? '', 120) },
];

function stateOf(alert: Alert): string {
  const notes = [alert.acknowledgedBy && 'ack', alert.muted?.by, alert.flapping && 'flapping'].filter(Boolean);
  return alert.state + (notes.length > 0 ? ` (${notes.join(', ')})` : '');
}

export function alertText({ alert, history, comments, verdicts, deliveries }: AlertDetail): string {
  const facts: [string, string | null][] = [
    ['state', stateOf(alert)],
    [
      'model',
      [alert.model, alert.version && `version ${alert.version}`, alert.column, alert.slice].filter(Boolean).join(', '),
    ],
    ['rule', `${alert.rule} on ${alert.metric}: ${alert.why}`],
    ['window', `${day(alert.windowStart)} to ${day(alert.windowEnd)}, ${alert.n} rows`],
    ['cause', alert.cause?.summary ?? null],
    ['muted', alert.muted?.text ?? null],
    [
      'in hand',
      alert.acknowledgedBy &&
        [alert.acknowledgedBy, alert.acknowledgedUntil && `until ${day(alert.acknowledgedUntil)}`]
          .filter(Boolean)
          .join(' '),
    ],
    ['for', alert.assignee],
    ['verdict', alert.verdict],
    ['runbook', alert.runbook],
  ];
  const width = Math.max(...facts.map(([label]) => label.length));
  return [
    `${COLOR[alert.severity](alert.severity.toUpperCase())} ${plain(alert.summary)}  ${pc.dim(alert.id)}`,
    ...facts.flatMap(([label, text]) => (text ? [`  ${pc.dim(label.padEnd(width))}  ${plain(text, 600)}`] : [])),
    ...section(
      'History',
      history.map(({ at, why, from, to }) => [at, from === to ? why : `${from} to ${to}: ${why}`]),
    ),
    ...section(
      'Comments',
      comments.map(({ at, actor, text }) => [at, `${actor}: ${text}`]),
    ),
    ...section(
      'Verdicts',
      verdicts.map(({ at, actor, verdict, comment }) => [at, `${actor}: ${verdict}${comment ? ` (${comment})` : ''}`]),
    ),
    ...section(
      'Messages',
      deliveries.map(({ createdAt, channel, reason, state, error }) => [
        createdAt,
        `${channel}: ${reason}, ${state}${error ? ` (${error})` : ''}`,
      ]),
    ),
  ].join('\n');
}

const section = (title: string, lines: [at: string, text: string][]): string[] =>
  lines.length === 0
    ? []
    : ['', pc.bold(title), ...lines.map(([at, text]) => `  ${pc.dim(day(at))}  ${plain(text, 600)}`)];

const SIGN: Record<ExplainStage['outcome'], string> = {
  pass: pc.green('✓'),
  stop: pc.red('✗'),
  wait: pc.yellow('…'),
  note: pc.dim('·'),
};

export function explanationText({ alert, stages, channels }: AlertExplanation): string {
  const line = ({ stage, outcome, at, text }: ExplainStage) =>
    `  ${SIGN[outcome]} ${pc.dim(stage.padEnd(10))} ${plain(text, 600)}${at ? pc.dim(`  ${day(at)}`) : ''}`;
  return [
    pc.bold(alert),
    ...stages.map(line),
    '',
    table(channels, [
      { title: 'CHANNEL', value: ({ channel }) => channel },
      {
        title: 'OUTCOME',
        value: ({ outcome }) => (outcome === 'sent' ? pc.green(outcome) : outcome.replace('_', ' ')),
      },
      { title: 'WHY', value: ({ verdict }) => plain(verdict, 600) },
    ]),
    ...channels.flatMap((channel) =>
      channel.stages.length === 0 ? [] : ['', pc.bold(channel.channel), ...channel.stages.map(line)],
    ),
  ].join('\n');
}
