import { expect, test } from 'vitest';
import { contextOf, ticket } from '../testdata/tickets.ts';
import { dagster } from './index.ts';
import { openDagster } from './testdata/kit.ts';

test.each([
  ['an unknown job', { job: 'nope' }, 'PipelineNotFoundError'],
  ['an unknown code location', { location: 'nope' }, 'PipelineNotFoundError'],
  ['a run configuration that the job does not take', { config: { ops: {} } }, 'RunConfigValidationInvalid'],
  [
    'a place for the contract that the job does not have',
    { contractAt: 'ops.train.config' },
    'RunConfigValidationInvalid',
  ],
])('%s is refused, though by HTTP 200', async (_, further, type) => {
  const peer = await openDagster();
  const options = dagster.options.parse({ ...peer.options, ...further }) as never;
  await expect(dagster.start(contextOf(), options, ticket)).rejects.toMatchObject({
    trouble: 'refused',
    message: expect.stringContaining(type),
  });
  expect(peer.runs()).toBe(0);
  await peer.close();
});

test('the contract is put beside what the configuration says', async () => {
  const peer = await openDagster();
  const config = { resources: { leeway: { config: { contract: { OTHER: '1' } } } } };
  const options = dagster.options.parse({ ...peer.options, config }) as never;
  await dagster.start(contextOf(), options, ticket);
  expect(peer.given()).toMatchObject({ OTHER: '1', LEEWAY_RUN_ID: 'run_1' });
  expect(config).toEqual({ resources: { leeway: { config: { contract: { OTHER: '1' } } } } });
  await peer.close();
});
