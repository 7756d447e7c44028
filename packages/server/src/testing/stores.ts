import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface EmptyStore {
  /** What `openStore` takes. */
  location: string;
  /** Takes it away again; every connection must be closed by then. */
  remove(): Promise<void>;
}

export interface StoreForm {
  name: 'sqlite' | 'postgres';
  make(): Promise<EmptyStore>;
}

const sqlite: StoreForm = {
  name: 'sqlite',
  async make() {
    const folder = mkdtempSync(join(tmpdir(), 'leeway-store-'));
    return { location: join(folder, 'store.db'), remove: async () => rmSync(folder, { recursive: true }) };
  },
};

/** Each test has a database of its own, so that files may run side by side on one server. */
const postgres = (server: string): StoreForm => ({
  name: 'postgres',
  async make() {
    const name = `leeway_${process.pid}_${Date.now()}_${Math.floor(Math.random() * 1e6)}`;
    await ask(server, `create database ${name}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    return { location: url.href, remove: () => ask(server, `drop database ${name} with (force)`) };
  },
});

async function ask(server: string, sql: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/** The forms of the store that there are here: SQLite, and PostgreSQL where LEEWAY_TEST_POSTGRES gives a server's address. */
export function stores(): StoreForm[] {
  const server = process.env['LEEWAY_TEST_POSTGRES'];
  return server ? [sqlite, postgres(server)] : [sqlite];
}
