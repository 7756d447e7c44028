import { type Kysely, type Migration, sql } from 'kysely';

export type Dialect = 'sqlite' | 'postgres';

/** `time` is milliseconds since 1970, `serial` a number that counts by itself; with "?" it may be null. */
type ColumnKind = 'text' | 'bigint' | 'double' | 'time';

export interface TablesSpec {
  /** Columns by table, in snake_case. */
  tables: Record<string, Record<string, ColumnKind | `${ColumnKind}?` | 'serial'>>;
  /** Columns of the primary key by table; none where a serial column is the key. */
  keys: Record<string, string[]>;
  indexes?: [name: string, table: string, columns: string[], unique?: boolean][];
}

/**
 * A migration that makes new tables. A serial key is the one place where the two databases differ: SQLite counts an
 * integer primary key by itself, PostgreSQL wants to be told.
 */
export function createTables(dialect: Dialect, { tables, keys, indexes = [] }: TablesSpec): Migration {
  const serial = dialect === 'sqlite' ? sql`integer primary key autoincrement` : sql`bigserial primary key`;
  return {
    async up(db: Kysely<unknown>) {
      for (const [name, columns] of Object.entries(tables)) {
        let table = db.schema.createTable(name);
        for (const [column, type] of Object.entries(columns)) {
          table =
            type === 'serial'
              ? table.addColumn(column, serial)
              : table.addColumn(column, dataType(type), (c) => (type.endsWith('?') ? c : c.notNull()));
        }
        const key = keys[name];
        if (key) table = table.addPrimaryKeyConstraint(`${name}_key`, key as never);
        await table.execute();
      }
      for (const [name, table, columns, unique] of indexes) {
        const index = db.schema.createIndex(name).on(table).columns(columns);
        await (unique ? index.unique() : index).execute();
      }
    },
  };
}

function dataType(type: string): 'text' | 'bigint' | 'double precision' {
  const base = type.replace('?', '');
  return base === 'time' ? 'bigint' : base === 'double' ? 'double precision' : (base as 'text' | 'bigint');
}
