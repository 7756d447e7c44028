import { expect } from 'vitest';
import { z } from 'zod';
import { type ChannelKit, type FakeRequest, HTTP_STATUSES, json, statusesWith } from '../../../testdata/channel-kit.ts';
import { renderSlack } from '../render.ts';

const mrkdwn = (most: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    // Links, and no commands such as <!channel> or <@U1>.
    text: z
      .string()
      .min(1)
      .max(most)
      .regex(/^(?:[^<>]|<https?:[^<>]+>)*$/),
  });
const words = (most: number) => z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(most) });
const Block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), text: words(150) }),
  z.strictObject({ type: z.literal('section'), text: mrkdwn(3_000) }),
  z.strictObject({
    type: z.literal('image'),
    image_url: z.url({ protocol: /^https$/ }).max(3_000),
    alt_text: z.string().min(1).max(2_000),
  }),
  z.strictObject({
    type: z.literal('actions'),
    elements: z
      .array(
        z.strictObject({
          type: z.literal('button'),
          text: words(75),
          url: z.url().max(3_000),
          action_id: z.string().max(255),
          style: z.enum(['primary', 'danger']).optional(),
        }),
      )
      .min(1)
      .max(25),
  }),
  z.strictObject({ type: z.literal('context'), elements: z.array(mrkdwn(3_000)).min(1).max(10) }),
]);
const text = z.string().min(1).max(4_000);
const blocks = z
  .array(Block)
  .max(50)
  .refine((value) => JSON.stringify(value).length < 13_000, 'all blocks together are too long');
const flags = { unfurl_links: z.literal(false), unfurl_media: z.literal(false) };

const Hook = z.strictObject({ text, blocks });
const Post = z.strictObject({
  channel: z.string(),
  text,
  blocks,
  thread_ts: z.string().optional(),
  reply_broadcast: z.boolean().optional(),
  ...flags,
});
const Update = z.strictObject({ channel: z.string().regex(/^C/), ts: z.string(), text, blocks });

const TOKEN = 'xoxb-1-s3cr3t';
const CHANNEL = 'C0123';

/** The Web API: keeps what was posted, by its time; a name of a channel is turned into its id. */
export function fakeSlack(): (request: FakeRequest) => { status: number; body: string } {
  const posted = new Set<string>();
  const say = (body: object) => ({ status: 200, body: JSON.stringify(body) });
  return (request) => {
    expect(request.method).toBe('POST');
    expect(request.headers['content-type']).toMatch(/^application\/json/);
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return say({ ok: false, error: 'invalid_auth' });
    if (request.path === '/api/chat.postMessage') {
      const body = Post.parse(request.json());
      if (![CHANNEL, '#alerts'].includes(body.channel)) return say({ ok: false, error: 'channel_not_found' });
      if (body.thread_ts && !posted.has(body.thread_ts)) return say({ ok: false, error: 'thread_not_found' });
      const ts = `979085430.${String(posted.size + 1).padStart(6, '0')}`;
      posted.add(ts);
      return say({ ok: true, channel: CHANNEL, ts });
    }
    expect(request.path).toBe('/api/chat.update');
    const body = Update.parse(request.json());
    return say(
      posted.has(body.ts) ? { ok: true, channel: CHANNEL, ts: body.ts } : { ok: false, error: 'message_not_found' },
    );
  };
}

export const apiOptions = (origin: string, over: object = {}): Record<string, unknown> => ({
  token: TOKEN,
  channel: '#alerts',
  apiUrl: `${origin}/api`,
  ...over,
});

const said = (error: string) => ({ status: 200, body: JSON.stringify({ ok: false, error }) });

export const kits: ChannelKit[] = [
  {
    name: 'slack webhook',
    options: (origin) => ({ url: `${origin}/services/T0/B0/s3cr3t` }),
    secrets: ['s3cr3t'],
    http: () => (request) => {
      expect(request).toMatchObject({ method: 'POST', path: '/services/T0/B0/s3cr3t' });
      expect(request.headers['content-type']).toMatch(/^application\/json/);
      Hook.parse(request.json());
      return { status: 200, body: 'ok' };
    },
    statuses: [
      ...HTTP_STATUSES,
      [{ status: 400, body: 'invalid_payload' }, 'permanent', 'rejected'],
      [{ status: 403, body: 'action_prohibited' }, 'permanent', 'auth'],
      [{ status: 404, body: 'no_service' }, 'permanent', 'rejected'],
      [{ status: 410, body: 'channel_is_archived' }, 'permanent', 'rejected'],
      [{ status: 500, body: 'rollup_error' }, 'retry', 'server'],
      [{ status: 200, body: '<html>log in</html>' }, 'permanent', 'rejected'],
    ],
    golden: { 'json.txt': (message) => json(renderSlack(message)) },
  },
  {
    name: 'slack api',
    options: apiOptions,
    secrets: [TOKEN],
    http: fakeSlack,
    statuses: statusesWith(
      [said('invalid_auth'), 'permanent', 'auth'],
      [said('missing_scope'), 'permanent', 'auth'],
      [said('channel_not_found'), 'permanent', 'rejected'],
      [said('not_in_channel'), 'permanent', 'rejected'],
      [said('msg_blocks_too_long'), 'permanent', 'rejected'],
      [said('ratelimited'), 'retry', 'rate_limited'],
      [said('internal_error'), 'retry', 'server'],
      [{ status: 200, body: '<html>log in</html>' }, 'permanent', 'rejected'],
      [{ status: 200, body: '{}' }, 'permanent', 'rejected'],
    ),
  },
];
