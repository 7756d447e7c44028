import { describe, expect, test, vi } from 'vitest';
import type { Handle, Ticket } from '../executor.ts';
import { followed, keyed, linesOf, liveContext } from '../testdata/live.ts';
import { airflow } from './index.ts';

// With Airflow itself, as scripts/integrations.mjs starts it.

const versions = [
  {
    version: 3,
    url: process.env['LEEWAY_TEST_AIRFLOW3_URL'],
    username: process.env['LEEWAY_TEST_AIRFLOW3_USER'],
    password: process.env['LEEWAY_TEST_AIRFLOW3_PASSWORD'],
  },
  {
    version: 2,
    url: process.env['LEEWAY_TEST_AIRFLOW2_URL'],
    username: process.env['LEEWAY_TEST_AIRFLOW2_USER'],
    password: process.env['LEEWAY_TEST_AIRFLOW2_PASSWORD'],
  },
];

describe.each(versions)('Airflow $version', ({ version, url, username, password }) => {
  const ctx = liveContext();
  const optionsOf = (conf = {}, dag = 'leeway_probe') =>
    airflow.options.parse({ url, dag, username, password, conf }) as never;
  const look = (handle: Handle, ticket: Ticket) => airflow.look(ctx, optionsOf(), handle, ticket);

  const readLines = (handle: Handle) => linesOf((cursor) => airflow.logs!(ctx, optionsOf(), handle, cursor));

  test.skipIf(!url)('a training succeeds, and its lines are had', async () => {
    const ticket = keyed(`succeeds-${version}`);
    const { handle, nativeId, url: page } = await airflow.start(ctx, optionsOf(), ticket);
    expect(handle).toEqual({ api: String(version), dag: 'leeway_probe', run: ticket.key });
    expect(nativeId).toBe(ticket.key);
    expect((await fetch(page!)).status).toBe(200);
    expect(await followed(() => look(handle, ticket))).toMatchObject({ state: 'succeeded', native: 'success' });
    const text = (await readLines(handle)).join('\n');
    expect(text).toContain(
      `given ${ticket.env['LEEWAY_RUN_ID']} ${ticket.env['LEEWAY_PARAMS']} ${ticket.token.length}`,
    );
    expect(text.match(/epoch-\d/g)).toEqual(['epoch-0', 'epoch-1', 'epoch-2']);
    expect(text).not.toContain('::group::');
    // What has ended is not ended again, though Airflow would.
    await airflow.cancel(ctx, optionsOf(), handle, ticket);
    expect(await look(handle, ticket)).toMatchObject({ state: 'succeeded' });
  });

  test.skipIf(!url)('begun twice it is one run', async () => {
    const ticket = keyed(`twice-${version}`);
    const started = await airflow.start(ctx, optionsOf(), ticket);
    // As a first try does whose answer was lost, and as the next one does.
    expect(await airflow.start(ctx, optionsOf(), ticket)).toEqual(started);
    expect(await airflow.start(ctx, optionsOf(), { ...ticket, attempt: 2 })).toEqual(started);
    expect(await followed(() => look(started.handle, ticket))).toMatchObject({ state: 'succeeded' });
  });

  test.skipIf(!url)('a failure tells which task failed, and why in its lines', async () => {
    const ticket = keyed(`fails-${version}`);
    const { handle } = await airflow.start(ctx, optionsOf({ PROBE: 'fail' }), ticket);
    expect(await followed(() => look(handle, ticket))).toMatchObject({ state: 'failed', reason: 'failed: train' });
    expect((await readLines(handle)).join('\n')).toContain('RuntimeError: no rows to train on');
  });

  test.skipIf(!url)('one that runs is ended', async () => {
    const ticket = keyed(`ends-${version}`);
    const { handle } = await airflow.start(ctx, optionsOf({ PROBE: 'slow' }), ticket);
    await followed(() => look(handle, ticket), 'running');
    await vi.waitFor(async () => expect((await readLines(handle)).join()).toContain('epoch-2'), {
      timeout: 60_000,
      interval: 500,
    });
    await airflow.cancel(ctx, optionsOf(), handle, ticket);
    expect(await followed(() => look(handle, ticket))).toMatchObject({ state: 'failed' });
    await airflow.cancel(ctx, optionsOf(), handle, ticket);
  });

  test.skipIf(!url)('a paused DAG is refused', async () => {
    await expect(airflow.start(ctx, optionsOf({}, 'leeway_paused'), keyed(`paused-${version}`))).rejects.toMatchObject({
      trouble: 'refused',
      message: expect.stringContaining('paused'),
    });
  });

  test.skipIf(!url)('what is not there, or not to be had with these credentials, is told as such', async () => {
    const ticket = keyed(`none-${version}`);
    await expect(airflow.start(ctx, optionsOf({}, 'nope'), ticket)).rejects.toMatchObject({ trouble: 'refused' });
    const handle = { api: String(version), dag: 'leeway_probe', run: 'nope' };
    await expect(look(handle, ticket)).rejects.toMatchObject({ trouble: 'gone' });
    const wrong = airflow.options.parse({ url, dag: 'leeway_probe', username, password: 'wr0ng-password' }) as never;
    const error = await airflow.look(ctx, wrong, handle, ticket).catch((thrown) => thrown);
    expect(error).toMatchObject({ trouble: 'auth', message: expect.not.stringContaining('wr0ng') });
  });
});

const [{ url, username, password }] = versions as [(typeof versions)[0]];

test.skipIf(!url)('Airflow 3: a token that has run out is fetched anew', async () => {
  const ctx = liveContext();
  const login = { username, password };
  const json = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/auth/token`, { method: 'POST', headers: json, body: JSON.stringify(login) });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const ticket = keyed('token');
  const fixed = airflow.options.parse({ url, dag: 'leeway_probe', version: 3, token }) as never;
  const named = airflow.options.parse({ url, dag: 'leeway_probe', ...login }) as never;
  // With what was fetched now, by the other way.
  const { handle } = await airflow.start(ctx, named, ticket);
  expect(await airflow.look(ctx, fixed, handle, ticket)).toMatchObject({ native: expect.any(String) });
  await vi.waitFor(() => expect(airflow.look(ctx, fixed, handle, ticket)).rejects.toMatchObject({ trouble: 'auth' }), {
    timeout: 60_000,
    interval: 1_000,
  });
  expect(await followed(() => airflow.look(ctx, named, handle, ticket))).toMatchObject({ state: 'succeeded' });
});
