import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChannelHealth, Delivery } from '@leeway/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createToken } from '../access/tokens.ts';
import { openTestApp, type TestApp } from '../testing/app.ts';

/** A receiver that answers as it is told. */
const answers = { status: 200, calls: 0 };
let receiver: Server;
let server: TestApp;
let viewer: string;
beforeAll(async () => {
  receiver = createServer((request, response) => {
    request.resume().on('end', () => {
      answers.calls += 1;
      response.writeHead(answers.status).end('the page of an inner service');
    });
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  const { port } = receiver.address() as AddressInfo;
  server = await openTestApp({
    config: {
      apiVersion: 'leeway/v1',
      server: { allowPrivateNetworks: ['127.0.0.1/32'] },
      channels: [
        { name: 'hook', type: 'webhook', url: `http://127.0.0.1:${port}/s3cr3t-path` },
        { name: 'inner', type: 'webhook', url: 'http://10.1.2.3/x' },
      ],
      routes: { channels: ['hook'] },
    },
  });
  viewer = await createToken(server.app.ctx, 'test', { name: 'looks', role: 'viewer' });
  await server.app.start();
});
afterAll(async () => {
  await server.close();
  receiver.close();
});

const channels = async () => (await server.call<{ channels: ChannelHealth[] }>('/api/v1/channels')).body.channels;
const post = <T>(path: string, body: object = {}, token?: string) =>
  server.call<T>(`/api/v1${path}`, { method: 'POST', body, ...(token ? { token } : {}) });

test('a test message goes the way of all, and tells how it went', async () => {
  const { status, body } = await post<Delivery>('/channels/hook/test');
  expect(status).toBe(200);
  expect(body).toMatchObject({ state: 'sent', reason: 'test', attempts: 1 });
  expect(answers.calls).toBe(1);
  expect((await channels()).find(({ name }) => name === 'hook')).toMatchObject({ failures: 0, lastError: null });
});

test('what an inner service answers is not shown, and no secret either', async () => {
  answers.status = 500;
  const { body, text } = await post<Delivery>('/channels/hook/test');
  expect(body.state).toBe('failed');
  expect(text).toContain('500');
  const told = `${text}${JSON.stringify(await channels())}${(await server.call('/api/v1/deliveries')).text}`;
  for (const hidden of ['inner service', 's3cr3t']) expect(told).not.toContain(hidden);
});

test('an address that is not allowed is refused with what to do', async () => {
  const { body } = await post<Delivery>('/channels/inner/test');
  expect(body).toMatchObject({ state: 'failed', error: expect.stringContaining('10.1.2.3') });
});

test('a gone address disables the channel; a test that gets through, or a person, enables it again', async () => {
  answers.status = 410;
  await post('/channels/hook/test');
  const state = async () => (await channels()).find(({ name }) => name === 'hook')!;
  expect((await state()).disabledAt).not.toBeNull();
  expect((await post('/channels/hook/enable', {}, viewer)).status).toBe(403);
  expect((await post('/channels/hook/enable')).status).toBe(200);
  expect((await state()).disabledAt).toBeNull();
});

test('dead letters are listed, shown, and sent once more', async () => {
  const failed = (await server.call<{ deliveries: Delivery[] }>('/api/v1/deliveries?state=failed&channel=hook')).body;
  const [letter] = failed.deliveries;
  expect(letter).toMatchObject({ state: 'failed', channel: 'hook' });
  expect((await server.call(`/api/v1/deliveries/${letter!.id}`)).body).toMatchObject({ id: letter!.id });
  expect((await server.call('/api/v1/deliveries/none')).status).toBe(404);
  expect((await post(`/deliveries/${letter!.id}/retry`, {}, viewer)).status).toBe(403);
  const page = (await server.call<{ deliveries: Delivery[]; next: string | null }>('/api/v1/deliveries?limit=2')).body;
  expect(page.deliveries).toHaveLength(2);
  expect(page.next).not.toBeNull();
  const rest = (await server.call<{ deliveries: Delivery[] }>(`/api/v1/deliveries?limit=2&cursor=${page.next}`)).body;
  expect(rest.deliveries.map(({ id }) => id)).not.toContain(page.deliveries[0]!.id);
});

test('a channel that there is not is named, with those there are', async () => {
  const answer = await post<{ detail: string }>('/channels/nobody/test');
  expect(answer.status).toBe(404);
  expect(answer.body.detail).toContain('nobody');
});
