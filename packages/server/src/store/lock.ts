import type { StoreTx } from './open.ts';

/**
 * Holds back other transactions that ask for the same name, until this one ends: for what is read and then written from what
 * was read. SQLite has one writer anyway; in PostgreSQL it is the lock of a row. To be asked for before the first reading.
 */
export async function lockInTx(tx: StoreTx, name: string): Promise<void> {
  await tx
    .insertInto('settings')
    .values({ name: `lock/${name}`, value: '' })
    .onConflict((c) => c.column('name').doUpdateSet({ value: '' }))
    .execute();
}
