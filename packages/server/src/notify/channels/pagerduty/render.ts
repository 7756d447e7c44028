import { createHash } from 'node:crypto';
import { cut, fit } from '../../format.ts';
import { type Message, type MessageAlert, shownAlerts } from '../../message.ts';

/** PagerDuty's limits. */
const SUMMARY = 1_024;
const EVENT_BYTES = 512 * 1024;
/** Ours: what a person reads of, and how many events one message may become (120 in a minute are taken). */
const MOST_ALERTS = 20;
const DETAIL_BYTES = 64 * 1024;
const MOST_EVENTS = 50;

interface Trigger {
  event_action: 'trigger';
  dedup_key: string;
  payload: {
    summary: string;
    source: string;
    severity: 'critical' | 'warning' | 'info';
    timestamp: string;
    component: string;
    group: string;
    class: string;
    custom_details: Record<string, unknown>;
  };
  links: { href: string; text: string }[];
  images?: { src: string; alt: string }[];
  client: 'Leeway';
  client_url: string;
}

export type PagerDutyEvent = Trigger | { event_action: 'acknowledge' | 'resolve'; dedup_key: string };

export interface PagerDutyLayout {
  incidents: 'group' | 'alert';
  /** Address of a picture that PagerDuty can fetch; https only. */
  chart?: { url: string; alt: string } | null;
}

/** The events that a message becomes, in the order in which they are to be sent. Each may be sent twice. */
export function renderPagerDuty(message: Message, { incidents, chart = null }: PagerDutyLayout): PagerDutyEvent[] {
  if (message.status === 'test' || message.status === 'note') {
    const key = dedupKey(`${message.group.key}|${message.at}`);
    // Resolved at once, so that nobody is called for long.
    return [trigger(message, key, [], chart), { event_action: 'resolve', dedup_key: key }];
  }
  if (incidents === 'group') return eventsOf(message, dedupKey(message.group.key), message.alerts, chart);
  return message.alerts.slice(0, MOST_EVENTS).flatMap((alert, i) => {
    const alone = { ...message, status: alert.state, severity: alert.severity, subject: subjectOf(alert) };
    return eventsOf(alone, dedupKey(alert.id), [alert], i === 0 ? chart : null);
  });
}

/** How many alerts have no event of their own, where each should have one. */
export const leftOut = (message: Message, incidents: 'group' | 'alert'): number =>
  incidents === 'alert' ? Math.max(0, message.alerts.length - MOST_EVENTS) : 0;

const dedupKey = (name: string): string => createHash('sha256').update(name).digest('hex');

const subjectOf = ({ state, model, rule, summary }: MessageAlert): string =>
  `[${state === 'firing' ? 'FIRING' : 'RESOLVED'}] ${model}: ${rule}: ${summary}`;

/** A trigger for an open incident brings it up to date; of one that is acknowledged too, and calls nobody. */
function eventsOf(
  message: Message,
  key: string,
  alerts: MessageAlert[],
  chart: PagerDutyLayout['chart'],
): PagerDutyEvent[] {
  if (message.status === 'resolved') return [{ event_action: 'resolve', dedup_key: key }];
  const firing = alerts.filter(({ state }) => state === 'firing');
  const acknowledged = firing.length > 0 && firing.every(({ acknowledgedBy }) => acknowledgedBy !== null);
  const first = trigger(message, key, alerts, chart);
  return acknowledged ? [first, { event_action: 'acknowledge', dedup_key: key }] : [first];
}

function trigger(message: Message, key: string, alerts: MessageAlert[], chart: PagerDutyLayout['chart']): Trigger {
  const models = distinct(alerts.map(({ model }) => model));
  const told = shownAlerts({ ...message, alerts });
  const { shown, more } = fit(told.map(detailsOf), { budget: DETAIL_BYTES, most: MOST_ALERTS, sizeOf: bytesOf });
  const [link] = message.links;
  const event: Trigger = {
    event_action: 'trigger',
    dedup_key: key,
    payload: {
      summary: cut(message.subject, SUMMARY),
      source: cut(models.join(', ') || 'Leeway', 255),
      severity: message.severity,
      timestamp: alerts[0]?.firedAt ?? message.at,
      component: cut(models.join(', ') || 'Leeway', 255),
      group: cut(Object.values(message.group.labels).join(', '), 255),
      class: cut(distinct(alerts.map(({ metric }) => metric)).join(', ') || 'test', 255),
      custom_details: {
        reason: message.reason,
        ...(told.length === 0
          ? { text: message.lines.join('\n') }
          : { ...(message.lead && { lead: message.lead }), alerts: shown }),
        ...(more && { more }),
      },
    },
    links: linksOf(message, alerts),
    ...(chart?.url.startsWith('https:') ? { images: [{ src: chart.url, alt: cut(chart.alt, 300) }] } : {}),
    client: 'Leeway',
    client_url: link?.url ?? '',
  };
  if (bytesOf(event) <= EVENT_BYTES - 1_024) return event;
  event.payload.custom_details = { note: 'The details are too large for PagerDuty; they stand in Leeway.' };
  return event;
}

const detailsOf = (alert: MessageAlert) => ({
  alert: `${alert.rule}: ${alert.summary}`,
  state: alert.state === 'resolved' ? 'resolved' : alert.severity,
  ...Object.fromEntries(alert.facts.map(({ label, text }) => [label, text])),
  url: alert.url,
});

function linksOf(message: Message, alerts: MessageAlert[]): Trigger['links'] {
  const runbooks = distinct(alerts.flatMap(({ runbook }) => (runbook ? [runbook] : []))).filter(isWebAddress);
  const actions = alerts.length === 1 ? (alerts[0]?.actions ?? []) : [];
  return [
    ...message.links.map(({ url, label }) => ({ href: url, text: label })),
    ...runbooks.slice(0, 5).map((href) => ({ href, text: 'Runbook' })),
    ...actions.map(({ url, label }) => ({ href: url, text: label })),
  ];
}

const isWebAddress = (text: string): boolean => /^https?:\/\//.test(text) && URL.canParse(text);
const distinct = (values: string[]): string[] => [...new Set(values)];
const bytesOf = (value: object): number => Buffer.byteLength(JSON.stringify(value));
