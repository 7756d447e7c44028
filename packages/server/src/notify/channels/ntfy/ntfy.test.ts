import { expect, test } from 'vitest';
import { shortHash } from '../../plain-body.ts';
import { startHttp, trySend } from '../../testdata/channel-kit.ts';
import { messages } from '../../testdata/messages.ts';
import { ntfy, ntfyAt } from './testdata/kit.ts';

const bodyOf = (request: { json: () => unknown } | undefined) => request?.json() as Record<string, unknown>;

test('a notification of its own, which the end replaces', async () => {
  const { origin, received } = await startHttp(ntfy);
  const first = await trySend('ntfy', ntfyAt(origin), messages.firing, { deliveryId: 'dlv_1' });
  const sequence = shortHash('dlv_1');
  expect(first).toEqual({ outcome: 'sent', receipt: { sequence } });
  const end = await trySend('ntfy', ntfyAt(origin), messages.resolved, {
    deliveryId: 'dlv_2',
    receipt: { sequence },
  });
  expect(end).toEqual({ outcome: 'sent', receipt: { sequence } });
  expect(received.map((request) => bodyOf(request)['sequence_id'])).toEqual([sequence, sequence]);
  expect(received.map((request) => bodyOf(request)['priority'])).toEqual([5, 3]);
});

test('what is new is told anew, and the last one is cleared; a server that cannot is no failure', async () => {
  const { origin, received } = await startHttp((request) =>
    request.method === 'PUT' ? { status: 404 } : ntfy(request),
  );
  const outcome = await trySend('ntfy', ntfyAt(origin), messages.huge, {
    deliveryId: 'dlv_2',
    receipt: { sequence: 'dlv_1' },
  });
  expect(outcome).toEqual({ outcome: 'sent', receipt: { sequence: shortHash('dlv_2') } });
  expect(received.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /', 'PUT /s3cr3t-topic/dlv_1/clear']);
});

const chart = (url: string | null) => async () => ({ png: Buffer.from([0x89, 0x50, 0x4e, 0x47]), alt: '', url });

test('the chart is linked where the phones can reach it', async () => {
  const { origin, received } = await startHttp(ntfy);
  await trySend('ntfy', ntfyAt(origin), messages.firing, { chart: chart('https://leeway.example.org/charts/1.png') });
  expect(bodyOf(received[0])['attach']).toBe('https://leeway.example.org/charts/1.png');
});

test('the chart is uploaded with the words where they cannot', async () => {
  const { origin, received } = await startHttp(ntfy);
  expect(await trySend('ntfy', ntfyAt(origin), messages.huge, { chart: chart(null) })).toMatchObject({
    outcome: 'sent',
  });
  expect(received.map(({ method, path }) => `${method} ${path}`)).toEqual(['PUT /s3cr3t-topic']);
  expect(received[0]!.body).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47]));
  expect(received[0]!.query.get('message')).toMatch(/\+ 1\d\d more/);
});

test.each([
  { status: 400, outcome: { outcome: 'sent', note: expect.stringContaining('without the chart: HTTP 400') }, calls: 2 },
  { status: 413, outcome: { outcome: 'sent' }, calls: 2 },
  { status: 403, outcome: { outcome: 'permanent', reason: 'auth' }, calls: 1 },
  { status: 429, outcome: { outcome: 'retry', reason: 'rate_limited' }, calls: 1 },
])('an upload that is answered with $status', async ({ status, outcome, calls }) => {
  const { origin, received } = await startHttp((request) =>
    request.method === 'PUT' ? { status, body: 'attachments not allowed' } : ntfy(request),
  );
  expect(await trySend('ntfy', ntfyAt(origin), messages.firing, { chart: chart(null) })).toMatchObject(outcome);
  expect(received).toHaveLength(calls);
});

test('of 200 alerts those that fit are told, and the rest is counted', async () => {
  const { origin, received } = await startHttp(ntfy);
  await trySend('ntfy', ntfyAt(origin), messages.huge);
  expect(String(bodyOf(received[0])['message'])).toMatch(/\n\+ 1\d\d more\n/);
});
