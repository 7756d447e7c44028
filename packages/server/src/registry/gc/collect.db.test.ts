import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY } from '../../testing/models.ts';
import { stores } from '../../testing/stores.ts';
import { changeAlias } from '../aliases.ts';
import { artifactPath, storeArtifact } from '../artifacts.ts';
import { promote } from '../promote.ts';
import { registerFromOutside } from '../register.ts';
import { MODEL, openRegistryKit, type RegistryKit } from '../testdata/registry-kit.ts';
import { listVersions, versionOf } from '../versions.ts';
import { collectGarbage } from './collect.ts';

describe.each(stores())('collection of garbage on $name', (form) => {
  let kit: RegistryKit;
  beforeEach(async () => {
    kit = await openRegistryKit(form);
    kit.configure({ keep: 1, after: '10d' });
  });
  afterEach(() => kit.close());
  const collect = (dryRun = false) => collectGarbage(kit.ctx, { dryRun, actor: 'ann' });
  const there = async (version: string) => {
    const { artifact } = await versionOf(kit.store.db, MODEL, version);
    return existsSync(artifactPath(kit.ctx, artifact.hash));
  };

  test('what nothing needs is marked, goes a day later, and its version stays on record', async () => {
    for (const content of ['one', 'two', 'three']) await kit.version(content);
    await promote(kit.ctx, async () => {}, { model: MODEL, version: 'v1', actor: 'ann', reason: 'x' });
    expect((await collect()).marked).toEqual([]);
    kit.clock.advance(10 * DAY);
    const named = [expect.objectContaining({ bytes: 3, versions: [`${MODEL} v2`] })];
    expect(await collect(true)).toMatchObject({ dryRun: true, kept: 2, marked: named, deleted: [] });
    expect(await collect()).toMatchObject({ kept: 2, marked: named, deleted: [], bytes: 0 });
    kit.clock.advance(DAY - 1);
    expect((await collect()).deleted).toEqual([]);
    kit.clock.advance(1);
    expect(await collect(true)).toMatchObject({ deleted: named, bytes: 3 });
    expect(await there('v2')).toBe(true);
    expect(await collect()).toMatchObject({ deleted: named, bytes: 3 });
    expect([await there('v1'), await there('v2'), await there('v3')]).toEqual([true, false, true]);
    const { artifact } = await versionOf(kit.store.db, MODEL, 'v2');
    expect(artifact.deletedAt).not.toBeNull();
    expect((await kit.ctx.audit.list(kit.store.db, 1))[0]).toMatchObject({ action: 'artifact.delete', actor: 'ann' });
    expect(await collect()).toMatchObject({ marked: [], deleted: [] });
  });

  test('what somebody needs again meanwhile stays', async () => {
    for (const content of ['one', 'two', 'three']) await kit.version(content);
    kit.clock.advance(10 * DAY);
    expect((await collect()).marked).toHaveLength(2);
    await changeAlias(kit.ctx, {
      model: MODEL,
      alias: 'kept',
      version: 'v1',
      expected: null,
      actor: 'ann',
      reason: 'x',
    });
    await storeArtifact(kit.ctx, kit.file('two'));
    kit.clock.advance(DAY);
    expect((await collect()).deleted).toEqual([]);
    kit.clock.advance(DAY);
    expect((await collect()).deleted.map(({ versions }) => versions)).toEqual([[`${MODEL} v2`]]);
    expect([await there('v1'), await there('v2')]).toEqual([true, false]);
  });

  test('an artifact that comes again after it went is there again, for all versions that have it', async () => {
    await kit.version('one');
    await kit.version('two');
    kit.clock.advance(10 * DAY);
    await collect();
    kit.clock.advance(DAY);
    await collect();
    expect(await there('v1')).toBe(false);
    const gone = (await versionOf(kit.store.db, MODEL, 'v1')).artifact.hash;
    const register = () =>
      registerFromOutside(kit.ctx, async () => {}, {
        ...{ model: MODEL, actor: 'ann', artifact: gone, format: 'external', metrics: {}, params: {} },
        ...{ tags: {}, description: '', environment: {} },
      });
    await expect(register()).rejects.toMatchObject({ code: 'artifact_deleted' });
    await storeArtifact(kit.ctx, kit.file('one'));
    const { version } = await register();
    expect([version.version, version.artifact.deletedAt, await there('v1')]).toEqual(['v3', null, true]);
  });

  test('a file that no row knows, as a killed process leaves it, goes too', async () => {
    const orphan = artifactPath(kit.ctx, 'ab'.repeat(32));
    mkdirSync(dirname(orphan), { recursive: true });
    writeFileSync(orphan, 'x');
    await collect();
    kit.clock.advance(DAY);
    await collect();
    expect(existsSync(orphan)).toBe(false);
  });

  test('killed between the file and its row, the next one goes on', async () => {
    await kit.version('one');
    await kit.version('two');
    kit.clock.advance(10 * DAY);
    await collect();
    kit.clock.advance(DAY);
    const emit = kit.ctx.audit.append.bind(kit.ctx.audit);
    kit.ctx.audit.append = async () => {
      throw new Error('killed');
    };
    await expect(collect()).rejects.toThrow('killed');
    kit.ctx.audit.append = emit;
    expect((await versionOf(kit.store.db, MODEL, 'v1')).artifact.deletedAt).toBeNull();
    expect((await collect()).deleted).toHaveLength(1);
    expect((await versionOf(kit.store.db, MODEL, 'v1')).artifact.deletedAt).not.toBeNull();
  });

  test('whatever happens in whatever order, what is needed is there', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('register' as const), content: fc.constantFrom('a', 'b', 'c', 'd') }),
      fc.record({ do: fc.constant('store' as const), content: fc.constantFrom('a', 'b', 'c', 'd') }),
      fc.record({ do: fc.constant('promote' as const), which: fc.nat(9) }),
      fc.record({ do: fc.constant('alias' as const), which: fc.nat(9) }),
      fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 12 }) }),
      fc.constant({ do: 'collect' as const }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 16 }), async (steps) => {
        for (const given of steps) {
          const all = await listVersions(kit.store.db, MODEL);
          const one = 'which' in given ? all[given.which % Math.max(1, all.length)] : undefined;
          if (given.do === 'register') await kit.version(given.content);
          if (given.do === 'store') await storeArtifact(kit.ctx, kit.file(given.content));
          if (given.do === 'wait') kit.clock.advance(given.days * DAY);
          if (given.do === 'collect') await collect();
          // Nobody makes a version without a file the champion: it would not load.
          if (!one || one.artifact.deletedAt !== null) continue;
          const change = { model: MODEL, version: one.version, actor: 'ann', reason: 'x' };
          if (given.do === 'promote') await promote(kit.ctx, async () => {}, change);
          if (given.do === 'alias') {
            const expected = all.find(({ aliases }) => aliases.includes('kept'))?.version ?? null;
            await changeAlias(kit.ctx, { ...change, alias: 'kept', expected });
          }
        }
        const versions = await listVersions(kit.store.db, MODEL);
        for (const [newer, { version, artifact, aliases, served }] of versions.entries()) {
          const present = existsSync(artifactPath(kit.ctx, artifact.hash));
          expect([version, present]).toEqual([version, artifact.deletedAt === null]);
          if (newer === 0 || aliases.length > 0 || served.length > 0)
            expect([version, present]).toEqual([version, true]);
        }
      }),
      { numRuns: 4 },
    );
  });
});
