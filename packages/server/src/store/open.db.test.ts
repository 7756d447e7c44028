import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { stores } from '../testing/stores.ts';
import { openStore } from './open.ts';

describe.each(stores())('on $name', ({ name, make }) => {
  test('what was written is there when it is opened again, and migrations run once', async () => {
    const empty = await make();
    const first = await openStore(empty.location);
    expect(first.dialect).toBe(name);
    await first.db.insertInto('settings').values({ name: 'a', value: '1' }).execute();
    await first.close();
    const second = await openStore(empty.location);
    expect(await second.db.selectFrom('settings').selectAll().execute()).toEqual([{ name: 'a', value: '1' }]);
    await second.close();
    await empty.remove();
  });

  test('times and counts come back as numbers', async () => {
    const empty = await make();
    const store = await openStore(empty.location);
    const at = 4_102_444_800_123;
    await store.db.insertInto('events').values({ at, name: 'x', model: null, data: '{}' }).execute();
    const [row] = await store.db.selectFrom('events').selectAll().execute();
    expect(row).toEqual({ id: 1, at, name: 'x', model: null, data: '{}' });
    await store.close();
    await empty.remove();
  });

  test.runIf(name === 'postgres')('replicas may open an empty store at once', async () => {
    const empty = await make();
    const opened = await Promise.all(Array.from({ length: 4 }, () => openStore(empty.location)));
    for (const store of opened) expect(await store.db.selectFrom('jobs').selectAll().execute()).toEqual([]);
    await Promise.all(opened.map((store) => store.close()));
    await empty.remove();
  });

  test.runIf(name === 'postgres')(
    'connections that the server ends end neither the process nor the store',
    async () => {
      const empty = await make();
      const store = await openStore(empty.location);
      const other = await openStore(empty.location);
      const endAll = () =>
        sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(
          other.db,
        );
      await store.db.selectFrom('settings').selectAll().execute();
      await endAll(); // while idle
      await expect
        .poll(() =>
          store.db
            .selectFrom('settings')
            .selectAll()
            .execute()
            .then(
              (rows) => rows.length,
              () => -1,
            ),
        )
        .toBe(0);
      const failed = store.db.transaction().execute(async (tx) => {
        await tx.insertInto('settings').values({ name: 'a', value: '1' }).execute();
        await endAll(); // in the midst of it
        await tx.insertInto('settings').values({ name: 'b', value: '1' }).execute();
      });
      await expect(failed).rejects.toThrow();
      await expect
        .poll(() =>
          store.db
            .selectFrom('settings')
            .selectAll()
            .execute()
            .then(
              (rows) => rows.length,
              () => -1,
            ),
        )
        .toBe(0);
      await store.close();
      await other.close();
      await empty.remove();
    },
  );
});
