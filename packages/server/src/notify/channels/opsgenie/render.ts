import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { cut, fit } from '../../format.ts';
import { type Message, type MessageAlert, shownAlerts } from '../../message.ts';
import type { opsgenieOptions } from './index.ts';

/** Opsgenie's limits, in characters. */
const MESSAGE = 130;
const DESCRIPTION = 15_000;
const TAGS = 20;
const TAG = 50;
const VALUE = 400;

export interface OpsgenieCall {
  method: 'POST' | 'PUT';
  /** After the address of the interface. */
  path: string;
  body: Record<string, unknown>;
}

type Layout = Pick<z.infer<typeof opsgenieOptions>, 'responders' | 'tags' | 'priorities'>;

/** The calls that a message becomes, in their order. An alert of Opsgenie stands for a group; each call may be made twice. */
export function renderOpsgenie(message: Message, layout: Layout, known = false): OpsgenieCall[] {
  const isTest = message.status === 'test' || message.status === 'note';
  const name = isTest ? `${message.group.key}|${message.at}` : message.group.key;
  const alias = createHash('sha256').update(name).digest('hex');
  const call = (method: 'POST' | 'PUT', what: string, body: object): OpsgenieCall => ({
    method,
    path: `/v2/alerts/${alias}/${what}?identifierType=alias`,
    body: { source: 'Leeway', ...body },
  });
  const title = cut(message.subject, MESSAGE);
  const close = call('POST', 'close', { note: cut(message.subject, 1_000) });
  if (message.status === 'resolved') return [close];
  const description = describe(message);
  const firing = message.alerts.filter(({ state }) => state === 'firing');
  const acknowledged = firing.length > 0 && firing.every(({ acknowledgedBy }) => acknowledgedBy !== null);
  return [
    // While an alert of this alias is open, this only counts it once more; its words are changed by calls of their own.
    { method: 'POST', path: '/v2/alerts', body: { message: title, alias, description, ...context(message, layout) } },
    ...(known ? [call('PUT', 'message', { message: title }), call('PUT', 'description', { description })] : []),
    ...(acknowledged ? [call('POST', 'acknowledge', { note: `by ${firing[0]?.acknowledgedBy}` })] : []),
    // Closed at once, so that nobody is called for long.
    ...(isTest ? [close] : []),
  ];
}

function context(message: Message, { responders, tags, priorities }: Layout) {
  const models = [...new Set(message.alerts.map(({ model }) => model))];
  const details = Object.entries(message.group.labels).map(([label, value]) => [label, cut(value, VALUE)]);
  return {
    ...(responders.length > 0 && { responders }),
    tags: [...tags, message.severity, ...models].slice(0, TAGS).map((tag) => cut(tag, TAG)),
    details: { ...Object.fromEntries(details), reason: message.reason, url: message.links[0]?.url ?? '' },
    entity: cut(models.join(', '), 512),
    source: 'Leeway',
    priority: priorities[message.severity],
  };
}

function describe(message: Message): string {
  const alerts = shownAlerts(message);
  if (alerts.length === 0) return cut(message.lines.join('\n'), DESCRIPTION);
  const lead = message.lead ?? '';
  const { shown, more } = fit(alerts.map(textOf), { budget: DESCRIPTION - lead.length - 2, separator: 2 });
  return [lead, ...shown, more].filter(Boolean).join('\n\n');
}

const textOf = (alert: MessageAlert): string =>
  [
    `${alert.state === 'resolved' ? 'RESOLVED' : alert.severity.toUpperCase()} ${alert.rule}: ${alert.summary}`,
    ...alert.facts.map(({ label, text }) => `${label}: ${text}`),
    ...(alert.state === 'firing' ? alert.actions.map(({ label, url }) => `${label}: ${url}`) : []),
    `Open: ${alert.url}`,
  ].join('\n');
