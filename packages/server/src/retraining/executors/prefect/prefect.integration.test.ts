import { describe, expect, test, vi } from 'vitest';
import type { Handle, Ticket } from '../executor.ts';
import { followed, keyed, linesOf, liveContext } from '../testdata/live.ts';
import { prefect } from './index.ts';

// With a Prefect server and a process that serves testdata/flows.py, as scripts/integrations.mjs starts them.

const url = process.env['LEEWAY_TEST_PREFECT_URL'];
const username = process.env['LEEWAY_TEST_PREFECT_USER'];
const password = process.env['LEEWAY_TEST_PREFECT_PASSWORD'];

describe.skipIf(!url)('Prefect 3', () => {
  const ctx = liveContext();
  const optionsOf = (further: Record<string, unknown> = {}) =>
    prefect.options.parse({ url, username, password, deployment: 'probe/leeway', ...further }) as never;
  const look = (handle: Handle, ticket: Ticket) => prefect.look(ctx, optionsOf(), handle, ticket);
  const lines = (handle: Handle) => linesOf((cursor) => prefect.logs!(ctx, optionsOf(), handle, cursor));

  test('a training succeeds, and its lines are had', async () => {
    const ticket = keyed('succeeds');
    const { handle, url: page } = await prefect.start(ctx, optionsOf(), ticket);
    expect((await fetch(page!)).status).toBe(200);
    expect(await followed(() => look(handle, ticket))).toMatchObject({ state: 'succeeded', native: 'COMPLETED' });
    // A runner sends its lines from time to time.
    await vi.waitFor(async () => expect((await lines(handle)).join()).toContain('epoch-2'), {
      timeout: 30_000,
      interval: 500,
    });
    const text = (await lines(handle)).join('\n');
    expect(text).toContain(
      `given ${ticket.env['LEEWAY_RUN_ID']} ${ticket.env['LEEWAY_PARAMS']} ${ticket.token.length}`,
    );
    expect(text.match(/epoch-\d/g)).toEqual(['epoch-0', 'epoch-1', 'epoch-2']);
    await prefect.cancel(ctx, optionsOf(), handle, ticket);
    expect(await look(handle, ticket)).toMatchObject({ state: 'succeeded' });
  });

  test('begun twice it is one run', async () => {
    const ticket = keyed('twice');
    const started = await prefect.start(ctx, optionsOf(), ticket);
    expect(await prefect.start(ctx, optionsOf(), { ...ticket, attempt: 2 })).toEqual(started);
    expect(await followed(() => look(started.handle, ticket))).toMatchObject({ state: 'succeeded' });
  });

  test('a failure tells why', async () => {
    const ticket = keyed('fails');
    const { handle } = await prefect.start(ctx, optionsOf({ parameters: { probe: 'fail' } }), ticket);
    expect(await followed(() => look(handle, ticket))).toMatchObject({
      state: 'failed',
      native: 'FAILED',
      reason: expect.stringContaining('no rows to train on'),
    });
  });

  test('one that runs is ended', async () => {
    const ticket = keyed('ends');
    const { handle } = await prefect.start(ctx, optionsOf({ parameters: { probe: 'slow' } }), ticket);
    await followed(() => look(handle, ticket), 'running');
    await prefect.cancel(ctx, optionsOf(), handle, ticket);
    await prefect.cancel(ctx, optionsOf(), handle, ticket);
    expect(await followed(() => look(handle, ticket))).toMatchObject({ state: 'cancelled' });
  });

  test('one that nobody runs is late, and is ended at once', async () => {
    const ticket = keyed('late');
    const { handle } = await prefect.start(ctx, optionsOf({ deployment: 'unserved/leeway' }), ticket);
    await vi.waitFor(
      async () =>
        expect(await look(handle, ticket)).toMatchObject({
          state: 'queued',
          native: 'Late (SCHEDULED)',
          reason: expect.stringContaining('late'),
        }),
      { timeout: 60_000, interval: 1_000 },
    );
    await prefect.cancel(ctx, optionsOf(), handle, ticket);
    expect(await look(handle, ticket)).toMatchObject({ state: 'cancelled' });
  });

  test.each([
    ['a deployment that is not there', { deployment: 'probe/nope' }, 'refused'],
    ['an id that is not there', { deployment: '00000000-0000-4000-8000-000000000000' }, 'refused'],
    ['a parameter that the flow wants and does not get', { parameter: 'other' }, 'refused'],
    ['a parameter of another kind', { parameters: { probe: [7] } }, 'refused'],
    ['a wrong password', { password: 'wr0ng-password' }, 'auth'],
  ])('%s', async (_, further, trouble) => {
    const error = await prefect.start(ctx, optionsOf(further), keyed('none')).catch((thrown) => thrown);
    expect(error).toMatchObject({ trouble, message: expect.not.stringContaining('wr0ng') });
    expect(error.message).not.toContain(keyed('none').token);
  });

  test('a run that is not there is gone', async () => {
    const handle = { run: '00000000-0000-4000-8000-000000000000' };
    await expect(look(handle, keyed('gone'))).rejects.toMatchObject({ trouble: 'gone' });
  });
});
