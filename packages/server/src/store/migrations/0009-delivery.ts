import type { Kysely, Migration } from 'kysely';
import { createTables, type Dialect } from './create-tables.ts';

/** What channels know of groups, how channels are, and what becomes of a message that does not get through. */
export const delivery = (dialect: Dialect): Migration => ({
  async up(db: Kysely<unknown>) {
    await createTables(dialect, {
      tables: {
        receipts: { key: 'text', channel: 'text', receipt: 'text?', told: 'bigint', handed_to: 'text?' },
        channel_states: {
          channel: 'text',
          failing_since: 'time?',
          failures: 'bigint',
          last_error: 'text?',
          last_sent_at: 'time?',
          paused_until: 'time?',
          disabled_at: 'time?',
          disabled_reason: 'text?',
          config_hash: 'text',
        },
      },
      keys: { receipts: ['key', 'channel'], channel_states: ['channel'] },
      indexes: [
        ['deliveries_group', 'deliveries', ['group_key', 'channel']],
        ['jobs_lane', 'jobs', ['lane', 'id']],
        ['jobs_kind', 'jobs', ['kind', 'state', 'run_at', 'id']],
      ],
    }).up(db);
    const table = () => db.schema.alterTable('deliveries');
    await table().addColumn('failure', 'text').execute();
    await table().addColumn('failover_of', 'text').execute();
    await table().addColumn('queued_at', 'bigint').execute();
  },
});
