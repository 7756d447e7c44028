import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeewayError, type VersionInfo } from '@leeway/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Audit } from '../audit/audit.ts';
import type { Context } from '../context.ts';
import { Events } from '../events/events.ts';
import { iso, ManualClock } from '../platform/clock.ts';
import { type OpenStore, openStore } from '../store/open.ts';
import { DAY, START } from '../testing/models.ts';
import { type EmptyStore, stores } from '../testing/stores.ts';
import { artifactPath, storeArtifact } from './artifacts.ts';
import { promote, rollback, rollbackTarget } from './promote.ts';
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
    ctx = { store, clock, audit: new Audit(clock), events: new Events(clock) } as unknown as Context;
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
      served: [{ from: iso(START + DAY), to: null }],
    });
    expect((await versionOf(store.db, 'm', 'v1')).served).toEqual([{ from: iso(START), to: iso(START + DAY) }]);
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

  test('a rollback goes to the one before, is recorded as one, and a second one goes back again', async () => {
    for (let i = 0; i < 3; i++) await register();
    await to('v1');
    clock.advance(DAY);
    await to('v3');
    clock.advance(DAY);
    const back = (version?: string) => rollback(ctx, loads, { model: 'm', version, actor: 'eve', reason: 'alarm' });
    expect((await back()).version).toBe('v1');
    expect((await ctx.audit.list(store.db, 1))[0]).toMatchObject({
      actor: 'eve',
      action: 'model.rollback',
      detail: { version: 'v1', previous: 'v3' },
    });
    clock.advance(DAY);
    expect((await back()).version).toBe('v3');
    await expect(back('v2')).rejects.toMatchObject({ code: 'never_served' });
    await expect(back('v7')).rejects.toMatchObject({ code: 'unknown_version' });
  });
});

describe('where a rollback goes', () => {
  const version = (name: string, served: [from: number, to: number | null][] = []): VersionInfo =>
    ({
      model: 'm',
      version: name,
      aliases: served.some(([, end]) => end === null) ? ['champion'] : [],
      served: served.map(([from, end]) => ({ from: iso(from), to: end === null ? null : iso(end) })),
    }) as unknown as VersionInfo;
  const cases: { name: string; versions: VersionInfo[]; asked?: string; target?: string; code?: string }[] = [
    { name: 'to the one before', versions: [version('v2', [[1, null]]), version('v1', [[0, 1]])], target: 'v1' },
    {
      name: 'to the last that served, not the newest',
      versions: [version('v3', [[0, 1]]), version('v2', [[2, null]]), version('v1', [[1, 2]])],
      target: 'v1',
    },
    {
      name: 'not to one that never served',
      versions: [version('v3'), version('v2', [[1, null]]), version('v1', [[0, 1]])],
      target: 'v1',
    },
    {
      name: 'to the one asked for',
      versions: [version('v3', [[2, null]]), version('v2', [[1, 2]]), version('v1', [[0, 1]])],
      asked: 'v1',
      target: 'v1',
    },
    {
      name: 'from nothing that serves to the last that did',
      versions: [version('v2', [[1, 5]]), version('v1', [[0, 1]])],
      target: 'v2',
    },
    {
      name: 'nowhere, with one that served',
      versions: [version('v2'), version('v1', [[0, null]])],
      code: 'never_served',
    },
    { name: 'nowhere, without any', versions: [], code: 'never_served' },
    {
      name: 'not to one asked for that never served',
      versions: [version('v2'), version('v1', [[0, null]])],
      asked: 'v2',
      code: 'never_served',
    },
    {
      name: 'not to one that is not there',
      versions: [version('v1', [[0, null]])],
      asked: 'v2',
      code: 'unknown_version',
    },
  ];
  test.each(cases)('$name', ({ versions, asked, target, code }) => {
    if (code) expect(() => rollbackTarget(versions, asked)).toThrow(expect.objectContaining({ code }));
    else expect(rollbackTarget(versions, asked)).toBe(target);
  });
});

test('an artifact is kept once under its hash, and mended if it is only half there', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'leeway-artifacts-'));
  const file = join(dataDir, 'model.onnx');
  writeFileSync(file, 'weights');
  const { hash, bytes } = await storeArtifact({ dataDir }, file);
  expect([hash.length, bytes]).toEqual([64, 7]);
  const path = artifactPath({ dataDir }, hash);
  const made = statSync(path).mtimeMs;
  await storeArtifact({ dataDir }, file);
  expect(statSync(path).mtimeMs).toBe(made);
  writeFileSync(path, 'wei');
  await storeArtifact({ dataDir }, file);
  expect(readFileSync(path, 'utf8')).toBe('weights');
  rmSync(dataDir, { recursive: true });
});
