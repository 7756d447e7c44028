import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { iso } from '../platform/clock.ts';
import { DAY, START } from '../testing/models.ts';
import { stores } from '../testing/stores.ts';
import { aliasHistory, aliasOf, changeAlias, listAliases, replayAliases } from './aliases.ts';
import { promote, rollback } from './promote.ts';
import { servedAt } from './served-at.ts';
import { MODEL, openRegistryKit, type RegistryKit } from './testdata/registry-kit.ts';

describe.each(stores())('aliases on $name', (form) => {
  let kit: RegistryKit;
  beforeEach(async () => {
    kit = await openRegistryKit(form);
    for (const content of ['a', 'b', 'c']) await kit.version(content);
  });
  afterEach(() => kit.close());
  const loads = async () => {};
  const set = (alias: string, version: string | null, expected: string | null, store = kit.store) =>
    changeAlias({ ...kit.ctx, store }, { model: MODEL, alias, version, expected, actor: 'ann', reason: 'because' });

  test('an alias is set, moved and taken away, with who, when and why', async () => {
    expect(await set('staging', 'v1', null)).toEqual({ previous: null, warnings: [] });
    kit.clock.advance(DAY);
    expect(await set('staging', 'v2', 'v1')).toMatchObject({ previous: 'v1' });
    expect(await listAliases(kit.store.db, MODEL)).toEqual([
      { model: MODEL, alias: 'staging', version: 'v2', since: iso(START + DAY) },
    ]);
    kit.clock.advance(DAY);
    await set('staging', null, 'v2');
    expect(await aliasOf(kit.store.db, MODEL, 'staging')).toBeNull();
    const said = { model: MODEL, alias: 'staging', actor: 'ann', reason: 'because' };
    expect(await aliasHistory(kit.store.db, MODEL)).toMatchObject([
      { ...said, from: 'v2', to: null, at: iso(START + 2 * DAY) },
      { ...said, from: 'v1', to: 'v2', at: iso(START + DAY) },
      { ...said, from: null, to: 'v1', at: iso(START) },
    ]);
    expect((await kit.ctx.audit.list(kit.store.db, 9)).map(({ action }) => action)).toEqual([
      'alias.delete',
      'alias.set',
      'alias.set',
    ]);
  });

  test('it is moved only from where the caller believes it to be', async () => {
    await set('staging', 'v1', null);
    await expect(set('staging', 'v2', null)).rejects.toMatchObject({ code: 'alias_moved', extra: { present: 'v1' } });
    await expect(set('staging', 'v2', 'v3')).rejects.toThrow(/points to v1, expected v3/);
    await expect(set('staging', null, 'v3')).rejects.toMatchObject({ code: 'alias_moved' });
    await expect(set('other', null, null)).rejects.toMatchObject({ code: 'unknown_alias' });
    await expect(set('other', 'v9', null)).rejects.toMatchObject({ code: 'unknown_version' });
    await expect(set('champion', 'v1', null)).rejects.toMatchObject({ code: 'alias_name' });
    await expect(set('latest', 'v1', null)).rejects.toMatchObject({ code: 'alias_name' });
    expect(await aliasHistory(kit.store.db, MODEL)).toHaveLength(1);
    expect((await set('Staging', 'v1', null)).warnings).toEqual([expect.stringMatching(/"staging".*capitals/)]);
  });

  test('of writers that believe the same, one moves it', async () => {
    await set('staging', 'v1', null);
    const other = await kit.second();
    const tries = [kit.store, other, kit.store, other].map((store, i) =>
      set('staging', i % 2 === 0 ? 'v2' : 'v3', 'v1', store),
    );
    const outcomes = await Promise.allSettled(tries);
    const won = outcomes.flatMap((outcome, i) => (outcome.status === 'fulfilled' ? [i] : []));
    expect(won).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'alias_moved' });
    }
    expect(await aliasOf(kit.store.db, MODEL, 'staging')).toBe(won[0]! % 2 === 0 ? 'v2' : 'v3');
    expect(await aliasHistory(kit.store.db, MODEL)).toHaveLength(2);
  });

  test('the champion is moved by compare and set too', async () => {
    const to = (version: string, expected: string | null) =>
      promote(kit.ctx, loads, { model: MODEL, version, actor: 'ann', reason: 'x', expected });
    await to('v1', null);
    await expect(to('v2', null)).rejects.toMatchObject({ code: 'alias_moved', extra: { present: 'v1' } });
    await to('v2', 'v1');
    await rollback(kit.ctx, loads, { model: MODEL, actor: 'eve', reason: 'alarm' });
    const moves = await aliasHistory(kit.store.db, MODEL, { alias: 'champion' });
    expect(moves.map(({ from, to: next, actor }) => [from, next, actor])).toEqual([
      ['v2', 'v1', 'eve'],
      ['v1', 'v2', 'ann'],
      [null, 'v1', 'ann'],
    ]);
  });

  test('what served at a time', async () => {
    const at = async (days: number) => (await servedAt(kit.store.db, MODEL, START + days * DAY)).version;
    kit.clock.advance(DAY);
    await promote(kit.ctx, loads, { model: MODEL, version: 'v1', actor: 'ann', reason: 'first' });
    kit.clock.advance(2 * DAY);
    await promote(kit.ctx, loads, { model: MODEL, version: 'v2', actor: 'ann', reason: 'better' });
    expect([await at(0), await at(1), await at(2), await at(3), await at(9)]).toEqual([null, 'v1', 'v1', 'v2', 'v2']);
    expect(await servedAt(kit.store.db, MODEL, START + 2 * DAY)).toMatchObject({ actor: 'ann', reason: 'first' });
  });

  test('the history, replayed, is what there is', async () => {
    const step = fc.record({
      alias: fc.constantFrom('a', 'b', 'champion'),
      version: fc.constantFrom('v1', 'v2', 'v3', null),
      right: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        for (const { alias, version, right } of steps) {
          const present = await aliasOf(kit.store.db, MODEL, alias);
          const expected = right ? present : 'v9';
          const change = { model: MODEL, actor: 'ann', reason: 'x', expected };
          await (alias === 'champion'
            ? promote(kit.ctx, loads, { ...change, version: version ?? 'v1' })
            : changeAlias(kit.ctx, { ...change, alias, version })
          ).catch(() => {});
        }
        const moves = (await aliasHistory(kit.store.db, MODEL, { limit: 1_000 })).reverse();
        const present = await listAliases(kit.store.db, MODEL);
        expect(replayAliases(moves)).toEqual(new Map(present.map(({ alias, version }) => [alias, version])));
        const last = new Map<string, string | null>();
        for (const { alias, from, to } of moves) {
          expect(from).toBe(last.get(alias) ?? null);
          expect(to).not.toBe(from);
          last.set(alias, to);
        }
      }),
      { numRuns: 8 },
    );
  });
});
