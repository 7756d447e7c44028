import { expect, test } from 'vitest';
import { contextOf, ticket } from '../testdata/tickets.ts';
import { prefect } from './index.ts';
import { openPrefect } from './testdata/kit.ts';

const begin = async (further: Record<string, unknown> = {}) => {
  const peer = await openPrefect();
  const options = prefect.options.parse({ ...peer.options, ...further }) as never;
  return { peer, options };
};

test('a run that is late is told why', async () => {
  const { peer, options } = await begin();
  const { handle } = await prefect.start(contextOf(), options, ticket);
  peer.set('Late');
  expect(await prefect.look(contextOf(), options, handle, ticket)).toMatchObject({
    state: 'queued',
    native: 'Late (SCHEDULED)',
    reason: expect.stringContaining('no worker'),
  });
  await peer.close();
});

test('a cancellation that nobody carries out is made one after a while', async () => {
  const { peer, options } = await begin();
  const { handle } = await prefect.start(contextOf(), options, ticket);
  peer.set('RUNNING');
  await prefect.cancel(contextOf(), options, handle, ticket);
  await prefect.cancel(contextOf(59_000), options, handle, ticket);
  expect(await prefect.look(contextOf(), options, handle, ticket)).toMatchObject({ state: 'cancelling' });
  expect(peer.forced()).toBeNull();
  await prefect.cancel(contextOf(60_000), options, handle, ticket);
  expect(peer.forced()).toBe('CANCELLED');
  expect(await prefect.look(contextOf(), options, handle, ticket)).toMatchObject({ state: 'cancelled' });
  await peer.close();
});

test('what has not begun is cancelled at once', async () => {
  const { peer, options } = await begin();
  const { handle } = await prefect.start(contextOf(), options, ticket);
  await prefect.cancel(contextOf(), options, handle, ticket);
  expect(await prefect.look(contextOf(), options, handle, ticket)).toMatchObject({ state: 'cancelled' });
  await peer.close();
});

test.each([
  ['an unknown deployment', { deployment: 'retrain/nope' }, 'the deployment "retrain/nope" of Prefect is not there'],
  ['an unknown id', { deployment: '00000000-0000-4000-8000-000000000000' }, 'is not there'],
  ['a flow whose parameter has another name', { parameter: 'other' }, 'parameters'],
])('%s is refused', async (_, further, message) => {
  const { peer, options } = await begin(further);
  await expect(prefect.start(contextOf(), options, ticket)).rejects.toMatchObject({
    trouble: 'refused',
    message: expect.stringContaining(message),
  });
  expect(peer.runs()).toBe(0);
  await peer.close();
});

test('the page of a run of Prefect Cloud is not under its API', async () => {
  const { peer, options } = await begin();
  const ctx = contextOf();
  const url = 'https://api.prefect.cloud/api/accounts/a-1/workspaces/w-2';
  const outbound = Object.assign(
    (request: Parameters<typeof ctx.outbound>[0]) =>
      ctx.outbound({ ...request, url: request.url.replace(url, String(peer.options['url'])) }),
    { resolve: ctx.outbound.resolve },
  );
  const started = await prefect.start({ ...ctx, outbound }, { ...(options as object), url } as never, ticket);
  expect(started.url).toBe(`https://app.prefect.cloud/account/a-1/workspace/w-2/runs/flow-run/${started.nativeId}`);
  await peer.close();
});
