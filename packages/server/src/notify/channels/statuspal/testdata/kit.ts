import { expect } from 'vitest';
import { z } from 'zod';
import { type ChannelKit, type FakeRequest, json } from '../../../testdata/channel-kit.ts';
import { statuspalOptions } from '../index.ts';
import { renderIncident } from '../render.ts';

const KEY = 's3cr3t-statuspal-key';
const PAGE = '/api/v2/status_pages/acme';

const Time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
const Update = z.strictObject({ type: z.enum(['issue', 'update', 'resolved']), description: z.string().min(1) });
const Create = z.strictObject({
  incident: z.strictObject({
    title: z.string().min(1),
    type: z.enum(['major', 'minor']),
    service_ids: z.array(z.int()).min(1),
    starts_at: Time,
    notify: z.boolean(),
    updates: z.tuple([Update]),
  }),
});
const End = z.strictObject({ incident: z.strictObject({ ends_at: Time }) });
const Add = z.strictObject({ update: Update.extend({ notify: z.boolean() }) });

/** Statuspal, whose incidents have the number 7. */
export const statuspal = (request: FakeRequest) => {
  expect(request.headers['authorization']).toBe(KEY);
  const call = `${request.method} ${request.path}`;
  if (call === `GET ${PAGE}/subscriptions`) return { status: 200, body: '{"subscriptions":[]}' };
  expect(request.headers['content-type']).toBe('application/json');
  if (call === `POST ${PAGE}/incidents`) Create.parse(request.json());
  else if (call === `PUT ${PAGE}/incidents/7`) End.parse(request.json());
  else {
    expect(call).toBe(`POST ${PAGE}/incidents/7/updates`);
    Add.parse(request.json());
  }
  return { status: 201, body: '{"incident":{"id":7}}' };
};

export const statuspalAt = (origin: string, over: object = {}) => ({
  apiKey: KEY,
  subdomain: 'acme',
  services: [1, 2],
  url: `${origin}/api/v2`,
  ...over,
});

const parsed = (over: object) => statuspalOptions.parse(statuspalAt('http://127.0.0.1', over));

export const kits: ChannelKit[] = [
  {
    name: 'statuspal with details',
    options: (origin) => statuspalAt(origin, { details: true }),
    secrets: [KEY],
    http: () => statuspal,
    // Nothing is published for a test.
    text: ({ method, path, text }) =>
      method === 'GET' ? `TEST of ${path}, which publishes nothing to anybody, see the key only: ${path}` : text,
    receipt: { incident: '7' },
    golden: {
      'json.txt': (message) => json(renderIncident(message, parsed({}))),
      'details.json.txt': (message) => json(renderIncident(message, parsed({ details: true }))),
    },
  },
];
