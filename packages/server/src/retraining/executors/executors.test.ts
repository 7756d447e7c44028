import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { secretsOf } from '../../notify/secret.ts';
import { type Executor, ExecutorError, type Handle, type Ticket } from './executor.ts';
import { REMOTE } from './remote.ts';
import type { ExecutorKit, FakePeer } from './testdata/executor-kit.ts';
import { contextOf, ticket } from './testdata/tickets.ts';

// Every executor of another system against the strict fake of its kit: what Leeway relies on, whatever the peer.

const again: Ticket = { ...ticket, attempt: 2 };

const found = await Promise.all(
  REMOTE.map(async (executor) => {
    const path = `./${executor.type}/testdata/kit.ts`;
    const { kit, variants = [] } = (await import(path)) as { kit: ExecutorKit; variants?: ExecutorKit[] };
    return [kit, ...variants].map((each) => ({
      name: [executor.type, each.variant].filter((part) => part !== undefined).join(', '),
      executor: executor as Executor<unknown>,
      kit: each,
    }));
  }),
);
const kits = found.flat();

test('the kinds are different, and each has kits of its own', () => {
  expect([...new Set(kits.map(({ kit }) => kit.type))]).toEqual(REMOTE.map(({ type }) => type));
  expect(new Set(kits.map(({ name }) => name)).size).toBe(kits.length);
});

const peers: FakePeer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});

/** The executor as a process of its own would have it, each time anew: nothing is left of what another call learnt. */
async function open({ executor, kit }: { executor: Executor<unknown>; kit: ExecutorKit }) {
  const peer = await kit.open();
  peers.push(peer);
  const options = () => executor.options.parse(structuredClone(peer.options));
  const marked = secretsOf(executor.options as z.ZodObject, peer.options);
  const secrets = [...marked, ...marked.flatMap(pathOf), ...(executor.secrets?.(options()) ?? []), ticket.token].filter(
    (text) => text !== '',
  );
  const copy = (handle: Handle) => JSON.parse(JSON.stringify(handle)) as Handle;
  return {
    peer,
    secrets,
    start: (given = ticket) => executor.start(contextOf(), options(), given),
    look: (handle: Handle, given = ticket) => executor.look(contextOf(), options(), copy(handle), given),
    cancel: (handle: Handle, given = ticket) => executor.cancel(contextOf(), options(), copy(handle), given),
    logs: (handle: Handle, cursor: string | null) => executor.logs!(contextOf(), options(), copy(handle), cursor),
    /** What a call was refused with, without a secret in it. */
    async trouble(call: Promise<unknown>): Promise<ExecutorError> {
      const error = await call.then(
        () => expect.unreachable('it should have failed'),
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ExecutorError);
      const { message, trouble } = error as ExecutorError;
      for (const secret of secrets) expect(message).not.toContain(secret);
      expect(message.length, `${trouble}: ${message}`).toBeLessThan(1_000);
      return error as ExecutorError;
    },
  };
}

/** Of an address that is a secret, its path is what makes it one. */
const pathOf = (text: string) => (URL.canParse(text) ? [new URL(text).pathname] : []);

