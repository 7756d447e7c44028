import type { Kysely, Migration } from 'kysely';

/** Silences that end by themselves, and what each group holds back. */
export const mutings: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('groups').addColumn('held', 'text').execute();
    await db.schema
      .alterTable('silences')
      .addColumn('kind', 'text', (c) => c.notNull().defaultTo('silence'))
      .execute();
    for (const [name, value] of [
      ['until_resolved', 0],
      ['tell_start', 0],
      ['tell_end', 1],
    ] as const) {
      await db.schema
        .alterTable('silences')
        .addColumn(name, 'bigint', (c) => c.notNull().defaultTo(value))
        .execute();
    }
    for (const name of ['idle_ms', 'matched_at']) {
      await db.schema.alterTable('silences').addColumn(name, 'bigint').execute();
    }
    await db.schema.createIndex('silences_ends').on('silences').column('ends_at').execute();
    await db.schema.createIndex('alerts_instance').on('alerts').columns(['model', 'rule', 'instance']).execute();
    await db.schema.createIndex('deliveries_channel').on('deliveries').columns(['channel', 'created_at']).execute();
  },
};
