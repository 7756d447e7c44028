import { expect } from 'vitest';
import { z } from 'zod';
import { type ChannelKit, type FakeRequest, json, NOW } from '../../../testdata/channel-kit.ts';
import { renderAlerts } from '../render.ts';

const Labels = z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string().min(1));

/** What POST /api/v2/alerts takes, after api/v2/openapi.yaml of Alertmanager. */
export const Posted = z
  .array(
    z
      .strictObject({
        labels: Labels.refine((labels) => 'alertname' in labels),
        annotations: Labels,
        startsAt: z.iso.datetime(),
        endsAt: z.iso.datetime(),
        generatorURL: z.url(),
      })
      .refine(({ startsAt, endsAt }) => startsAt <= endsAt, 'the start must not be after the end'),
  )
  .min(1);

export const TOKEN = 's3cr3t-bearer-token';

export const alertmanager = (request: FakeRequest) => {
  expect(request).toMatchObject({ method: 'POST', path: '/am/api/v2/alerts' });
  expect(request.headers).toMatchObject({ 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` });
  Posted.parse(request.json());
  return { status: 200 };
};

export const kits: ChannelKit[] = [
  {
    name: 'alertmanager',
    options: (origin) => ({ urls: [`${origin}/am/`], token: TOKEN, labels: { cluster: 'eu' } }),
    secrets: [TOKEN],
    http: () => alertmanager,
    golden: {
      'json.txt': (message) =>
        json(renderAlerts(message, { labels: { cluster: 'eu' }, expiresAfter: '7d' }, Date.parse(NOW)).alerts),
    },
  },
];
