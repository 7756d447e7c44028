import { expect, test } from 'vitest';
import { contextOf, ticket } from '../testdata/tickets.ts';
import { airflow } from './index.ts';
import { readEvents, readText } from './logs.ts';
import { openAirflow } from './testdata/kit.ts';

test('a token that Airflow 3 takes no longer is fetched anew, once', async () => {
  const peer = await openAirflow('3');
  const options = airflow.options.parse(peer.options) as never;
  const { handle } = await airflow.start(contextOf(), options, ticket);
  const logins = peer.logins();
  peer.forgetTokens();
  expect(await airflow.look(contextOf(), options, handle, ticket)).toMatchObject({ state: 'queued' });
  expect(await airflow.look(contextOf(), options, handle, ticket)).toMatchObject({ state: 'queued' });
  expect(peer.logins()).toBe(logins + 1);
  await peer.close();
});

test.each(['2', '3'] as const)('Airflow %s: a paused DAG is refused, since its runs never begin', async (version) => {
  const peer = await openAirflow(version, { paused: true });
  const options = airflow.options.parse(peer.options) as never;
  await expect(airflow.start(contextOf(), options, ticket)).rejects.toMatchObject({
    trouble: 'refused',
    message: expect.stringContaining('paused'),
  });
  expect(peer.runs()).toBe(0);
  await peer.close();
});

test.each(['2', '3'] as const)('Airflow %s: a DAG that is not there is refused', async (version) => {
  const peer = await openAirflow(version);
  const options = airflow.options.parse({ ...peer.options, dag: 'nope' }) as never;
  await expect(airflow.start(contextOf(), options, ticket)).rejects.toMatchObject({
    trouble: 'refused',
    message: expect.stringContaining('no DAG "nope"'),
  });
  await peer.close();
});

test('a run that waits for long is told why', async () => {
  const peer = await openAirflow('3');
  const options = airflow.options.parse(peer.options) as never;
  const { handle } = await airflow.start(contextOf(), options, ticket);
  expect(await airflow.look(contextOf(), options, handle, ticket)).toMatchObject({ state: 'queued', reason: null });
  expect(await airflow.look(contextOf(600_000), options, handle, ticket)).toMatchObject({
    reason: expect.stringContaining('queued for 10 minutes'),
  });
  peer.pause();
  expect(await airflow.look(contextOf(), options, handle, ticket)).toMatchObject({
    reason: expect.stringContaining('paused'),
  });
  await peer.close();
});

test('a failure names the tasks that failed', async () => {
  const peer = await openAirflow('3');
  const options = airflow.options.parse(peer.options) as never;
  const { handle } = await airflow.start(contextOf(), options, ticket);
  peer.set('failed');
  expect(await airflow.look(contextOf(), options, handle, ticket)).toMatchObject({ reason: 'failed: train' });
  await peer.close();
});

test('of a password without its user the configuration is refused', () => {
  const given = { url: 'http://127.0.0.1:8080', dag: 'd', password: 'x' };
  expect(airflow.options.safeParse(given).error?.issues[0]?.message).toBe('username and password belong together');
});

test('events of Airflow 3 become lines, without those that say where the log is', () => {
  const events = [
    { event: '::group::Log message source details', sources: ['/logs/1.log'] },
    { event: '/logs/1.log' },
    { event: '::endgroup::' },
    { event: 'two\nlines', timestamp: '2001-01-10T00:10:30Z' },
    { event: 'Task failed', error_detail: [{ exc_type: 'ValueError', exc_value: 'no rows', frames: [] }] },
    { event: '::group::Post Execute' },
    { event: 'last' },
    { event: '::endgroup::' },
  ];
  const body = `${events.map((event) => JSON.stringify(event)).join('\n')}\n{"event": "half`;
  expect(readEvents(body)).toEqual(['two', 'lines', 'Task failed', 'ValueError: no rows', 'last']);
});

test('a text of Airflow 2 becomes lines, without those that say where the log is and without half a line', () => {
  const head = 'host-1\n INFO - ::group::Log message source details\n*** Found local files:\n***   * /logs/1.log\n';
  const text = '[2001] INFO - ::group::Pre\n[2001] first\n[2001] INFO - ::endgroup::\n\nsecond\nhal';
  expect(readText(`${head} INFO - ::endgroup::\n${text}`)).toEqual(['[2001] first', '', 'second']);
  expect(readText('*** No logs\n[2001] first\n')).toEqual(['[2001] first']);
});
