import type { AlertsReview, RuleReview } from '@leeway/contract';
import { formatShare, formatTime, plain } from '../../notify/format.ts';
import { escapeHtml } from '../../platform/escape-html.ts';

/** The review of a span for people to read: what fired, what it was worth, and what is left to do. */

interface Table {
  title: string;
  /** Said in its place where there are no rows. */
  empty: string;
  head: string[];
  rows: string[][];
}

const REMARKS: Record<RuleReview['remarks'][number], string> = {
  never_fired: 'never fired',
  always_fires: 'fires all the time',
  no_verdicts: 'nobody says what it is worth',
  mostly_noise: 'mostly noise',
};

export const remarkText = ({ remarks }: RuleReview): string => remarks.map((remark) => REMARKS[remark]).join(', ');

/** "3 h", "2 d": a length of time as one reads it; empty for none. */
export function lengthText(ms: number | null): string {
  if (ms === null) return '';
  const minutes = Math.round(ms / 60_000);
  if (minutes < 90) return `${minutes} min`;
  return minutes < 2_880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1_440)} d`;
}

function tablesOf({ alerts, rules }: AlertsReview): Table[] {
  const alertRow = ({ alert, comments, verdicts }: AlertsReview['alerts'][number]) => [
    formatTime(alert.firedAt ?? alert.activeAt),
    alert.severity,
    alert.model,
    alert.summary,
    alert.resolvedAt
      ? `until ${formatTime(alert.resolvedAt)}`
      : alert.acknowledgedBy
        ? `open, with ${alert.acknowledgedBy}`
        : 'open',
    alert.assignee ?? '',
    alert.verdict ?? '',
    [
      ...comments.map(({ actor, text }) => `${actor}: ${text}`),
      ...verdicts.flatMap(({ actor, comment }) => (comment ? [`${actor}: ${comment}`] : [])),
    ].join(' / '),
  ];
  const head = ['Fired', 'Severity', 'Model', 'What', 'State', 'For', 'Verdict', 'Said'];
  const open = alerts.filter(({ alert }) => alert.state !== 'resolved');
  const unjudged = alerts.filter(({ alert }) => alert.state === 'resolved' && alert.verdict === null);
  const judged = alerts.filter(({ alert }) => alert.state === 'resolved' && alert.verdict !== null);
  const spoke = rules.filter(({ alerts: n, messages, remarks }) => n > 0 || messages > 0 || remarks.length > 0);
  return [
    { title: 'Open', empty: 'Nothing is open.', head, rows: open.map(alertRow) },
    { title: 'Over, and nobody has said what it was worth', empty: 'None.', head, rows: unjudged.map(alertRow) },
    { title: 'Over, and judged', empty: 'None.', head, rows: judged.map(alertRow) },
    {
      title: 'Rules',
      empty: 'No rule fired.',
      head: [
        'Model',
        'Rule',
        'Owner',
        'Alerts',
        'Messages',
        'After hours',
        'Useful',
        'Noise',
        'Time to take',
        'Time to end',
        'Remarks',
      ],
      rows: spoke.map((rule) => [
        rule.model,
        rule.rule,
        rule.owner ?? '',
        String(rule.alerts),
        String(rule.messages),
        String(rule.afterHours),
        String(rule.verdicts.useful),
        rule.noiseShare === null ? '' : formatShare(rule.noiseShare),
        lengthText(rule.timeToAcknowledge),
        lengthText(rule.timeToResolve),
        remarkText(rule),
      ]),
    },
  ];
}

function introduction({ from, to, zone, alerts, rules }: AlertsReview): string {
  const messages = rules.reduce((sum, rule) => sum + rule.messages, 0);
  const late = rules.reduce((sum, rule) => sum + rule.afterHours, 0);
  return `${formatTime(from)} to ${formatTime(to)}: ${alerts.length} alerts were open, ${messages} messages were sent, ${late} of them after hours (${zone}).`;
}

export function reviewMarkdown(review: AlertsReview): string {
  // What came with the data must not become a link, a tag or a new cell.
  const cell = (text: string) => plain(text, 400).replace(/[\\`*_{}[\]<>()#|!~&]/g, '\\$&');
  const tables = tablesOf(review).map(({ title, empty, head, rows }) =>
    rows.length === 0
      ? `## ${title}\n\n${empty}\n`
      : `## ${title}\n\n| ${head.join(' | ')} |\n|${head.map(() => '---').join('|')}|\n${rows.map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')}\n`,
  );
  return `# Review of alerts\n\n${introduction(review)}\n\n${tables.join('\n')}`;
}

const STYLE = `:root{color-scheme:light dark;font:14px/1.5 system-ui,sans-serif}body{margin:0 auto;max-width:80rem;padding:1rem}
table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #8886;padding:.3rem .5rem;text-align:left;vertical-align:top}
td{overflow-wrap:anywhere}`;

export function reviewHtml(review: AlertsReview): string {
  const cells = (tag: 'th' | 'td', row: readonly string[]) =>
    `<tr>${row.map((text) => `<${tag}>${escapeHtml(plain(text, 400))}</${tag}>`).join('')}</tr>`;
  const tables = tablesOf(review).map(({ title, empty, head, rows }) =>
    rows.length === 0
      ? `<h2>${escapeHtml(title)}</h2>\n<p>${escapeHtml(empty)}</p>`
      : `<h2>${escapeHtml(title)}</h2>\n<table><thead>${cells('th', head)}</thead><tbody>\n${rows.map((row) => cells('td', row)).join('\n')}\n</tbody></table>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Review of alerts</title><style>${STYLE}</style></head>
<body><h1>Review of alerts</h1>
<p>${escapeHtml(introduction(review))}</p>
${tables.join('\n')}
</body></html>
`;
}
