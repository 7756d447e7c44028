import { afterEach, expect, test } from 'vitest';
import { contextOf, ticket } from '../testdata/tickets.ts';
import { github, type Options } from './index.ts';
import { type FakeGitHub, openGitHub } from './testdata/kit.ts';

const peers: FakeGitHub[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});

async function open(server: 'new' | 'old', over: object = {}) {
  const peer = await openGitHub(server, over);
  peers.push(peer);
  return { peer, options: github.options.parse(peer.options) as Options };
}

test.each([
  ['a server that does not know return_run_details', 'old', {}],
  ['repository_dispatch', 'new', { event: 'repository_dispatch' }],
] as const)('%s: the run is found by its run-name', async (_, server, over) => {
  const { peer, options } = await open(server, over);
  const { handle, nativeId, url } = await github.start(contextOf(), options, ticket);
  expect([peer.runs(), nativeId, url]).toEqual([1, '1001', 'https://github.com/acme/churn/actions/runs/1001']);
  const again = await github.start(contextOf(), options, { ...ticket, attempt: 2 });
  expect([peer.runs(), again.nativeId]).toEqual([1, '1001']);
  peer.set('success');
  expect(await github.look(contextOf(), options, handle, ticket)).toMatchObject({ state: 'succeeded' });
});

test('a run that is not in the list yet is waited for, and gone where it never comes', async () => {
  const { peer, options } = await open('old');
  await github.start(contextOf(), options, ticket);
  // Its workflow has no such run-name.
  const other = { ...ticket, key: 'lw-fedcba9876543210' };
  const handle = { since: String(ticket.createdAt) };
  const waits = await github.look(contextOf(60_000), options, handle, other);
  expect(waits).toMatchObject({ state: 'queued', native: 'dispatched', reason: expect.stringContaining('run-name') });
  await expect(github.look(contextOf(301_000), options, handle, other)).rejects.toMatchObject({ trouble: 'gone' });
  // What was found later is kept in the handle.
  const found = await github.look(contextOf(60_000), options, handle, ticket);
  expect(found.handle).toEqual({ ...handle, run: '1001' });
  expect(peer.runs()).toBe(1);
});

test('calls that are used up are waited for, as long as GitHub says', async () => {
  const { peer, options } = await open('new');
  const { handle } = await github.start(contextOf(), options, ticket);
  peer.useUp(ticket.createdAt / 1_000 + 90);
  const look = github.look(contextOf(), options, handle, ticket);
  await expect(look).rejects.toMatchObject({ trouble: 'transient', retryAfterMs: 90_000 });
});

test('the store of the logs is not told our token', async () => {
  const { peer, options } = await open('new');
  const { handle } = await github.start(contextOf(), options, ticket);
  peer.write!(['one', 'two']);
  peer.set('failure');
  expect(await github.logs!(contextOf(), options, handle, null)).toEqual({ lines: ['one', 'two'], cursor: 'end' });
  expect(peer.calls.at(-1)).toEqual({ path: '/store/logs.zip', authorized: false });
});

test('what does not end is ended by force, long after its time', async () => {
  const { peer, options } = await open('new');
  const { handle } = await github.start(contextOf(), options, ticket);
  for (const [later, verb] of [
    [0, 'cancel'],
    [3_600_000 + 601_000, 'force-cancel'],
  ] as const) {
    await github.cancel(contextOf(later), options, handle, ticket);
    expect(peer.calls.at(-1)!.path).toBe(`/repos/acme/churn/actions/runs/1001/${verb}`);
  }
});

test.each([
  ['a workflow that is not there', { workflow: 'other.yml' }, /other\.yml/],
  ['a branch that is not there', { ref: 'nowhere' }, /No ref/],
  ['an input that the workflow does not have', { inputs: { key: 'LEEWAY_TRAINING' } }, /Unexpected inputs/],
])('%s is refused', async (_, over, message) => {
  const { peer, options } = await open('new', over);
  const error = await github.start(contextOf(), options, ticket).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ trouble: 'refused', message: expect.stringMatching(message) });
  expect(peer.runs()).toBe(0);
});

test('inputs: so many and so large as GitHub takes', async () => {
  const { options } = await open('new');
  const named = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`i${i}`, 'LEEWAY_URL']));
  const valid = (inputs: object, event = 'workflow_dispatch') =>
    github.options.safeParse({ ...options, inputs, event }).success;
  expect([valid(named(25)), valid(named(26))]).toEqual([true, false]);
  expect([valid(named(10), 'repository_dispatch'), valid(named(11), 'repository_dispatch')]).toEqual([true, false]);
  expect(valid({ leeway: 'PATH' })).toBe(false);
  const large = { ...ticket, env: { LEEWAY_PARAMS: 'x'.repeat(70_000) } };
  await expect(github.start(contextOf(), options, large)).rejects.toMatchObject({ trouble: 'refused' });
});
