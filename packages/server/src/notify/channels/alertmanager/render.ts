import { durationMs } from '@leeway/contract';
import type { z } from 'zod';
import type { Receipt } from '../../channel.ts';
import type { Message, MessageAlert } from '../../message.ts';
import { alertTitle } from '../../plain-body.ts';
import type { alertmanagerOptions } from './index.ts';

type Options = Pick<z.infer<typeof alertmanagerOptions>, 'labels' | 'expiresAfter'>;
type Labels = Record<string, string>;

export interface PostedAlert {
  labels: Labels;
  annotations: Labels;
  startsAt: string;
  endsAt: string;
  generatorURL: string;
}

/** How long the alert of a test message is there. */
const TEST_MS = 60_000;

/**
 * The alerts of a message as Alertmanager takes them, and the receipt: the labels under which each firing one stands there. If
 * they have changed since `told` (a severity that is computed), the alert under the old labels is ended.
 */
export function renderAlerts(
  message: Message,
  options: Options,
  now: number,
  told: Receipt = {},
): { alerts: PostedAlert[]; receipt: Receipt } {
  if (message.status === 'test') return { alerts: [testAlert(message, options, now)], receipt: {} };
  const alerts: PostedAlert[] = [];
  const receipt: Receipt = {};
  for (const alert of message.alerts) {
    const posted = postedAlert(alert, options, now);
    alerts.push(posted);
    const key = JSON.stringify(posted.labels);
    const before = told[alert.id];
    if (before !== undefined && before !== key) {
      alerts.push({ ...posted, labels: JSON.parse(before) as Labels, endsAt: new Date(now).toISOString() });
    }
    if (alert.state === 'firing') receipt[alert.id] = key;
  }
  return { alerts, receipt };
}

function postedAlert(alert: MessageAlert, { labels, expiresAfter }: Options, now: number): PostedAlert {
  const { rule, metric, column, slice, version, value, threshold, summary, runbook, url, facts } = alert;
  const startsAt = alert.firedAt ?? alert.activeAt;
  // An end before the beginning is refused, and an end in the future would be no end.
  const ended = Math.max(Date.parse(startsAt), Math.min(Date.parse(alert.resolvedAt ?? '') || now, now));
  const annotations = {
    title: alertTitle(alert),
    summary,
    description: facts.map(({ label, text }) => `${label}: ${text}`).join('\n'),
    value: value === null ? '' : String(value),
    threshold: threshold === null ? '' : String(threshold),
    version,
    runbook_url: runbook && URL.canParse(runbook) ? runbook : '',
  };
  return {
    labels: cleanLabels({ ...labels, ...alert.labels, metric, column, slice, alertname: rule }),
    annotations: Object.fromEntries(Object.entries(annotations).filter(([, text]) => text !== '')),
    startsAt,
    endsAt: new Date(alert.state === 'resolved' ? ended : now + durationMs(expiresAfter)).toISOString(),
    generatorURL: url,
  };
}

function testAlert(message: Message, { labels }: Options, now: number): PostedAlert {
  return {
    labels: cleanLabels({ ...labels, ...message.group.labels, alertname: 'LeewayTest', severity: 'info' }),
    annotations: { summary: message.subject, description: message.lines.join('\n') },
    startsAt: new Date(now).toISOString(),
    endsAt: new Date(now + TEST_MS).toISOString(),
    generatorURL: message.links[0]?.url ?? '',
  };
}

/** Names as Prometheus has them; an empty label is none. The order is fixed, so that equal labels are equal texts. */
function cleanLabels(labels: Labels): Labels {
  const clean: Labels = {};
  for (const [name, value] of Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const safe = name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_');
    if (value !== '' && safe !== '') clean[safe] ??= value;
  }
  return clean;
}
