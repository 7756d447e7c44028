import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../platform/clock.ts';
import { type OpenStore, openStore } from '../store/open.ts';
import { START } from '../testing/models.ts';
import { type EmptyStore, stores } from '../testing/stores.ts';
import { Events } from './events.ts';

describe.each(stores())('on $name', ({ name, make }) => {
  let empty: EmptyStore;
  let store: OpenStore;
  const events = new Events(new ManualClock(START));
  beforeEach(async () => {
    empty = await make();
    store = await openStore(empty.location);
  });
  afterEach(async () => {
    await store.close();
    await empty.remove();
  });
  const emit = (n: number, db = store.db) => events.emit(db, 'ingest.progress', 'm', { n });
  const numbers = (read: { data: Record<string, unknown> }[]) => read.map(({ data }) => data['n']);

  test('a reader goes on where it stood, and listeners are nudged', async () => {
    let nudges = 0;
    const stop = events.onNudge(() => {
      nudges += 1;
    });
    await emit(1);
    const reader = events.reader(store.db, await events.lastId(store.db));
    await emit(2);
    await emit(3);
    expect(numbers(await reader.next())).toEqual([2, 3]);
    expect(await reader.next()).toEqual([]);
    await emit(4);
    expect(numbers(await reader.next())).toEqual([4]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(nudges).toBe(4);
    stop();
  });

  test('an event that is undone is never read', async () => {
    const reader = events.reader(store.db, 0);
    const undone = store.db.transaction().execute(async (tx) => {
      await emit(1, tx);
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    await emit(2);
    expect(numbers(await reader.next())).toEqual([2]);
    expect(await reader.next()).toEqual([]);
  });

  test.runIf(name === 'postgres')(
    'an event whose transaction ends after that of a later one is not missed',
    async () => {
      const reader = events.reader(store.db, 0);
      await emit(1);
      expect(numbers(await reader.next())).toEqual([1]);
      let commit = () => {};
      const held = new Promise<void>((resolve) => {
        commit = resolve;
      });
      let written = () => {};
      const wrote = new Promise<void>((resolve) => {
        written = resolve;
      });
      const slow = store.db.transaction().execute(async (tx) => {
        await emit(2, tx);
        written();
        await held;
      });
      await wrote;
      await emit(3);
      expect(numbers(await reader.next())).toEqual([3]);
      commit();
      await slow;
      expect(numbers(await reader.next())).toEqual([2]);
      await emit(4);
      expect(numbers(await reader.next())).toEqual([4]);
    },
  );
});
