import { expect, test } from 'vitest';
import { type FakeAnswer, type FakeCall, startFake } from '../testdata/fake-http.ts';
import { contextOf, ticket } from '../testdata/tickets.ts';
import { webhook } from './index.ts';

async function begin(answer: (call: FakeCall) => FakeAnswer) {
  const calls: FakeCall[] = [];
  const fake = await startFake((call) => {
    calls.push(call);
    return answer(call);
  });
  const options = webhook.options.parse({ url: `${fake.origin}/begin` }) as never;
  return { fake, calls, options };
}

test.each([
  ['no body', ''],
  ['a text', 'OK'],
  ['JSON of its own', '{"ok":true,"run_id":null}'],
])('%s is a yes: the callback tells the end', async (_, body) => {
  const { fake, calls, options } = await begin(() => ({ status: 200, body }));
  const started = await webhook.start(contextOf(), options, ticket);
  expect(started).toEqual({ handle: {}, nativeId: ticket.key, url: null });
  expect(await webhook.look(contextOf(), options, started.handle, ticket)).toEqual({ state: 'running', native: null });
  await webhook.cancel(contextOf(), options, started.handle, ticket);
  expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /begin']);
  expect(JSON.parse(calls[0]!.text)).toMatchObject({
    data: {
      callback_url: `https://leeway.example.org/api/v1/trainings/${ticket.key}/complete`,
      deadline: '2001-01-10T01:10:30.000Z',
    },
  });
  await fake.close();
});

test.each(['https://evil.example.org/status', 'http://169.254.169.254/latest', 'file:///etc/passwd'])(
  'the address %s of another host is not called',
  async (status_url) => {
    const { fake, calls, options } = await begin(() => ({ status: 202, body: { status_url } }));
    await expect(webhook.start(contextOf(), options, ticket)).rejects.toMatchObject({
      trouble: 'refused',
      message: expect.stringContaining('another host'),
    });
    expect(calls).toHaveLength(1);
    await fake.close();
  },
);

test('a status tells why, and where to look', async () => {
  const { fake, options } = await begin(({ method }) =>
    method === 'POST'
      ? { status: 202, body: { run_id: 17, status_url: 'status', url: 'https://ci.example.org/17' } }
      : { status: 200, body: { state: 'failed', reason: 'out of memory', url: 'https://ci.example.org/17/log' } },
  );
  const { handle, nativeId, url } = await webhook.start(contextOf(), options, ticket);
  expect([nativeId, url]).toEqual(['17', 'https://ci.example.org/17']);
  expect(await webhook.look(contextOf(), options, handle, ticket)).toEqual({
    state: 'failed',
    native: 'failed',
    reason: 'out of memory',
    url: 'https://ci.example.org/17/log',
  });
  await fake.close();
});
