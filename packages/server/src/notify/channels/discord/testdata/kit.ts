import { expect } from 'vitest';
import { z } from 'zod';
import {
  type ChannelKit,
  type FakeAnswer,
  type FakeRequest,
  json,
  statusesWith,
} from '../../../testdata/channel-kit.ts';
import { renderDiscord } from '../render.ts';

const Embed = z.strictObject({
  title: z.string().min(1).max(256),
  url: z.url({ protocol: /^https?$/ }),
  description: z.string().max(4_096),
  color: z.number().int().min(0).max(0xffffff),
  fields: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(256),
        value: z.string().min(1).max(1_024),
        inline: z.boolean(),
      }),
    )
    .max(25),
  image: z.strictObject({ url: z.literal('attachment://chart.png') }).optional(),
});
const Body = z
  .strictObject({
    content: z.string().min(1).max(2_000),
    embeds: z.array(Embed).max(10),
    allowed_mentions: z.strictObject({ parse: z.array(z.string()).length(0) }),
    attachments: z
      .array(z.strictObject({ id: z.literal(0), filename: z.literal('chart.png'), description: z.string().max(1_024) }))
      .optional(),
  })
  .refine(
    ({ embeds }) =>
      embeds
        .flatMap(({ title, description, fields }) => [title, description, ...fields.flatMap((f) => [f.name, f.value])])
        .reduce((sum, text) => sum + text.length, 0) <= 6_000,
    'all embeds together are too long',
  )
  // Embeds of one address are shown as one.
  .refine(({ embeds }) => new Set(embeds.map(({ url }) => url)).size === embeds.length, 'two embeds of one address');

/** The parts of a form with files, by name. */
function partsOf(request: FakeRequest): Map<string, string> {
  const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(String(request.headers['content-type']))?.[1];
  const parts = request.body.toString('latin1').split(`--${boundary}`);
  expect(parts.at(-1)).toBe('--\r\n');
  return new Map(
    parts.slice(1, -1).map((part) => {
      const [head = '', ...body] = part.split('\r\n\r\n');
      return [/ name="([^"]+)"/.exec(head)?.[1] ?? '', body.join('\r\n\r\n').replace(/\r\n$/, '')];
    }),
  );
}

/** A webhook that keeps its messages. */
export function fakeDiscord(): (request: FakeRequest) => FakeAnswer {
  const kept = new Set<string>();
  return (request) => {
    const hasFile = !String(request.headers['content-type']).startsWith('application/json');
    const parts = hasFile ? partsOf(request) : null;
    const text = parts ? Buffer.from(parts.get('payload_json') ?? '', 'latin1').toString() : request.text;
    const body = Body.parse(JSON.parse(text));
    expect(body.attachments !== undefined).toBe(hasFile);
    if (parts) expect(parts.get('files[0]')?.slice(1, 4)).toBe('PNG');
    const [, hook, id] = /^(\/api\/v10\/webhooks\/123\/s3cr3t-token)(?:\/messages\/(\d+))?$/.exec(request.path) ?? [];
    expect(hook).toBeDefined();
    if (id) {
      expect(request.method).toBe('PATCH');
      if (!kept.has(id)) return { status: 404, body: '{"message": "Unknown Message", "code": 10008}' };
      return { status: 200, body: JSON.stringify({ id }) };
    }
    expect(request.method).toBe('POST');
    expect(request.query.get('wait')).toBe('true');
    const fresh = String(900 + kept.size);
    kept.add(fresh);
    return { status: 200, body: JSON.stringify({ id: fresh }) };
  };
}

export const hookOptions = (origin: string): Record<string, unknown> => ({
  url: `${origin}/api/webhooks/123/s3cr3t-token`,
});

export const kits: ChannelKit[] = [
  {
    name: 'discord',
    options: hookOptions,
    secrets: ['s3cr3t-token'],
    http: fakeDiscord,
    statuses: statusesWith(
      [{ status: 404, body: '{"message": "Unknown Webhook", "code": 10015}' }, 'permanent', 'rejected'],
      // What was not kept is not told by a status.
      [204, 'permanent', 'rejected'],
    ),
    golden: { 'json.txt': (message) => json(renderDiscord(message)) },
  },
];
