import { createHmac } from 'node:crypto';
import { WandbConfig } from '@leeway/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stores } from '../../testing/stores.ts';
import { MODEL, openRegistryKit, type RegistryKit } from '../testdata/registry-kit.ts';
import { versionOf } from '../versions.ts';
import { decideWandb, readWandbHook, wandbHookTrouble } from './hook.ts';
import { type AskForRun, takeWandbHook } from './take-hook.ts';

const secret = 'the-secret-of-the-tests';
const said = {
  event_type: 'ADD_ARTIFACT_ALIAS',
  event_author: 'ann',
  alias: 'production',
  artifact_collection_name: 'houses',
  artifact_version_string: 'team/prices/houses:v3',
};

describe('whether it comes from W&B', () => {
  const body = JSON.stringify(said);
  const mac = (key: string, encoding: 'hex' | 'base64') => createHmac('sha256', key).update(body).digest(encoding);
  const cases: { name: string; authorization?: string; signature?: string; fine: boolean }[] = [
    { name: 'the token', authorization: `Bearer ${secret}`, fine: true },
    { name: 'a signature in hex', signature: mac(secret, 'hex'), fine: true },
    { name: 'a signature in base64', signature: mac(secret, 'base64'), fine: true },
    { name: 'a signature with the name of the hash', signature: `sha256=${mac(secret, 'hex')}`, fine: true },
    { name: 'another token', authorization: 'Bearer another', fine: false },
    { name: 'a signature with another secret', signature: mac('another', 'hex'), fine: false },
    { name: 'neither', fine: false },
  ];
  test.each(cases)('$name', ({ authorization = '', signature = '', fine }) => {
    expect(wandbHookTrouble({ secret }, { authorization, signature, body }) === null).toBe(fine);
  });
});

test('what it says', () => {
  const event = {
    collection: 'houses',
    reference: 'team/prices/houses:v3',
    alias: 'production',
    author: 'ann',
    version: null,
  };
  expect(readWandbHook(JSON.stringify(said))).toEqual(event);
  expect(readWandbHook(JSON.stringify({ client_payload: { ...said, leeway_version: 'v2' } }))).toEqual({
    ...event,
    version: 'v2',
  });
  expect([readWandbHook('no'), readWandbHook('null'), readWandbHook('{"alias":"x"}')]).toEqual([null, null, null]);
  const config = WandbConfig.parse({ secret, collections: [{ collection: 'houses', model: 'm', action: 'run' }] });
  expect(decideWandb(config, event)).toEqual({ model: 'm', action: 'run' });
  expect(decideWandb(config, { ...event, alias: 'staging' })).toBeNull();
  expect(decideWandb(config, { ...event, collection: 'other' })).toBeNull();
});

describe.each(stores())('on $name', (form) => {
  let kit: RegistryKit;
  let asked: Parameters<AskForRun>[0][];
  beforeEach(async () => {
    kit = await openRegistryKit(form);
    asked = [];
  });
  afterEach(() => kit.close());
  const configure = (action: 'link' | 'run') =>
    kit.configure({ wandb: { secret, collections: [{ collection: 'houses', model: MODEL, action }] } });
  const take = (body: object = said, authorization = `Bearer ${secret}`) =>
    takeWandbHook(
      kit.ctx,
      { authorization, signature: '', body: JSON.stringify(body) },
      async (request) => void asked.push(request),
    );

  test('the reference is noted at the version that has it as its tag, once', async () => {
    configure('link');
    await kit.version('one', { tags: { wandb: said.artifact_version_string } });
    expect(await take()).toBe(`v1 of ${MODEL} is team/prices/houses:v3`);
    expect(await take()).toBe(`v1 of ${MODEL} is team/prices/houses:v3`);
    expect((await versionOf(kit.store.db, MODEL, 'v1')).links).toMatchObject([
      { kind: 'wandb', reference: 'team/prices/houses:v3', url: 'https://wandb.ai/team/prices/artifacts' },
    ]);
    expect((await kit.ctx.audit.list(kit.store.db, 9)).map(({ action }) => action)).toEqual(['version.link']);
    expect(asked).toEqual([]);
  });

  test('of one that is not here it is on record', async () => {
    configure('link');
    expect(await take()).toMatch(/no version of houses has the tag/);
    expect((await kit.ctx.audit.list(kit.store.db, 1))[0]).toMatchObject({ actor: 'wandb:ann', action: 'wandb.event' });
  });

  test('a run is asked for with a key, so that the same webhook twice gives one', async () => {
    configure('run');
    await take();
    await take();
    expect(new Set(asked.map(({ key }) => key))).toEqual(new Set(['wandb/team/prices/houses:v3/production']));
    expect(asked[0]).toMatchObject({ model: MODEL, trigger: 'api', actor: 'wandb:ann' });
  });

  test('what is not asked for, not ours or not whole is refused', async () => {
    await expect(take()).rejects.toMatchObject({ code: 'webhook_refused' });
    configure('run');
    await expect(take(said, 'Bearer another')).rejects.toMatchObject({ code: 'webhook_refused' });
    await expect(take({ alias: 'x' })).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await take({ ...said, alias: 'staging' })).toBe('nothing is configured for houses as staging');
    expect(asked).toEqual([]);
  });
});
