import { type Kysely, type Migration, sql } from 'kysely';
import { createTables, type Dialect } from './create-tables.ts';

/** The history of aliases, what people say of versions, garbage collection, and how it stands with other registries. */
export const registry = (dialect: Dialect): Migration => ({
  async up(db: Kysely<unknown>) {
    await createTables(dialect, {
      tables: {
        alias_moves: {
          id: 'serial',
          model: 'text',
          alias: 'text',
          from_version: 'text?',
          to_version: 'text?',
          at: 'time',
          actor: 'text',
          reason: 'text',
        },
        stage_notes: {
          id: 'serial',
          model: 'text',
          version: 'text',
          stage: 'text',
          note: 'text',
          actor: 'text',
          at: 'time',
        },
        version_links: {
          model: 'text',
          version: 'text',
          kind: 'text',
          reference: 'text',
          url: 'text?',
          at: 'time',
        },
        mlflow_syncs: {
          model: 'text',
          wanted: 'bigint',
          done: 'bigint',
          synced_at: 'time?',
          error: 'text?',
          drift: 'text',
          imported: 'bigint',
        },
        hook_deliveries: { source: 'text', id: 'text', at: 'time', outcome: 'text' },
      },
      keys: {
        version_links: ['model', 'version', 'kind', 'reference'],
        mlflow_syncs: ['model'],
        hook_deliveries: ['source', 'id'],
      },
      indexes: [
        ['alias_moves_model', 'alias_moves', ['model', 'alias', 'id']],
        ['stage_notes_version', 'stage_notes', ['model', 'version', 'id']],
        ['version_links_reference', 'version_links', ['kind', 'reference']],
      ],
    }).up(db);
    for (const column of ['description', 'tags', 'code_commit', 'dataset_reference', 'environment', 'register_key']) {
      await db.schema.alterTable('versions').addColumn(column, 'text').execute();
    }
    // Null is not equal to null in either database: versions without a key do not stand in each other's way.
    await db.schema.createIndex('versions_once').on('versions').columns(['model', 'register_key']).unique().execute();
    await db.schema.createIndex('versions_artifact').on('versions').column('artifact_hash').execute();
    await db.schema.alterTable('servings').addColumn('ended_by', 'text').execute();
    await db.schema.alterTable('artifacts').addColumn('marked_at', 'bigint').execute();
    await db.schema.alterTable('artifacts').addColumn('deleted_at', 'bigint').execute();
    // What aliases there are begins their history.
    await sql`insert into alias_moves (model, alias, from_version, to_version, at, actor, reason)
      select model, alias, null, version, since, 'leeway', 'before there was a history' from aliases`.execute(db);
  },
});
