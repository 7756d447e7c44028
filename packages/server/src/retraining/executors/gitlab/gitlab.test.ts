import { afterEach, expect, test } from 'vitest';
import { contextOf, ticket } from '../testdata/tickets.ts';
import { gitlab } from './index.ts';
import { openGitLab, triggerToken } from './testdata/kit.ts';

const peers: Awaited<ReturnType<typeof openGitLab>>[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});

async function open(...given: Parameters<typeof openGitLab>) {
  const peer = await openGitLab(...given);
  peers.push(peer);
  return { peer, options: gitlab.options.parse(peer.options) as Parameters<typeof gitlab.start>[1] };
}
const again = { ...ticket, attempt: 2 };

test('by a trigger token it is begun, and found again, as by an access token', async () => {
  const { peer, options } = await open({ triggerToken });
  const { nativeId } = await gitlab.start(contextOf(), options, ticket);
  expect(peer.given()).toMatchObject({ LEEWAY_TRAINING: ticket.key, LEEWAY_TOKEN: ticket.token });
  expect(await gitlab.start(contextOf(), options, again)).toMatchObject({ nativeId });
  expect(peer.runs()).toBe(1);
});

test('a token that may not read variables finds it by its name', async () => {
  const { peer, options } = await open({}, { developer: true, named: true });
  const { nativeId } = await gitlab.start(contextOf(), options, ticket);
  expect(await gitlab.start(contextOf(), options, again)).toMatchObject({ nativeId });
  expect(peer.runs()).toBe(1);
});

test('where neither tells, nothing is begun', async () => {
  const { peer, options } = await open({}, { developer: true });
  await gitlab.start(contextOf(), options, ticket);
  const error = await gitlab.start(contextOf(), options, again).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ trouble: 'auth', message: expect.stringContaining('workflow:name') });
  expect(peer.runs()).toBe(1);
});

test('a failure says which job and why', async () => {
  const { peer, options } = await open();
  const { handle } = await gitlab.start(contextOf(), options, ticket);
  peer.set('failed');
  const look = await gitlab.look(contextOf(), options, handle, ticket);
  expect(look).toMatchObject({ state: 'failed', reason: 'job "train" failed: script_failure' });
});

test('a line that is being written is read when it is at its end, without colours', async () => {
  const { peer, options } = await open({ job: 'train' });
  const { handle } = await gitlab.start(contextOf(), options, ticket);
  peer.set('running');
  peer.write!(['one', 'tw']);
  const first = await gitlab.logs!(contextOf(), options, handle, null);
  expect(first.lines).toEqual(['Running', 'one']);
  peer.set('success');
  expect((await gitlab.logs!(contextOf(), options, handle, first.cursor)).lines).toEqual(['tw']);
});

test.each([
  ['a project that is not there', { project: 'acme/other' }, /acme\/other/],
  ['a branch that is not there', { ref: 'nowhere' }, /Reference not found/],
  ['a trigger token that is wrong', { triggerToken: 'glptt-wrong-wrong' }, /acme\/churn/],
])('%s is refused', async (_, over, message) => {
  const { options } = await open(over);
  const error = await gitlab.start(contextOf(), options, ticket).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ trouble: 'refused', message: expect.stringMatching(message) });
});
