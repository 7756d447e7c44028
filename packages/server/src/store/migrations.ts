import { type Kysely, type Migration, sql } from 'kysely';

/**
 * The store's migrations, in order; a landed one is never changed. `serial` is the one place where the two databases
 * differ: SQLite counts an integer primary key by itself, PostgreSQL wants to be told.
 */
export function migrations(dialect: 'sqlite' | 'postgres'): Record<string, Migration> {
  const serial = dialect === 'sqlite' ? sql`integer primary key autoincrement` : sql`bigserial primary key`;
  return {
    '0001_initial': {
      async up(db: Kysely<unknown>) {
        const tables: Record<string, Record<string, string>> = {
          config_revisions: { id: 'serial', applied_at: 'time', actor: 'text', hash: 'text', document: 'text' },
          versions: {
            model: 'text',
            version: 'text',
            number: 'bigint',
            created_at: 'time',
            created_by: 'text',
            run: 'text?',
            parent: 'text?',
            dataset: 'text?',
            metrics: 'text',
            params: 'text',
            artifact_hash: 'text',
            format: 'text',
          },
          aliases: { model: 'text', alias: 'text', version: 'text', since: 'time' },
          servings: {
            id: 'serial',
            model: 'text',
            version: 'text',
            started_at: 'time',
            ended_at: 'time?',
            actor: 'text',
            reason: 'text',
          },
          artifacts: { hash: 'text', bytes: 'bigint', created_at: 'time' },
          windows: {
            model: 'text',
            monitor: 'text',
            start_at: 'time',
            end_at: 'time',
            state: 'text',
            revision: 'bigint',
            rows: 'bigint',
            labelled: 'bigint',
          },
          rule_states: {
            model: 'text',
            rule: 'text',
            instance: 'text',
            state: 'text',
            window_end: 'time',
            revision: 'bigint',
          },
          alerts: {
            id: 'text',
            model: 'text',
            rule: 'text',
            instance: 'text',
            state: 'text',
            no_data: 'bigint',
            severity: 'text',
            labels: 'text',
            metric: 'text',
            column: 'text',
            slice: 'text',
            version: 'text',
            value: 'double?',
            threshold: 'double?',
            window_start: 'time',
            window_end: 'time',
            summary: 'text',
            cause: 'text?',
            evidence: 'text',
            runbook: 'text?',
            active_at: 'time',
            fired_at: 'time?',
            resolved_at: 'time?',
            acknowledged_by: 'text?',
            acknowledged_at: 'time?',
          },
          alert_history: { id: 'serial', alert: 'text', at: 'time', from_state: 'text', to_state: 'text', why: 'text' },
          silences: {
            id: 'text',
            matchers: 'text',
            starts_at: 'time',
            ends_at: 'time',
            created_by: 'text',
            comment: 'text',
          },
          groups: {
            key: 'text',
            route: 'text',
            labels: 'text',
            channel: 'text',
            firing: 'text?',
            resolved: 'text?',
            notified_at: 'time?',
            flush_at: 'time?',
            sequence: 'bigint',
          },
          group_members: { key: 'text', channel: 'text', alert: 'text' },
          deliveries: {
            id: 'text',
            channel: 'text',
            group_key: 'text',
            reason: 'text',
            state: 'text',
            attempts: 'bigint',
            error: 'text?',
            created_at: 'time',
            sent_at: 'time?',
            subject: 'text',
            message: 'text',
          },
          delivery_alerts: { delivery: 'text', alert: 'text' },
          runs: {
            id: 'text',
            model: 'text',
            key: 'text',
            state: 'text',
            trigger: 'text',
            reason: 'text',
            alert: 'text?',
            champion: 'text?',
            challenger: 'text?',
            dataset: 'text?',
            gates: 'text',
            decision: 'text?',
            error: 'text?',
            log: 'text',
            created_at: 'time',
            updated_at: 'time',
            ended_at: 'time?',
          },
          jobs: {
            id: 'serial',
            kind: 'text',
            key: 'text',
            lane: 'text?',
            payload: 'text',
            run_at: 'time',
            attempts: 'bigint',
            state: 'text',
            lease_owner: 'text?',
            lease_until: 'time?',
            error: 'text?',
          },
          events: { id: 'serial', at: 'time', name: 'text', model: 'text?', data: 'text' },
          audit: {
            seq: 'bigint',
            at: 'time',
            actor: 'text',
            action: 'text',
            subject: 'text',
            detail: 'text',
            hash: 'text',
          },
          tokens: {
            id: 'text',
            name: 'text',
            role: 'text',
            hash: 'text',
            kind: 'text',
            created_at: 'time',
            expires_at: 'time?',
          },
          settings: { name: 'text', value: 'text' },
        };
        const keys: Record<string, string[]> = {
          versions: ['model', 'version'],
          aliases: ['model', 'alias'],
          artifacts: ['hash'],
          windows: ['model', 'monitor', 'start_at'],
          rule_states: ['model', 'rule', 'instance'],
          alerts: ['id'],
          silences: ['id'],
          groups: ['key', 'channel'],
          group_members: ['key', 'channel', 'alert'],
          delivery_alerts: ['alert', 'delivery'],
          deliveries: ['id'],
          runs: ['id'],
          audit: ['seq'],
          tokens: ['id'],
          settings: ['name'],
        };
        for (const [name, columns] of Object.entries(tables)) {
          let table = db.schema.createTable(name);
          for (const [column, type] of Object.entries(columns)) {
            if (type === 'serial') {
              table = table.addColumn(column, serial);
              continue;
            }
            const base = type.replace('?', '');
            const dataType =
              base === 'time' ? 'bigint' : base === 'double' ? 'double precision' : (base as 'text' | 'bigint');
            table = table.addColumn(column, dataType, (c) => (type.endsWith('?') ? c : c.notNull()));
          }
          const key = keys[name];
          if (key) table = table.addPrimaryKeyConstraint(`${name}_key`, key as never);
          await table.execute();
        }
        const indexes: [name: string, table: string, columns: string[], unique?: boolean][] = [
          ['versions_number', 'versions', ['model', 'number'], true],
          ['servings_model', 'servings', ['model', 'started_at']],
          ['windows_state', 'windows', ['state', 'end_at']],
          ['alerts_model', 'alerts', ['model', 'state']],
          ['alert_history_alert', 'alert_history', ['alert']],
          ['group_members_alert', 'group_members', ['alert']],
          ['deliveries_state', 'deliveries', ['state', 'created_at']],
          ['runs_model', 'runs', ['model', 'created_at']],
          ['runs_once', 'runs', ['model', 'key'], true],
          ['jobs_once', 'jobs', ['kind', 'key'], true],
          ['jobs_due', 'jobs', ['state', 'run_at']],
          ['tokens_hash', 'tokens', ['hash'], true],
        ];
        for (const [name, table, columns, unique] of indexes) {
          const index = db.schema.createIndex(name).on(table).columns(columns);
          await (unique ? index.unique() : index).execute();
        }
      },
    },
    '0002_detector_streams': {
      async up(db: Kysely<unknown>) {
        await db.schema
          .createTable('detector_streams')
          .addColumn('model', 'text', (c) => c.notNull())
          .addColumn('monitor', 'text', (c) => c.notNull())
          .addColumn('detector', 'text', (c) => c.notNull())
          .addColumn('source', 'text', (c) => c.notNull())
          .addColumn('version', 'text', (c) => c.notNull())
          .addColumn('window_end', 'bigint', (c) => c.notNull())
          .addColumn('state', 'text', (c) => c.notNull())
          .addPrimaryKeyConstraint('detector_streams_key', ['model', 'monitor', 'detector', 'source', 'version'])
          .execute();
      },
    },
  };
}
