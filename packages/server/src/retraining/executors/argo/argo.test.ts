import { afterEach, expect, test } from 'vitest';
import type { FakePeer } from '../testdata/executor-kit.ts';
import { contextOf, ticket } from '../testdata/tickets.ts';
import { argo } from './index.ts';
import { kit } from './testdata/kit.ts';

const peers: FakePeer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});

async function open(over: object = {}) {
  const peer = await kit.open();
  peers.push(peer);
  return { peer, options: argo.options.parse({ ...peer.options, ...over }) as Parameters<typeof argo.start>[1] };
}

test('what does not stop is terminated by the next call', async () => {
  const { peer, options } = await open();
  const { handle } = await argo.start(contextOf(), options, ticket);
  peer.set('Running (Stop)');
  await argo.cancel(contextOf(), options, handle, ticket);
  const look = await argo.look(contextOf(), options, handle, ticket);
  expect(look).toMatchObject({
    state: 'cancelled',
    native: 'Failed (Terminate)',
    reason: expect.stringContaining('Terminate'),
  });
});

test('a failure of its own is no cancellation', async () => {
  const { peer, options } = await open();
  const { handle } = await argo.start(contextOf(), options, ticket);
  peer.set('Failed');
  expect(await argo.look(contextOf(), options, handle, ticket)).toMatchObject({ state: 'failed', native: 'Failed' });
});

test('a template that is not there is refused, and said', async () => {
  const { peer, options } = await open({ template: 'other' });
  const error = await argo.start(contextOf(), options, ticket).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ trouble: 'refused', message: expect.stringContaining('WorkflowTemplate "other"') });
  expect(peer.runs()).toBe(0);
});
