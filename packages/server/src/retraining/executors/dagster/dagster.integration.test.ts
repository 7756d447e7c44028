import { describe, expect, test } from 'vitest';
import type { Handle, Ticket } from '../executor.ts';
import { followed, keyed, linesOf, liveContext } from '../testdata/live.ts';
import { dagster } from './index.ts';

// With Dagster itself and testdata/jobs.py, as scripts/integrations.mjs starts them.

const url = process.env['LEEWAY_TEST_DAGSTER_URL'];

describe.skipIf(!url)('Dagster', () => {
  const ctx = liveContext();
  const optionsOf = (further: Record<string, unknown> = {}) =>
    dagster.options.parse({ url, location: 'jobs.py', job: 'probe', ...further }) as never;
  const probing = (probe: string) => optionsOf({ config: { resources: { leeway: { config: { probe } } } } });
  const look = (handle: Handle, ticket: Ticket) => dagster.look(ctx, optionsOf(), handle, ticket);
  const lines = (handle: Handle) => linesOf((cursor) => dagster.logs!(ctx, optionsOf(), handle, cursor));

  test('a training succeeds, and its lines are had', async () => {
    const ticket = keyed('succeeds');
    const { handle, url: page } = await dagster.start(ctx, optionsOf(), ticket);
    expect((await fetch(page!)).status).toBe(200);
    expect(await followed(() => look(handle, ticket))).toMatchObject({ state: 'succeeded', native: 'SUCCESS' });
    const text = (await lines(handle)).join('\n');
    expect(text).toContain(
      `given ${ticket.env['LEEWAY_RUN_ID']} ${ticket.env['LEEWAY_PARAMS']} ${ticket.token.length}`,
    );
    expect(text.match(/epoch-\d/g)).toEqual(['epoch-0', 'epoch-1', 'epoch-2']);
    await dagster.cancel(ctx, optionsOf(), handle, ticket);
    expect(await look(handle, ticket)).toMatchObject({ state: 'succeeded' });
  });

  test('a second try finds the run of the first', async () => {
    const ticket = keyed('twice');
    const started = await dagster.start(ctx, optionsOf(), ticket);
    expect(await dagster.start(ctx, optionsOf(), { ...ticket, attempt: 2 })).toEqual(started);
    expect(await followed(() => look(started.handle, ticket))).toMatchObject({ state: 'succeeded' });
  });

  test('a failure has its reason among the lines', async () => {
    const ticket = keyed('fails');
    const { handle } = await dagster.start(ctx, probing('fail'), ticket);
    expect(await followed(() => look(handle, ticket))).toMatchObject({ state: 'failed', native: 'FAILURE' });
    expect((await lines(handle)).join('\n')).toMatch(/Execution of step "train" failed/);
  });

  test('one that runs is ended', async () => {
    const ticket = keyed('ends');
    const { handle } = await dagster.start(ctx, probing('slow'), ticket);
    await followed(() => look(handle, ticket), 'running');
    await dagster.cancel(ctx, optionsOf(), handle, ticket);
    // It may be in the act of ending.
    await dagster.cancel(ctx, optionsOf(), handle, ticket).catch((error) => expect(error.trouble).toBe('transient'));
    expect(await followed(() => look(handle, ticket))).toMatchObject({ state: 'cancelled' });
  });

  test.each([
    ['a job that is not there', { job: 'nope' }],
    ['a code location that is not there', { location: 'nope' }],
    ['a place for the contract that the job does not have', { contractAt: 'ops.train.config' }],
  ])('%s is refused', async (_, further) => {
    const ticket = keyed('refused');
    const error = await dagster.start(ctx, optionsOf(further), ticket).catch((thrown) => thrown);
    expect(error).toMatchObject({ trouble: 'refused' });
    expect(error.message).not.toContain(ticket.token);
  });

  test('a run that is not there is gone', async () => {
    const handle = { run: '00000000-0000-4000-8000-000000000000' };
    await expect(look(handle, keyed('gone'))).rejects.toMatchObject({ trouble: 'gone' });
  });
});
