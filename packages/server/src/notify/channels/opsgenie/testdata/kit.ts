import { expect } from 'vitest';
import { z } from 'zod';
import { type ChannelKit, type FakeAnswer, type FakeRequest, json } from '../../../testdata/channel-kit.ts';
import { opsgenieOptions } from '../index.ts';
import { renderOpsgenie } from '../render.ts';

const KEY = 's3cr3t-0000-key';
const source = z.string().max(100);
const note = z.string().max(25_000).optional();

const Create = z.strictObject({
  message: z.string().min(1).max(130),
  alias: z.string().regex(/^[0-9a-f]{64}$/),
  description: z.string().max(15_000),
  responders: z
    .array(
      z
        .looseObject({ type: z.enum(['team', 'user', 'escalation', 'schedule']) })
        .refine((value) => 'id' in value || 'name' in value || 'username' in value),
    )
    .max(50)
    .optional(),
  tags: z.array(z.string().min(1).max(50)).max(20),
  details: z.record(z.string(), z.string()),
  entity: z.string().max(512),
  source,
  priority: z.enum(['P1', 'P2', 'P3', 'P4', 'P5']),
});
const CHANGES: Record<string, z.ZodType> = {
  'PUT message': z.strictObject({ message: z.string().min(1).max(130), source }),
  'PUT description': z.strictObject({ description: z.string().min(1).max(15_000), source }),
  'POST acknowledge': z.strictObject({ note, source }),
  'POST close': z.strictObject({ note, source }),
};

export interface OpsgenieAlert {
  message: string;
  count: number;
  acknowledged: boolean;
}

/** Keeps the open alerts by their alias; one that is open already is counted. */
export function fakeOpsgenie(open = new Map<string, OpsgenieAlert>()): (request: FakeRequest) => FakeAnswer {
  return (request) => {
    expect(request.headers['content-type']).toBe('application/json');
    if (request.headers.authorization !== `GenieKey ${KEY}`) return { status: 401 };
    const accepted = { status: 202, body: '{"result":"Request will be processed","took":0.1,"requestId":"r1"}' };
    if (request.path === '/v2/alerts') {
      expect(request.method).toBe('POST');
      const { alias, message } = Create.parse(request.json());
      const known = open.get(alias);
      open.set(alias, known ? { ...known, count: known.count + 1 } : { message, count: 1, acknowledged: false });
      return accepted;
    }
    const [, alias = '', what = ''] = /^\/v2\/alerts\/([0-9a-f]{64})\/([a-z]+)$/.exec(request.path) ?? [];
    expect(request.query.get('identifierType')).toBe('alias');
    const schema = CHANGES[`${request.method} ${what}`];
    expect(schema, `${request.method} ${request.path}`).toBeDefined();
    const body = schema!.parse(request.json()) as { message?: string };
    const alert = open.get(alias);
    if (what === 'close') open.delete(alias);
    else if (alert && what === 'message') alert.message = body.message ?? '';
    else if (alert && what === 'acknowledge') alert.acknowledged = true;
    return accepted;
  };
}

export const genieOptions = (origin: string, over: object = {}): Record<string, unknown> => ({
  apiKey: KEY,
  url: origin || 'http://127.0.0.1:1',
  responders: [{ type: 'team', name: 'models' }],
  tags: ['leeway'],
  ...over,
});

export const kits: ChannelKit[] = [
  {
    name: 'opsgenie',
    options: genieOptions,
    secrets: [KEY],
    http: () => fakeOpsgenie(),
    golden: {
      'json.txt': (message) => json(renderOpsgenie(message, opsgenieOptions.parse(genieOptions('')))),
    },
    // The words for an end are those of its call.
    text: ({ path, text }) => `${path} ${text}`,
  },
];
