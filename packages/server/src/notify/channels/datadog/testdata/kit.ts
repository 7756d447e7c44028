import { expect } from 'vitest';
import { z } from 'zod';
import { type ChannelKit, type FakeRequest, json, NOW } from '../../../testdata/channel-kit.ts';
import { renderEvent } from '../render.ts';

const Tag = z.string().regex(/^[\p{L}\p{N}_\-:./]{1,200}$/u);
const Link = z.strictObject({
  category: z.enum(['runbook', 'documentation', 'dashboard', 'resource']),
  title: z.string().max(300),
  url: z.url().max(2048),
});

export const EventV2 = z.strictObject({
  data: z.strictObject({
    type: z.literal('event'),
    attributes: z.strictObject({
      category: z.literal('alert'),
      title: z.string().min(1).max(500),
      message: z.string().max(4000),
      aggregation_key: z.string().max(100),
      tags: z.array(Tag).max(100),
      timestamp: z.iso.datetime().optional(),
      attributes: z.strictObject({
        status: z.enum(['info', 'warn', 'error', 'ok']),
        priority: z.enum(['1', '2', '3', '4', '5']),
        links: z.array(Link).max(20),
        custom: z.record(z.string(), z.unknown()),
      }),
    }),
  }),
});

export const EventV1 = z.strictObject({
  title: z.string().min(1).max(100),
  text: z.string().min(1).max(4000),
  alert_type: z.enum(['error', 'warning', 'info', 'success']),
  priority: z.enum(['normal', 'low']),
  aggregation_key: z.string().max(100),
  tags: z.array(Tag).max(100),
  date_happened: z.int().optional(),
});

export const Series = z.strictObject({
  series: z
    .array(
      z.strictObject({
        metric: z.string().regex(/^[a-z][a-z0-9_.]{0,199}$/),
        type: z.literal(3),
        points: z.tuple([z.strictObject({ timestamp: z.int(), value: z.number() })]),
        tags: z.array(Tag).max(100),
      }),
    )
    .min(1),
});

const KEY = 's3cr3t-datadog-api-key';

export const datadog = (request: FakeRequest) => {
  expect(request.method).toBe('POST');
  expect(request.headers).toMatchObject({ 'content-type': 'application/json', 'dd-api-key': KEY });
  expect(request.body.length).toBeLessThanOrEqual(512_000);
  const schemas: Record<string, z.ZodType> = {
    '/api/v2/events': EventV2,
    '/api/v1/events': EventV1,
    '/api/v2/series': Series,
  };
  const schema = schemas[request.path];
  expect(schema, request.path).toBeDefined();
  schema?.parse(request.json());
  return { status: 202, body: request.path === '/api/v2/series' ? '{"errors":[]}' : '{"status":"ok"}' };
};

export const datadogOptionsAt = (origin: string, over: object = {}) => ({ apiKey: KEY, url: origin, ...over });

const now = Date.parse(NOW);

export const kits: ChannelKit[] = [
  {
    name: 'datadog events v2',
    options: (origin) => datadogOptionsAt(origin),
    secrets: [KEY],
    http: () => datadog,
    golden: { 'json.txt': (message) => json(renderEvent(message, { events: 'v2', tags: ['env:prod'] }, now)) },
  },
  {
    name: 'datadog events v1',
    options: (origin) => datadogOptionsAt(origin, { events: 'v1' }),
    secrets: [KEY],
    http: () => datadog,
    golden: { 'v1.json.txt': (message) => json(renderEvent(message, { events: 'v1', tags: [] }, now)) },
  },
];