describe.each(kits)('$name', { timeout: 30_000 }, (entry) => {
  const { executor, kit } = entry;
  const running = kit.running ?? Object.keys(kit.states).find((native) => kit.states[native] === 'running')!;
  const ended = Object.keys(kit.states).find((native) => kit.states[native] === 'succeeded')!;

  test('every option is described', () => {
    const { properties } = z.toJSONSchema(executor.options, { io: 'input', unrepresentable: 'any' }) as {
      properties: Record<string, { description?: string }>;
    };
    for (const [name, { description }] of Object.entries(properties)) expect(description, name).toMatch(/\w/);
    expect(executor.description).toMatch(/\.$/);
    expect(executor).toMatchObject({ remote: true, pollMs: expect.any(Number) });
    expect(executor.options.safeParse({ nonsense: 1 }).success).toBe(false);
  });

  test('begins a training and hands it the contract', async () => {
    const { peer, start } = await open(entry);
    const started = await start();
    expect(peer.runs()).toBe(1);
    // What is empty is of no use elsewhere: paths of our own machine.
    const { LEEWAY_OUTPUT: _, ...env } = ticket.env;
    expect(peer.given()).toMatchObject({ ...env, LEEWAY_TOKEN: ticket.token });
    expect(started.nativeId).toMatch(/\S/);
    for (const value of Object.values(started.handle)) expect(value).toBeTypeOf('string');
    if (started.url !== null) expect(started.url).toMatch(/^https?:\/\//);
  });

  test('what is kept of a training has no secret', async () => {
    const { peer, start, look, secrets } = await open(entry);
    const started = await start();
    peer.set(running);
    const kept = JSON.stringify([started, await look(started.handle)]);
    for (const secret of secrets) expect(kept).not.toContain(secret);
  });

  test('begun twice it is one training', async () => {
    const { peer, start, look } = await open(entry);
    const first = await start();
    const second = await start(again);
    expect(peer.runs()).toBe(1);
    expect(second.nativeId).toBe(first.nativeId);
    peer.set(running);
    expect(await look(second.handle)).toMatchObject({ state: 'running' });
  });

  test('an answer that was lost is made good by the next try', async () => {
    const { peer, start, look, trouble } = await open(entry);
    peer.loseNextAnswer();
    expect((await trouble(start())).trouble).toBe('transient');
    expect(peer.runs()).toBe(1);
    const { handle } = await start(again);
    expect(peer.runs()).toBe(1);
    peer.set(ended);
    expect(await look(handle)).toMatchObject({ state: 'succeeded' });
  });

  test('a second try begins what the first did not', async () => {
    const { peer, start } = await open(entry);
    await start(again);
    expect(peer.runs()).toBe(1);
  });

  test.each([429, 500, 503])('%i is to be tried again', async (status) => {
    const { peer, start, look, cancel, trouble } = await open(entry);
    peer.failNext(status);
    expect((await trouble(start())).trouble).toBe('transient');
    const { handle } = await start(again);
    peer.set(running);
    peer.failNext(status);
    expect((await trouble(look(handle))).trouble).toBe('transient');
    peer.failNext(status);
    expect((await trouble(cancel(handle))).trouble).toBe('transient');
    expect(await look(handle)).toMatchObject({ state: 'running' });
    expect(peer.runs()).toBe(1);
  });

  test('nobody answers: to be tried again', async () => {
    const { peer, start, look, trouble } = await open(entry);
    const { handle } = await start();
    await peer.close();
    expect((await trouble(look(handle))).trouble).toBe('transient');
    expect((await trouble(start(again))).trouble).toBe('transient');
  });

  test('credentials that have expired are told, and good again when they are renewed', async () => {
    const { peer, start, look, cancel, trouble } = await open(entry);
    peer.expireCredentials(true);
    expect((await trouble(start())).trouble).toBe('auth');
    expect(peer.runs()).toBe(0);
    peer.expireCredentials(false);
    const { handle } = await start(again);
    peer.set(running);
    peer.expireCredentials(true);
    expect((await trouble(look(handle))).trouble).toBe('auth');
    expect((await trouble(cancel(handle))).trouble).toBe('auth');
    peer.expireCredentials(false);
    expect(await look(handle)).toMatchObject({ state: 'running' });
  });

  test('a training that was deleted at the peer is gone', async () => {
    const { peer, start, look, cancel, trouble } = await open(entry);
    const { handle } = await start();
    peer.vanish();
    expect((await trouble(look(handle))).trouble).toBe('gone');
    // Nothing is left to end.
    await cancel(handle).catch((error) => expect(error).toMatchObject({ trouble: 'gone' }));
  });

  test.each(Object.entries(kit.states))('%s is %s', async (native, state) => {
    const { peer, start, look } = await open(entry);
    const { handle } = await start();
    peer.set(native);
    const found = await look(handle);
    expect(found).toMatchObject({ state });
    expect(found.native).toContain(native);
  });

  test('a state that nobody has heard of is unknown, and kept', async () => {
    const { peer, start, look } = await open(entry);
    const { handle } = await start();
    peer.set('BrandNew');
    const found = await look(handle);
    expect(found).toMatchObject({ state: 'unknown' });
    expect(found.native).toContain('BrandNew');
  });

  test('is asked to end, again and again', async () => {
    const { peer, start, look, cancel } = await open(entry);
    const { handle } = await start();
    peer.set(running);
    await cancel(handle);
    expect(peer.cancelled()).toBe(true);
    await cancel(handle);
    const native = (state: string) => Object.keys(kit.states).find((name) => kit.states[name] === state);
    // Where the peer has no state of its own for it, one that failed after it was asked to end counts as cancelled.
    peer.set(native(kit.cancelledAs) ?? native('failed')!);
    expect(await look(handle)).toMatchObject({ state: kit.cancelledAs });
    await cancel(handle);
  });

  test('what has ended is not ended again', async () => {
    const { peer, start, look, cancel } = await open(entry);
    const { handle } = await start();
    peer.set(ended);
    await cancel(handle);
    expect(await look(handle)).toMatchObject({ state: 'succeeded' });
  });

  test.skipIf(!kit.logs)('its lines come one page after the other, none twice and none left out', async () => {
    const { peer, start, logs } = await open(entry);
    const { handle } = await start();
    peer.set(running);
    let cursor: string | null = null;
    const read: string[] = [];
    const readOn = async () => {
      for (;;) {
        const page = await logs(handle, cursor);
        ({ cursor } = page);
        if (page.lines.length === 0) return;
        for (const line of page.lines) expect(line).not.toContain('\n');
        read.push(...(page.lines.join('\n').match(/epoch-\d+/g) ?? []));
      }
    };
    const written = Array.from({ length: 530 }, (_, i) => `epoch-${i}`);
    await readOn();
    for (const [from, to] of [
      [0, 3],
      [3, 4],
      [4, 517],
    ]) {
      peer.write!(written.slice(from, to));
      await readOn();
    }
    peer.write!(written.slice(517));
    peer.set(ended);
    await readOn();
    await readOn();
    expect(read).toEqual(written);
  });

  const garbage = { 'no JSON': '<html>Sign in</html>', 'other JSON': '{"hello":[1]}', 'no end of it': 'x'.repeat(6e6) };
  test.each(Object.entries(garbage))('an answer that is %s breaks nothing', async (_, body) => {
    const { peer, start, look, trouble } = await open(entry);
    if (!peer.answerNext) return;
    peer.answerNext(body);
    expect((await trouble(start())).trouble).toBe('transient');
    const { handle } = await start(again);
    peer.set(running);
    peer.answerNext(body);
    expect((await trouble(look(handle))).trouble).toBe('transient');
    expect(await look(handle)).toMatchObject({ state: 'running' });
    expect(peer.runs()).toBe(1);
  });
});
