import { expect } from 'vitest';
import { z } from 'zod';
import { type ChannelKit, type FakeRequest, json, statusesWith } from '../../../testdata/channel-kit.ts';
import { renderApprise } from '../render.ts';

const KEY = 's3cr3tkey';
const URLS = 'discord://s3cr3tid/s3cr3ttoken json://127.0.0.1';

const Notify = z.strictObject({
  title: z.string().max(250),
  body: z.string().min(1),
  type: z.enum(['info', 'success', 'warning', 'failure']),
  format: z.enum(['text', 'markdown', 'html']),
  tag: z.string().optional(),
  urls: z.string().optional(),
});

/** The Apprise API, with one configuration. */
const apprise = (path: string, urls: string | undefined) => () => (request: FakeRequest) => {
  expect(request).toMatchObject({ method: 'POST', path });
  expect(request.headers['content-type']).toBe('application/json');
  expect(Notify.parse(request.json()).urls).toBe(urls);
  return { status: 200, body: '{"error":null}' };
};

const statuses = statusesWith(
  [{ status: 204, body: '' }, 'permanent', 'rejected'],
  [202, 'permanent', 'rejected'],
  [406, 'permanent', 'rejected'],
  [421, 'permanent', 'rejected'],
  [424, 'permanent', 'rejected'],
  [431, 'permanent', 'rejected'],
);

export const kits: ChannelKit[] = [
  {
    name: 'apprise, stored',
    options: (origin) => ({ url: `${origin}/`, key: KEY, tag: 'ops' }),
    secrets: [KEY],
    http: apprise(`/notify/${KEY}`, undefined),
    statuses,
    golden: { 'json.txt': (message) => json(renderApprise(message)) },
  },
  {
    name: 'apprise, urls',
    options: (origin) => ({ url: origin, urls: URLS }),
    secrets: [URLS, 's3cr3tid', 's3cr3ttoken'],
    http: apprise('/notify', URLS),
    statuses,
  },
];
