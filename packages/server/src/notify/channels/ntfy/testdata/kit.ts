import { expect } from 'vitest';
import { z } from 'zod';
import { type ChannelKit, type FakeRequest, json } from '../../../testdata/channel-kit.ts';
import { renderNtfy } from '../render.ts';

const TOPIC = 's3cr3t-topic';
const TOKEN = 'tk_s3cr3ttoken';

const Publish = z.strictObject({
  topic: z.literal(TOPIC),
  title: z.string().min(1).max(250),
  message: z.string().refine((text) => Buffer.byteLength(text) <= 4096),
  priority: z.int().min(1).max(5),
  tags: z.array(z.string().regex(/^[a-z_]+$/)),
  click: z.url().optional(),
  actions: z
    .array(z.strictObject({ action: z.literal('view'), label: z.string().min(1), url: z.url() }))
    .max(3)
    .optional(),
  sequence_id: z.string().regex(/^[-_A-Za-z0-9]{1,64}$/),
  attach: z.url().optional(),
  filename: z.string().optional(),
});

export const ntfy = (request: FakeRequest) => {
  expect(request.headers['authorization']).toBe(`Bearer ${TOKEN}`);
  if (request.method === 'PUT' && request.path === `/${TOPIC}`) {
    const { actions, priority, filename, tags, ...rest } = Object.fromEntries(request.query);
    const sequence_id = rest['sequence-id'];
    Publish.parse({
      topic: TOPIC,
      title: rest['title'],
      message: rest['message'],
      click: rest['click'],
      priority: Number(priority),
      tags: tags?.split(','),
      actions: JSON.parse(actions ?? '[]'),
      filename,
      sequence_id,
    });
    expect(request.headers['content-type']).toBe('image/png');
    expect(request.query.toString().length).toBeLessThan(8_000);
    return { status: 200, body: JSON.stringify({ id: 'hwQ2YpKdmg', event: 'message', sequence_id }) };
  }
  if (request.method === 'PUT') {
    expect(request.path).toMatch(new RegExp(`^/${TOPIC}/[-_A-Za-z0-9]{1,64}/clear$`));
    return { status: 200 };
  }
  expect(request).toMatchObject({ method: 'POST', path: '/' });
  const { sequence_id } = Publish.parse(request.json());
  return { status: 200, body: JSON.stringify({ id: 'hwQ2YpKdmg', event: 'message', sequence_id }) };
};

export const ntfyAt = (origin: string, over: object = {}) => ({ url: origin, topic: TOPIC, token: TOKEN, ...over });

export const kits: ChannelKit[] = [
  {
    name: 'ntfy',
    options: (origin) => ntfyAt(origin),
    secrets: [TOPIC, TOKEN],
    http: () => ntfy,
    golden: { 'json.txt': (message) => json(renderNtfy(message)) },
  },
];
