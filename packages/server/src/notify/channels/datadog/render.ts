import type { z } from 'zod';
import { cut } from '../../format.ts';
import type { Message, MessageAlert } from '../../message.ts';
import { groupId, plainBody } from '../../plain-body.ts';
import type { datadogOptions } from './index.ts';

/** Limits as Datadog documents them. */
const TITLE = { v1: 100, v2: 500 };
const TEXT = 4_000;
const TAGS = 100;
const TAG = 200;
const LINKS = 20;
const LINK_URL = 2_048;
const HOUR_MS = 3_600_000;
/** Of custom attributes there may be 100, and each alert has nine. */
const CUSTOM_ALERTS = 8;

type Options = Pick<z.infer<typeof datadogOptions>, 'events' | 'tags'>;

/** The event of a message, in the form of version 1 or 2 of the API. */
export function renderEvent(message: Message, options: Options, now: number) {
  return options.events === 'v1' ? renderV1(message, options, now) : renderV2(message, options, now);
}

function renderV2(message: Message, { tags }: Options, now: number) {
  const links = message.alerts.flatMap(({ rule, url, runbook, actions }) => [
    { category: 'resource', title: cut(rule, 300), url },
    ...actions
      .filter(({ kind }) => kind === 'acknowledge')
      .map((action) => ({ category: 'resource', title: `${action.label} ${cut(rule, 200)}`, url: action.url })),
    ...(runbook && URL.canParse(runbook)
      ? [{ category: 'runbook', title: `Runbook of ${cut(rule, 250)}`, url: runbook }]
      : []),
  ]);
  return {
    data: {
      type: 'event',
      attributes: {
        category: 'alert',
        title: cut(message.subject, TITLE.v2),
        message: plainBody(message, { budget: TEXT }),
        aggregation_key: groupId(message),
        tags: tagsOf(message, tags),
        // Older than 18 hours is refused; without a time it is the time of arrival.
        ...(isWithin(message.at, now, 17 * HOUR_MS) && { timestamp: message.at }),
        attributes: {
          status:
            message.status === 'firing' ? STATUS[message.severity] : message.status === 'resolved' ? 'ok' : 'info',
          priority: PRIORITY[message.severity],
          links: links.filter(({ url }) => url.length <= LINK_URL).slice(0, LINKS),
          custom: {
            group: message.group.labels,
            reason: message.reason,
            alerts: message.alerts.slice(0, CUSTOM_ALERTS).map(customOf),
            more: Math.max(0, message.alerts.length - CUSTOM_ALERTS),
          },
        },
      },
    },
  };
}

function renderV1(message: Message, { tags }: Options, now: number) {
  return {
    title: cut(message.subject, TITLE.v1),
    // Without the marks of Markdown (%%%), so that nothing in the data is markup.
    text: plainBody(message, { budget: TEXT }).replaceAll('%%%', '%'),
    alert_type:
      message.status === 'firing' ? ALERT_TYPE[message.severity] : message.status === 'resolved' ? 'success' : 'info',
    priority: message.status === 'firing' && message.severity !== 'info' ? 'normal' : 'low',
    aggregation_key: groupId(message),
    tags: tagsOf(message, tags),
    ...(isWithin(message.at, now, 24 * HOUR_MS) && { date_happened: Math.floor(Date.parse(message.at) / 1000) }),
  };
}

/** Gauges of the alerts; null if no alert has a value. Points older than an hour are refused, so they are of now. */
export function renderMetrics(message: Message, { tags }: Pick<Options, 'tags'>, now: number) {
  const timestamp = Math.floor(now / 1000);
  const gauge = (metric: string, alert: MessageAlert, value: number) => ({
    metric,
    type: 3,
    points: [{ timestamp, value }],
    tags: [...alertTags(alert), ...tags.map(toTag)].slice(0, TAGS),
  });
  const series = message.alerts.flatMap((alert) => [
    gauge('leeway.alert.firing', alert, alert.state === 'firing' ? 1 : 0),
    ...(alert.value === null ? [] : [gauge('leeway.alert.value', alert, alert.value)]),
  ]);
  return series.length === 0 ? null : { series };
}

const STATUS = { critical: 'error', warning: 'warn', info: 'info' } as const;
const PRIORITY = { critical: '1', warning: '3', info: '5' } as const;
const ALERT_TYPE = { critical: 'error', warning: 'warning', info: 'info' } as const;

const customOf = ({ id, model, rule, metric, column, slice, value, threshold, state }: MessageAlert) => ({
  id,
  model,
  rule,
  metric,
  column,
  slice: cut(slice, 200),
  value,
  threshold,
  state,
});

const isWithin = (at: string, now: number, ms: number): boolean => Math.abs(now - Date.parse(at)) < ms;

function tagsOf(message: Message, further: readonly string[]): string[] {
  const labels = Object.entries(message.group.labels).map(([name, value]) => `${name}:${value}`);
  const all = ['source:leeway', `severity:${message.severity}`, ...labels, ...further];
  return [...new Set(all.map(toTag))].slice(0, TAGS);
}

const alertTags = ({ model, rule, severity, metric, column, slice }: MessageAlert): string[] =>
  [
    `model:${model}`,
    `rule:${rule}`,
    `severity:${severity}`,
    `metric:${metric}`,
    ...(column ? [`column:${column}`] : []),
    ...(slice ? [`slice:${slice}`] : []),
  ].map(toTag);

/** What Datadog itself would make of a tag: other characters become "_". */
const toTag = (text: string): string => text.replace(/[^\p{L}\p{N}_\-:./]+/gu, '_').slice(0, TAG);
