import { expect, test } from 'vitest';
import { contextOf, ticket } from '../testdata/tickets.ts';
import { databricks } from './index.ts';
import { openDatabricks } from './testdata/kit.ts';

test('whether a success with failures is one is said by the configuration', async () => {
  const peer = await openDatabricks();
  const lenient = databricks.options.parse({ ...peer.options, successWithFailures: 'succeeded' }) as never;
  const strict = databricks.options.parse(peer.options) as never;
  const { handle } = await databricks.start(contextOf(), lenient, ticket);
  peer.set('TERMINATED SUCCESS_WITH_FAILURES');
  expect(await databricks.look(contextOf(), lenient, handle, ticket)).toMatchObject({ state: 'succeeded' });
  expect(await databricks.look(contextOf(), strict, handle, ticket)).toMatchObject({ state: 'failed' });
  await peer.close();
});

test.each([
  ['the key of a run that was deleted', {}],
  ['an unknown job', { job: 7 }],
])('%s is refused', async (_, further) => {
  const peer = await openDatabricks();
  const options = databricks.options.parse({ ...peer.options, ...further }) as never;
  await databricks.start(contextOf(), options, ticket).then(
    () => peer.vanish(),
    () => {},
  );
  await expect(databricks.start(contextOf(), options, ticket)).rejects.toMatchObject({ trouble: 'refused' });
  await peer.close();
});

test('a job is a number, as a number or as a text', () => {
  const options = { url: 'https://x.cloud.databricks.com', token: 't' };
  expect(databricks.options.parse({ ...options, job: 12 })).toMatchObject({ job: '12' });
  expect(databricks.options.parse({ ...options, job: '12' })).toMatchObject({ job: '12' });
  expect(databricks.options.safeParse({ ...options, job: 'train' }).success).toBe(false);
});
