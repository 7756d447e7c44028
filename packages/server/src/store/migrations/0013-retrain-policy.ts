import { type Kysely, type Migration, sql } from 'kysely';
import { createTables, type Dialect } from './create-tables.ts';

/** Why a run began or was held back, who decided on it, and until when that is possible. */
export function retrainPolicy(dialect: Dialect): Migration {
  const tables = createTables(dialect, {
    tables: {
      run_occasions: { model: 'text', key: 'text', run: 'text' },
      retrain_policies: {
        model: 'text',
        triggers: 'text',
        since: 'time',
        breaker_closed_at: 'time?',
        refused: 'text',
      },
    },
    keys: { run_occasions: ['model', 'key'], retrain_policies: ['model'] },
  });
  return {
    async up(db: Kysely<unknown>) {
      await tables.up(db);
      for (const column of ['begun_at', 'expires_at'])
        await db.schema.alterTable('runs').addColumn(column, 'bigint').execute();
      for (const column of ['decided_by', 'comment'])
        await db.schema.alterTable('runs').addColumn(column, 'text').execute();
      for (const column of ['passed_over', 'asked']) {
        await db.schema
          .alterTable('runs')
          .addColumn(column, 'text', (c) => c.notNull().defaultTo('[]'))
          .execute();
      }
      await db.schema
        .alterTable('runs')
        .addColumn('first_promotion', 'bigint', (c) => c.notNull().defaultTo(0))
        .execute();
      await sql`update runs set begun_at = created_at where state <> 'vetoed'`.execute(db);
    },
  };
}
