import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { startHttp, trySend } from '../../testdata/channel-kit.ts';
import { messages } from '../../testdata/messages.ts';
import { renderWebhook } from './render.ts';
import { SIGNING } from './testdata/kit.ts';

test('is signed after Standard Webhooks, with the time of the try', async () => {
  const { origin, received } = await startHttp(() => ({ status: 204 }));
  const oldSecret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
  const options = { url: `${origin}/hook`, secret: SIGNING, oldSecret };
  const outcome = await trySend('webhook', options, messages.firing, { deliveryId: 'dlv_42' });
  expect(outcome).toMatchObject({ outcome: 'sent' });
  const { headers, text } = received[0]!;
  expect(headers['webhook-id']).toBe('dlv_42');
  for (const secret of [SIGNING, oldSecret]) {
    // The verifier goes by the real time, as receivers do.
    expect(new Webhook(secret).verify(text, headers as Record<string, string>)).toMatchObject({ type: 'alert.firing' });
  }
  expect(() => new Webhook(SIGNING).verify(`${text} `, headers as Record<string, string>)).toThrow();
});

test.each(['Host', 'authorization', 'Cookie', 'Transfer-Encoding', 'X-Forwarded-For', 'webhook-signature', 'proxy-x'])(
  'the header %s is not for the configuration',
  async (name) => {
    const outcome = await trySend('webhook', { url: 'http://127.0.0.1:1/', headers: { [name]: 's3cr3t-value' } });
    expect(outcome).toMatchObject({
      outcome: 'permanent',
      detail: expect.stringMatching(/cannot be set here|use the option authorization/),
    });
    expect(JSON.stringify(outcome)).not.toContain('s3cr3t-value');
  },
);

test.each(['two\r\nlines', 'ünï'])('the value %j of a header is refused', async (value) => {
  const outcome = await trySend('webhook', { url: 'http://127.0.0.1:1/', headers: { 'x-key': value } });
  expect(outcome).toMatchObject({ outcome: 'permanent', detail: expect.stringContaining('printable ASCII') });
});

test('further headers go along, and are kept secret', async () => {
  const options = { authorization: 'Bearer s3cr3t-bearer', headers: { 'X-Api-Key': 's3cr3t-key' } };
  const { origin, received } = await startHttp(({ headers }) => ({
    status: 400,
    body: `no: ${headers['authorization']} ${headers['x-api-key']}`,
  }));
  const outcome = await trySend('webhook', { url: origin, ...options });
  expect(received[0]!.headers).toMatchObject({ authorization: 'Bearer s3cr3t-bearer', 'x-api-key': 's3cr3t-key' });
  expect(JSON.stringify(outcome)).not.toMatch(/s3cr3t/);
});

test('of 200 alerts those that fit into 20 KB are told, and the rest is counted', () => {
  const body = renderWebhook(messages.huge);
  expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(20_000);
  expect(body.data.alerts.length).toBeGreaterThan(0);
  expect(body.data.truncatedAlerts).toBe(200 - body.data.alerts.length);
  expect(body.data.text).toMatch(/\+ 1\d\d more$/);
  expect(renderWebhook(messages.mixed).data.truncatedAlerts).toBe(0);
});
