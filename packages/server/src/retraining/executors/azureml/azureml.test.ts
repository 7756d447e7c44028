import { afterEach, expect, test } from 'vitest';
import type { FakePeer } from '../testdata/executor-kit.ts';
import { contextOf, ticket } from '../testdata/tickets.ts';
import { azureml, type Options } from './index.ts';
import { openAzure } from './testdata/kit.ts';

const peers: FakePeer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});

async function open(over?: object) {
  const peer = await openAzure(over);
  peers.push(peer);
  return { peer, options: azureml.options.parse(peer.options) as Options };
}
const again = { ...ticket, attempt: 2 };
const endpoint = { endpoint: true, deployment: 'blue' };

test('a batch endpoint takes no key: its job is found by the experiment, some pages down', async () => {
  const { peer, options } = await open(endpoint);
  peer.loseNextAnswer();
  await expect(azureml.start(contextOf(), options, ticket)).rejects.toMatchObject({ trouble: 'transient' });
  expect(peer.given()).toMatchObject({ LEEWAY_TRAINING: ticket.key, LEEWAY_TOKEN: ticket.token });
  for (const key of ['lw-b', 'lw-c']) await azureml.start(contextOf(), options, { ...again, key });
  const { handle } = await azureml.start(contextOf(), options, again);
  expect([handle, peer.runs()]).toEqual([{ job: 'batchjob-1' }, 3]);
  await azureml.cancel(contextOf(), options, handle, ticket);
  expect(await azureml.look(contextOf(), options, handle, ticket)).toMatchObject({ state: 'cancelling' });
});

test('a pipeline has the contract among its inputs', async () => {
  const { peer, options } = await open({ job: { jobType: 'Pipeline', jobs: {} } });
  await azureml.start(contextOf(), options, ticket);
  expect(peer.given()).toMatchObject({ LEEWAY_TRAINING: ticket.key, LEEWAY_TOKEN: ticket.token });
});

test('a name that is taken was begun before', async () => {
  const { peer, options } = await open();
  const first = await azureml.start(contextOf(), options, ticket);
  expect(await azureml.start(contextOf(), options, ticket)).toEqual(first);
  expect(peer.runs()).toBe(1);
});

test('a node that does not answer is not the end', async () => {
  const { peer, options } = await open();
  const { handle } = await azureml.start(contextOf(), options, ticket);
  peer.set('NotResponding');
  const look = await azureml.look(contextOf(), options, handle, ticket);
  expect(look).toMatchObject({ state: 'running', reason: 'its node does not answer' });
});

test('a service principal that Entra does not know', async () => {
  const { options } = await open({ clientId: 'other' });
  const error = await azureml.start(contextOf(), options, ticket).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ trouble: 'auth', message: expect.stringContaining('unauthorized_client') });
});

test.each([
  ['a workspace that is not there', { workspace: 'other' }, /other/],
  ['a job that is not as it has to be', { job: { jobType: 'Command' } }, /UserError/],
  ['a deployment that is not there', { ...endpoint, deployment: 'green' }, /DeploymentNotFound/],
])('%s is refused', async (_, over, message) => {
  const { peer, options } = await open(over);
  const error = await azureml.start(contextOf(), options, ticket).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ trouble: 'refused', message: expect.stringMatching(message) });
  expect(peer.runs()).toBe(0);
});

test.each([
  ['neither job nor endpoint', { job: undefined }],
  [
    'a token for an endpoint',
    { ...endpoint, token: 'x', tenant: undefined, clientId: undefined, clientSecret: undefined },
  ],
  ['half a service principal', { clientSecret: undefined }],
])('wrong options: %s', async (_, over) => {
  const peer = await openAzure(over);
  peers.push(peer);
  expect(azureml.options.safeParse(peer.options).success).toBe(false);
});
