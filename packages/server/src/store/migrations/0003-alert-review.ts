import type { Kysely, Migration } from 'kysely';

/** What people and late labels say of an alert. */
export const alertReview: Migration = {
  async up(db: Kysely<unknown>) {
    const add = (name: string) => db.schema.alterTable('alerts').addColumn(name, 'text').execute();
    await add('assignee');
    await add('verdict');
    await db.schema.alterTable('alerts').addColumn('acknowledged_until', 'bigint').execute();
    await db.schema.alterTable('alerts').addColumn('cost', 'double precision').execute();
    await db.schema
      .alterTable('alerts')
      .addColumn('certainty', 'text', (c) => c.notNull().defaultTo('confirmed'))
      .execute();
    await db.schema
      .alterTable('alerts')
      .addColumn('flapping', 'bigint', (c) => c.notNull().defaultTo(0))
      .execute();
  },
};
