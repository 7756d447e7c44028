import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { Config, LeewayError, type VersionInfo } from '@leeway/contract';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Audit } from '../audit/audit.ts';
import type { Context } from '../context.ts';
import { Events } from '../events/events.ts';
import { Jobs } from '../jobs/jobs.ts';
import { iso, ManualClock } from '../platform/clock.ts';
import { type OpenStore, openStore } from '../store/open.ts';
import { DAY, START } from '../testing/models.ts';
import { type EmptyStore, stores } from '../testing/stores.ts';
import { artifactPath, storeArtifact } from './artifacts.ts';
import { previewRollback, promote, rollback } from './promote.ts';
import { openRegistryKit } from './testdata/registry-kit.ts';
import { championOf, listVersions, registerVersion, versionOf } from './versions.ts';

describe.each(stores())('on $name', ({ make }) => {
  let empty: EmptyStore;
  let store: OpenStore;
  let clock: ManualClock;
  let ctx: Context;
  beforeEach(async () => {
    empty = await make();
    store = await openStore(empty.location);
    clock = new ManualClock(START);
    const config = Config.parse({ apiVersion: 'leeway/v1' });
    const jobs = new Jobs({ store, clock, log: pino({ level: 'silent' }) });
    const parts = { audit: new Audit(clock), events: new Events(clock), jobs, config: () => config };
    ctx = { store, clock, ...parts } as unknown as Context;
  });
  afterEach(async () => {
    await store.close();
    await empty.remove();
  });
  const loads = async () => {};
  const register = (model = 'm', hash = 'h1') =>
    store.db.transaction().execute((tx) =>
      registerVersion(tx, {
        model,
        createdAt: clock.now(),
        createdBy: 'test',
        run: null,
        parent: null,
        dataset: null,
        metrics: { roc_auc: 0.7, f1: null },
        params: { depth: 3 },
        artifact: { hash, bytes: 10, format: 'onnx' },
      }),
    );
  const to = (version: string) => promote(ctx, loads, { model: 'm', version, actor: 'ada', reason: 'better' });
  const names = (versions: VersionInfo[]) => versions.map(({ version, aliases }) => [version, ...aliases].join(' '));

  test('versions are numbered by model, and share what is the same file', async () => {
    expect([await register(), await register('m', 'h2'), await register('other')]).toEqual(['v1', 'v2', 'v1']);
    expect(names(await listVersions(store.db, 'm'))).toEqual(['v2', 'v1']);
    expect(await versionOf(store.db, 'm', 'v1')).toMatchObject({
      metrics: { roc_auc: 0.7, f1: null },
      params: { depth: 3 },
      artifact: { hash: 'h1', bytes: 10, format: 'onnx' },
      served: [],
    });
    await expect(versionOf(store.db, 'm', 'v9')).rejects.toThrow('"v9" of m; there are: v2, v1');
    expect(await store.db.selectFrom('artifacts').select('hash').orderBy('hash').execute()).toEqual([
      { hash: 'h1' },
      { hash: 'h2' },
    ]);
  });

  test('a promotion moves the alias, ends the serving before it, and is told and recorded', async () => {
    await register();
    await register();
    await to('v1');
    clock.advance(DAY);
    const promoted = await to('v2');
    expect(promoted).toMatchObject({
      version: 'v2',
      aliases: ['champion'],
      served: [{ from: iso(START + DAY), to: null, endedBy: null }],
    });
    const ended = { from: iso(START), to: iso(START + DAY), endedBy: 'promote' };
    expect((await versionOf(store.db, 'm', 'v1')).served).toEqual([ended]);
    expect((await ctx.audit.list(store.db, 1))[0]).toMatchObject({
      actor: 'ada',
      action: 'model.promote',
      subject: 'm',
      detail: { version: 'v2', previous: 'v1', reason: 'better' },
    });
    expect((await ctx.events.after(store.db, 0)).map(({ name, data }) => `${name} ${data['version']}`)).toEqual([
      'version.promoted v1',
      'version.promoted v2',
    ]);
    await to('v2'); // it serves already
    expect((await ctx.audit.list(store.db, 10)).length).toBe(2);
  });

  test('who served when', async () => {
    expect(await championOf(store.db, 'm')).toBeNull();
    await register();
    await register();
    await to('v1');
    clock.advance(2 * DAY);
    await to('v2');
    const at = async (days: number) => (await championOf(store.db, 'm', START + days * DAY))?.version;
    expect([await at(-1), await at(0), await at(1), await at(2), await at(30)]).toEqual(['v1', 'v1', 'v1', 'v2', 'v2']);
    expect((await championOf(store.db, 'm'))?.version).toBe('v2');
  });

  test('promotions at once leave one champion', async () => {
    for (let i = 0; i < 4; i++) await register();
    await Promise.allSettled(['v1', 'v2', 'v3', 'v4'].map(to));
    const open = await store.db.selectFrom('servings').select('version').where('endedAt', 'is', null).execute();
    const aliases = await store.db.selectFrom('aliases').select('version').execute();
    expect(open).toHaveLength(1);
    expect(aliases).toEqual(open);
    expect(await ctx.audit.firstBroken(store.db)).toBeNull();
  });

  test('what does not load is not promoted, and nothing is changed', async () => {
    await register();
    await register();
    await to('v1');
    const broken = async () => Promise.reject(new LeewayError('broken_model', 'v2'));
    await expect(promote(ctx, broken, { model: 'm', version: 'v2', actor: 'ada', reason: 'x' })).rejects.toThrow(/v2/);
    expect((await championOf(store.db, 'm'))?.version).toBe('v1');
    expect((await ctx.audit.list(store.db, 10)).length).toBe(1);
  });

  test('a rollback goes to the one before and is recorded as one; what was left by it has to be named to serve again', async () => {
    for (let i = 0; i < 3; i++) await register();
    await to('v1');
    clock.advance(DAY);
    await to('v3');
    clock.advance(DAY);
    const back = (version?: string) => rollback(ctx, loads, { model: 'm', version, actor: 'eve', reason: 'alarm' });
    const plan = await previewRollback(ctx, loads, { model: 'm' });
    expect(plan).toMatchObject({ from: 'v3', to: 'v1', loads: true, passedOver: [] });
    expect((await championOf(store.db, 'm'))?.version).toBe('v3');
    expect((await back()).version).toBe('v1');
    expect((await ctx.audit.list(store.db, 1))[0]).toMatchObject({
      actor: 'eve',
      action: 'model.rollback',
      detail: { version: 'v1', previous: 'v3' },
    });
    clock.advance(DAY);
    await expect(back()).rejects.toMatchObject({
      code: 'never_served',
      detail: expect.stringMatching(/v3 was rolled back from/),
    });
    expect((await back('v3')).version).toBe('v3');
    await expect(back('v2')).rejects.toMatchObject({ code: 'never_served' });
    await expect(back('v7')).rejects.toMatchObject({ code: 'unknown_version' });
  });

  test('a target that does not load is told of before, and nothing is changed', async () => {
    await register();
    await register();
    await to('v1');
    await to('v2');
    const broken = async () => Promise.reject(new LeewayError('broken_model', 'no such operator'));
    const plan = await previewRollback(ctx, broken, { model: 'm' });
    expect(plan).toMatchObject({ to: 'v1', loads: false, why: expect.stringMatching(/no such operator/) });
    await expect(rollback(ctx, broken, { model: 'm', actor: 'eve', reason: 'x' })).rejects.toThrow(/no such operator/);
    expect((await championOf(store.db, 'm'))?.version).toBe('v2');
  });

  test('a rollback leaves what it was to leave, not what somebody has promoted meanwhile', async () => {
    for (let i = 0; i < 3; i++) await register();
    await to('v1');
    await to('v2');
    const meanwhile = async () => void (await to('v3'));
    const late = rollback(ctx, meanwhile, { model: 'm', actor: 'eve', reason: 'x' });
    await expect(late).rejects.toMatchObject({ code: 'alias_moved', extra: { present: 'v3' } });
    expect((await championOf(store.db, 'm'))?.version).toBe('v3');
  });
});

describe.each(stores())('artifacts on $name', (form) => {
  test('an artifact is kept once under its hash, and mended if it is only half there', async () => {
    const { ctx, file, close } = await openRegistryKit(form);
    const { hash, bytes } = await storeArtifact(ctx, file('weights', 'model.onnx'));
    expect([hash.length, bytes]).toEqual([64, 7]);
    const path = artifactPath(ctx, hash);
    const made = statSync(path).mtimeMs;
    await storeArtifact(ctx, file('weights'));
    expect(statSync(path).mtimeMs).toBe(made);
    writeFileSync(path, 'wei');
    await storeArtifact(ctx, file('weights'));
    expect(readFileSync(path, 'utf8')).toBe('weights');
    await close();
  });
});
