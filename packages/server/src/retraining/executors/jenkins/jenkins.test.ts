import { afterEach, expect, test } from 'vitest';
import { contextOf, ticket } from '../testdata/tickets.ts';
import { jenkins, type Options } from './index.ts';
import { type FakeJenkins, openJenkins, password } from './testdata/kit.ts';

const peers: FakeJenkins[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});

async function open(...given: Parameters<typeof openJenkins>) {
  const peer = await openJenkins(...given);
  peers.push(peer);
  return { peer, options: jenkins.options.parse(peer.options) as Options };
}
const again = { ...ticket, attempt: 2 };

test('a password comes with a crumb and its session', async () => {
  const { peer, options } = await open({ password });
  const { handle } = await jenkins.start(contextOf(), options, ticket);
  peer.set('building');
  await jenkins.cancel(contextOf(), options, handle, ticket);
  expect([peer.runs(), peer.cancelled()]).toEqual([1, true]);
});

test('an old Jenkins does not say which item it is: it is found by its parameter', async () => {
  const { peer, options } = await open({}, { old: true });
  const { handle, nativeId } = await jenkins.start(contextOf(), options, ticket);
  expect([handle, nativeId]).toEqual([{ item: '101' }, 'queue item 101']);
  expect((await jenkins.start(contextOf(), options, again)).handle).toEqual(handle);
  expect(peer.runs()).toBe(1);
});

test('two trainings are not taken for one', async () => {
  const { peer, options } = await open();
  await jenkins.start(contextOf(), options, ticket);
  const other = { ...ticket, key: 'lw-other', env: { ...ticket.env, LEEWAY_TRAINING: 'lw-other' } };
  await jenkins.start(contextOf(), options, other);
  expect(peer.runs()).toBe(2);
});

test('an item that is forgotten is found among the builds, and kept', async () => {
  const { peer, options } = await open();
  const { handle } = await jenkins.start(contextOf(), options, ticket);
  peer.set('building');
  peer.forgetItem();
  const look = await jenkins.look(contextOf(), options, handle, ticket);
  expect(look).toMatchObject({ state: 'running', handle: { item: '101', build: '12' } });
  expect(look.url).toMatch(/\/job\/ml\/job\/train\/12\/$/);
  expect((await jenkins.start(contextOf(), options, again)).nativeId).toBe('ml/train #12');
});

test('what waits says why, and is taken out of the queue', async () => {
  const { peer, options } = await open();
  const { handle } = await jenkins.start(contextOf(), options, ticket);
  const waits = { state: 'queued', reason: expect.stringContaining('quiet period') };
  expect(await jenkins.look(contextOf(), options, handle, ticket)).toMatchObject(waits);
  await jenkins.cancel(contextOf(), options, handle, ticket);
  expect(peer.cancelled()).toBe(true);
  expect(await jenkins.look(contextOf(), options, handle, ticket)).toMatchObject({ state: 'cancelled' });
});

test('only what the job declares is handed over', async () => {
  const { peer, options } = await open({}, { declared: ['LEEWAY_TRAINING', 'LEEWAY_URL', 'LEEWAY_TOKEN'] });
  await jenkins.start(contextOf(), options, ticket);
  expect(Object.keys(peer.given())).toEqual(['LEEWAY_TRAINING', 'LEEWAY_URL', 'LEEWAY_TOKEN']);
});

test.each([
  ['a job without our parameter', {}, { declared: ['LEEWAY_URL'] }, /no parameter LEEWAY_TRAINING/],
  ['a job that is disabled', {}, { disabled: true }, /disabled/],
  ['a job that is not there', { job: 'ml/other' }, {}, /ml\/other/],
])('%s is refused', async (_, over, ways, message) => {
  const { peer, options } = await open(over, ways);
  const error = await jenkins.start(contextOf(), options, ticket).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ trouble: 'refused', message: expect.stringMatching(message) });
  expect(peer.runs()).toBe(0);
});
