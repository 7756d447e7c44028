import { expect } from 'vitest';
import { z } from 'zod';
import { type ChannelKit, json } from '../../../testdata/channel-kit.ts';
import { renderWebhook } from '../render.ts';

export const SIGNING = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

const Body = z.strictObject({
  type: z.enum(['alert.firing', 'alert.resolved', 'alert.test', 'note']),
  timestamp: z.iso.datetime(),
  data: z.looseObject({ schema: z.literal('leeway/notification/v1'), text: z.string(), subject: z.string() }),
});

export const kits: ChannelKit[] = [
  {
    name: 'webhook',
    options: (origin) => ({ url: `${origin}/hook/s3cr3t-path?sig=s3cr3t-sig`, secret: SIGNING }),
    secrets: ['s3cr3t-path', 's3cr3t-sig', SIGNING],
    http: () => (request) => {
      expect(request).toMatchObject({ method: 'POST', path: '/hook/s3cr3t-path' });
      expect(request.query.get('sig')).toBe('s3cr3t-sig');
      expect(request.headers['content-type']).toBe('application/json');
      expect(request.headers['webhook-id']).toBe('dlv_test');
      expect(request.headers['webhook-timestamp']).toMatch(/^\d{10}$/);
      expect(request.headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
      Body.parse(request.json());
      return { status: 204 };
    },
    golden: { 'json.txt': (message) => json(renderWebhook(message)) },
  },
];
