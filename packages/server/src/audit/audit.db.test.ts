import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../platform/clock.ts';
import { type OpenStore, openStore } from '../store/open.ts';
import { START } from '../testing/models.ts';
import { type EmptyStore, stores } from '../testing/stores.ts';
import { Audit } from './audit.ts';

describe.each(stores())('on $name', ({ make }) => {
  let empty: EmptyStore;
  let store: OpenStore;
  const clock = new ManualClock(START);
  const audit = new Audit(clock);
  beforeEach(async () => {
    empty = await make();
    store = await openStore(empty.location);
    for (const n of [1, 2, 3, 4, 5]) await write(n);
  });
  afterEach(async () => {
    await store.close();
    await empty.remove();
  });
  const write = (n: number) =>
    store.db
      .transaction()
      .execute((tx) => audit.append(tx, 'ada', 'model.promote', `model ${n}`, { n, text: 'ä "quoted"' }));
  // The types of the audit table allow no change; someone with the database in hand does.
  const change = (values: object, seq: number) =>
    store.db
      .updateTable('audit' as 'settings')
      .set(values as never)
      .where('seq' as 'name', '=', seq as never)
      .execute();

  test('an untouched trail holds, and is read newest first', async () => {
    expect(await audit.firstBroken(store.db)).toBeNull();
    expect((await audit.list(store.db, 2)).map(({ seq }) => seq)).toEqual([5, 4]);
    expect(await audit.list(store.db, 1, 4)).toMatchObject([
      { seq: 3, actor: 'ada', subject: 'model 3', detail: { n: 3 }, at: '2026-03-02T00:00:00.000Z' },
    ]);
  });

  const tampered: { name: string; change: object; seq: number }[] = [
    { name: 'another actor', change: { actor: 'eve' }, seq: 3 },
    { name: 'another time', change: { at: START + 1 }, seq: 1 },
    { name: 'another action', change: { action: 'model.rollback' }, seq: 5 },
    { name: 'another subject', change: { subject: 'model 9' }, seq: 2 },
    { name: 'another detail', change: { detail: '{"n":3}' }, seq: 4 },
    { name: 'another hash', change: { hash: '0'.repeat(64) }, seq: 3 },
    { name: 'a word moved from one column to the next', change: { actor: 'ad', action: 'amodel.promote' }, seq: 3 },
  ];
  test.each(tampered)('$name shows', async ({ change: values, seq }) => {
    await change(values, seq);
    expect(await audit.firstBroken(store.db)).toBe(seq);
  });

  test('an entry that was taken out shows', async () => {
    await store.db.deleteFrom('audit').where('seq', '=', 3).execute();
    expect(await audit.firstBroken(store.db)).toBe(4);
  });

  test('entries of transactions at once follow one another', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => write(100 + i)));
    expect(await audit.firstBroken(store.db)).toBeNull();
    expect((await audit.list(store.db, 100)).length).toBe(25);
  });

  test('what is undone leaves no entry', async () => {
    const undone = store.db.transaction().execute(async (tx) => {
      await audit.append(tx, 'ada', 'model.promote', 'x');
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    await write(6);
    expect(await audit.firstBroken(store.db)).toBeNull();
    expect((await audit.list(store.db, 1))[0]!.seq).toBe(6);
  });
});
