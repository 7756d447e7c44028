import { afterEach, expect, test } from 'vitest';
import type { FakePeer } from '../testdata/executor-kit.ts';
import { contextOf, ticket } from '../testdata/tickets.ts';
import { kubeflow } from './index.ts';
import { kit } from './testdata/kit.ts';

const peers: FakePeer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});

async function open(over: object = {}) {
  const peer = await kit.open();
  peers.push(peer);
  const options = kubeflow.options.parse({ ...peer.options, ...over }) as Parameters<typeof kubeflow.start>[1];
  return { peer, options };
}

test('a run is found by its name among others', async () => {
  const { peer, options } = await open();
  const { handle } = await kubeflow.start(contextOf(), options, ticket);
  await kubeflow.start(contextOf(), options, { ...ticket, key: 'lw-another', attempt: 2 });
  expect(peer.runs()).toBe(2);
  expect((await kubeflow.start(contextOf(), options, { ...ticket, attempt: 2 })).handle).toEqual(handle);
  expect(peer.runs()).toBe(2);
});

test('its page is that of the dashboard', async () => {
  const { peer, options } = await open();
  const { url } = await kubeflow.start(contextOf(), options, ticket);
  expect(url).toBe(`${peer.options['url']}/pipeline/#/runs/details/run-1`);
});

test.each([
  ['a pipeline that is not there', { pipeline: 'other' }, /pipeline "other"/],
  ['a version that is not there', { version: 'v9' }, /no version "v9"/],
  ['an experiment that is not there', { experiment: 'other' }, /experiment "other"/],
  ['a parameter that the pipeline does not have', { parameters: { key: 'LEEWAY_URL' } }, /unknown field/],
])('%s is refused', async (_, over, message) => {
  const { peer, options } = await open(over);
  const error = await kubeflow.start(contextOf(), options, ticket).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ trouble: 'refused', message: expect.stringMatching(message) });
  expect(peer.runs()).toBe(0);
});
