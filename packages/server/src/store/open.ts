import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  CamelCasePlugin,
  type Dialect,
  Kysely,
  Migrator,
  PostgresDialect,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteStatement,
  type Transaction,
} from 'kysely';
import { migrations } from './migrations/index.ts';
import type { Schema } from './schema.ts';

export type Store = Kysely<Schema>;
export type StoreTx = Transaction<Schema>;
/** For queries that run as well inside a transaction as outside. */
export type StoreReader = Store | StoreTx;

export interface OpenStore {
  db: Store;
  dialect: 'sqlite' | 'postgres';
  close(): Promise<void>;
}

/**
 * Opens the store and brings its schema up to date.
 * `location` is a path for the embedded form (SQLite, one file), or a postgres:// address for the served one.
 */
export async function openStore(location: string): Promise<OpenStore> {
  const served = /^postgres(ql)?:\/\//.test(location);
  const dialect = served ? await postgres(location) : await sqlite(location);
  const db = new Kysely<Schema>({ dialect, plugins: [new CamelCasePlugin()] });
  const kind = served ? 'postgres' : 'sqlite';
  // Without CamelCasePlugin: the migrator's own tables have fixed names.
  const migrator = new Migrator({ db: db.withoutPlugins(), provider: { getMigrations: async () => migrations(kind) } });
  const { error } = await migrator.migrateToLatest();
  if (error) {
    await db.destroy();
    throw error;
  }
  return { db, dialect: kind, close: () => db.destroy() };
}

async function sqlite(path: string): Promise<Dialect> {
  const { default: Database } = await import('libsql');
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('busy_timeout = 5000');
  return new SqliteDialect({ database: keepStatements(database) });
}

/** Statements that are kept prepared; each is made of the SQL and some pages of memory. */
const MOST_STATEMENTS = 500;

/** Prepares a statement once: most are asked again and again, and to prepare one takes as long as to run it. */
function keepStatements(database: SqliteDatabase): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    close() {
      kept.clear();
      database.close();
    },
    prepare(sql) {
      let statement = kept.get(sql);
      // The oldest goes first: taken out and put in again, what is in use stays young.
      kept.delete(sql);
      statement ??= database.prepare(sql);
      kept.set(sql, statement);
      if (kept.size > MOST_STATEMENTS) kept.delete(kept.keys().next().value!);
      return statement;
    },
  };
}

async function postgres(url: string): Promise<Dialect> {
  const { default: pg } = await import('pg');
  // bigint columns hold times and counts, all below 2^53.
  const types = {
    getTypeParser: ((oid: number, format?: 'text') =>
      oid === 20 ? Number : pg.types.getTypeParser(oid, format)) as never,
  };
  const pool = new pg.Pool({ connectionString: url, max: 10, types });
  // A connection that the server ends while nobody asks would end this process, if nobody listened; the pool makes a new one,
  // and a transaction that was under way fails at its next statement.
  pool.on('error', () => {});
  pool.on('connect', (client) => void client.on('error', () => {}));
  return new PostgresDialect({ pool });
}
