import type { Kysely, Migration } from 'kysely';
import { createTables, type Dialect } from './create-tables.ts';

/** The trainings of a run, each with what its executor needs to find it again. */
export function executions(dialect: Dialect): Migration {
  const tables = createTables(dialect, {
    tables: {
      executions: {
        id: 'text',
        run: 'text',
        trial: 'bigint',
        rung: 'bigint',
        executor: 'text',
        state: 'text',
        native: 'text?',
        reason: 'text?',
        native_id: 'text?',
        handle: 'text?',
        url: 'text?',
        params: 'text',
        metrics: 'text',
        progress: 'double?',
        message: 'text?',
        candidate: 'text?',
        output: 'text',
        log: 'text',
        log_cursor: 'text?',
        attempts: 'bigint',
        trouble: 'text?',
        trouble_since: 'time?',
        cancel_asked_at: 'time?',
        created_at: 'time',
        started_at: 'time?',
        ended_at: 'time?',
      },
    },
    keys: { executions: ['id'] },
    indexes: [['executions_run', 'executions', ['run', 'trial'], true]],
  });
  return {
    async up(db: Kysely<unknown>) {
      await tables.up(db);
      await db.schema
        .alterTable('runs')
        .addColumn('params', 'text', (c) => c.notNull().defaultTo('{}'))
        .execute();
    },
  };
}
