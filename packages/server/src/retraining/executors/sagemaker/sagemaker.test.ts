import { afterEach, expect, test } from 'vitest';
import { createOutbound } from '../../../platform/outbound.ts';
import { contextOf, ticket } from '../testdata/tickets.ts';
import { type Options, sagemaker } from './index.ts';
import { type FakeSageMaker, openSageMaker } from './testdata/kit.ts';

const peers: FakeSageMaker[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});

async function open(...given: Parameters<typeof openSageMaker>) {
  const peer = await openSageMaker(...given);
  peers.push(peer);
  return { peer, options: sagemaker.options.parse(peer.options) as Options };
}

test('the token begins it once, and its name finds it where the token is forgotten', async () => {
  const { peer, options } = await open();
  const { handle } = await sagemaker.start(contextOf(), options, ticket);
  expect((await sagemaker.start(contextOf(), options, ticket)).handle).toEqual(handle);
  await sagemaker.start(contextOf(), options, { ...ticket, key: 'lw-another' });
  peer.forgetTokens();
  expect((await sagemaker.start(contextOf(), options, { ...ticket, attempt: 2 })).handle).toEqual(handle);
  expect(peer.runs()).toBe(2);
});

test('without more said it hands over what the rest is had by', async () => {
  const names = ['LEEWAY_TRAINING', 'LEEWAY_URL', 'LEEWAY_TOKEN'];
  const { peer, options } = await open({ parameters: undefined }, names);
  expect(Object.keys(options.parameters)).toEqual(names);
  await sagemaker.start(contextOf(), options, ticket);
  expect(peer.runs()).toBe(1);
});

test.each([
  ['a pipeline that is not there', { pipeline: 'other' }, ticket, /does not exist/],
  ['a parameter that it does not have', { parameters: { Other: 'LEEWAY_URL' } }, ticket, /Unknown parameters/],
  ['a value that is too long', {}, { ...ticket, env: { LEEWAY_PARAMS: 'x'.repeat(1_100) } }, /1024.*LEEWAY_TRAINING/],
])('%s is refused', async (_, over, given, message) => {
  const { peer, options } = await open(over);
  const error = await sagemaker.start(contextOf(), options, given).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ trouble: 'refused', message: expect.stringMatching(message) });
  expect(peer.runs()).toBe(0);
});

test('its library goes out by our own way, which checks addresses', async () => {
  const { options } = await open();
  const start = sagemaker.start({ ...contextOf(), outbound: createOutbound({ allow: () => [] }) }, options, ticket);
  await expect(start).rejects.toMatchObject({ trouble: 'refused', message: expect.stringContaining('127.0.0.1') });
});
