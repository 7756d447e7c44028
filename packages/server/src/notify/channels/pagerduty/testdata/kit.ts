import { expect } from 'vitest';
import { z } from 'zod';
import { type ChannelKit, type FakeAnswer, type FakeRequest, json } from '../../../testdata/channel-kit.ts';
import { renderPagerDuty } from '../render.ts';

const ROUTING_KEY = 's3cr3t00000000000000000000000000';
const common = { routing_key: z.string().length(32), dedup_key: z.string().regex(/^[0-9a-f]{64}$/) };
const short = z.string().max(255);

const Event = z.discriminatedUnion('event_action', [
  z.strictObject({
    ...common,
    event_action: z.literal('trigger'),
    payload: z.strictObject({
      summary: z.string().min(1).max(1_024),
      source: short.min(1),
      severity: z.enum(['critical', 'error', 'warning', 'info']),
      timestamp: z.iso.datetime(),
      component: short,
      group: short,
      class: short,
      custom_details: z.record(z.string(), z.unknown()),
    }),
    links: z.array(z.strictObject({ href: z.url({ protocol: /^https?$/ }), text: z.string() })),
    images: z.array(z.strictObject({ src: z.url({ protocol: /^https$/ }), alt: z.string() })).optional(),
    client: z.string(),
    client_url: z.url(),
  }),
  z.strictObject({ ...common, event_action: z.enum(['acknowledge', 'resolve']) }),
]);

/** Takes events, and keeps the state of the incidents as PagerDuty does: what ends one that is not open is dropped. */
export function fakePagerDuty(incidents = new Map<string, string>()): (request: FakeRequest) => FakeAnswer {
  return (request) => {
    expect(request).toMatchObject({ method: 'POST', path: '/v2/enqueue' });
    expect(request.headers['content-type']).toBe('application/json');
    expect(request.headers.authorization).toBeUndefined();
    expect(request.body.length).toBeLessThanOrEqual(512 * 1024);
    const { routing_key, event_action, dedup_key } = Event.parse(request.json());
    if (routing_key !== ROUTING_KEY) return { status: 400, body: '{"status":"invalid event"}' };
    const state = incidents.get(dedup_key);
    if (event_action === 'trigger') incidents.set(dedup_key, state === 'acknowledged' ? state : 'triggered');
    else if (event_action === 'acknowledge' && state) incidents.set(dedup_key, 'acknowledged');
    else incidents.delete(dedup_key);
    return { status: 202, body: JSON.stringify({ status: 'success', message: 'Event processed', dedup_key }) };
  };
}

export const eventOptions = (origin: string, over: object = {}): Record<string, unknown> => ({
  routingKey: ROUTING_KEY,
  url: origin || 'http://127.0.0.1:1',
  ...over,
});

export const kits: ChannelKit[] = [
  {
    name: 'pagerduty',
    options: eventOptions,
    secrets: [ROUTING_KEY],
    http: () => fakePagerDuty(),
    golden: { 'json.txt': (message) => json(renderPagerDuty(message, { incidents: 'group' })) },
  },
  {
    name: 'pagerduty, an incident for each alert',
    options: (origin) => eventOptions(origin, { incidents: 'alert' }),
    secrets: [ROUTING_KEY],
    http: () => fakePagerDuty(),
  },
];
