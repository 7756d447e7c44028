import { createWriteStream } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { LeewayError } from '@leeway/contract';
import type { ChdbExtension } from 'chdb/connection';
import { migrateWarehouse } from './migrations.ts';

export type Params = Record<string, unknown>;

/**
 * The warehouse: rows, profiles and measurements, in ClickHouse's SQL. The embedded form is the same engine in this process;
 * nothing here or above knows which of the two it talks to.
 */
export class Warehouse {
  readonly #client: ClickHouseClient;
  /** Of the embedded form: takes bytes as they are, which the client can't. */
  readonly #engine: ChdbExtension | null;
  readonly #explain: (error: unknown, tag: string) => unknown;

  private constructor(client: ClickHouseClient, engine: ChdbExtension | null, explain = discreet) {
    this.#client = client;
    this.#engine = engine;
    this.#explain = explain;
  }

  /** Opens the warehouse and brings its own tables up to date. `location` is a folder (embedded) or an http(s):// address. */
  static async open(location: string): Promise<Warehouse> {
    const served = /^https?:\/\//.test(location);
    const warehouse = served
      ? new Warehouse(servedClient(location), null)
      : new Warehouse(...(await openEmbedded(location)));
    await migrateWarehouse(warehouse);
    return warehouse;
  }

  /**
   * The embedded engine over an empty folder, for questions about files: it makes no tables of its own, and its errors quote
   * the files to those who asked about them.
   */
  static async scratch(folder: string): Promise<Warehouse> {
    return new Warehouse(...(await openEmbedded(folder)), explain);
  }

  /**
   * Rows of a query. Values are bound as `{name:Type}`; identifiers come from the model's schema through `identifier`.
   * `tag` names the feature that asks; it stands in the engine's query log.
   */
  async query<T>(sql: string, params: Params = {}, tag = ''): Promise<T[]> {
    try {
      const result = await this.#client.query({
        query: comment(sql, tag),
        query_params: params,
        format: 'JSONEachRow',
        clickhouse_settings: READ_SETTINGS,
      });
      return await result.json<T>();
    } catch (error) {
      throw this.#explain(error, tag);
    }
  }

  /** A statement without rows to read. */
  async command(sql: string, params: Params = {}, tag = ''): Promise<void> {
    try {
      await this.#client.command({
        query: comment(sql, tag),
        query_params: params,
        clickhouse_settings: WRITE_SETTINGS,
      });
    } catch (error) {
      throw this.#explain(error, tag);
    }
  }

  /**
   * Creates a table. A power cut must not take what was acknowledged, so the embedded engine syncs every part that it writes;
   * a server has its own policy.
   */
  async createTable(sql: string, tag = ''): Promise<void> {
    await this.command(
      this.#engine ? `${sql} SETTINGS fsync_after_insert = 1, fsync_part_directory = 1` : sql,
      {},
      tag,
    );
  }

  /** Stores rows and returns when they are durable. The engine parses: here they only become text. */
  async insert(table: string, rows: readonly object[], tag = ''): Promise<void> {
    if (rows.length === 0) return;
    const values = Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'));
    try {
      if (this.#engine) {
        await this.#engine.rawInsert({ table, values, format: 'JSONEachRow', settings: WRITE_SETTINGS });
      } else {
        const query = comment(`INSERT INTO ${identifier(table)} FORMAT JSONEachRow`, tag);
        const { stream } = await this.#client.exec({
          query,
          values: Readable.from([values]),
          clickhouse_settings: WRITE_SETTINGS,
        });
        for await (const _ of stream) {
          // an insert answers nothing; reading to the end frees the connection
        }
      }
    } catch (error) {
      throw this.#explain(error, tag);
    }
  }

  /** Writes the rows of a query to a Parquet file: whole, or not at all. */
  async exportParquet(path: string, sql: string, params: Params = {}, tag = ''): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    const partial = `${path}.partial`;
    try {
      const { stream } = await this.#client.exec({
        query: comment(`${sql} FORMAT Parquet`, tag),
        query_params: params,
        clickhouse_settings: { ...READ_SETTINGS, output_format_parquet_compression_method: 'snappy' },
      });
      await pipeline(Readable.from(stream), createWriteStream(partial));
    } catch (error) {
      throw this.#explain(error, tag);
    }
    const file = await open(partial, 'r+');
    await file.sync().finally(() => file.close());
    await rename(partial, path);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

const READ_SETTINGS = {
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_denormals: 0,
  output_format_json_named_tuples_as_objects: 0,
  date_time_output_format: 'iso',
  join_use_nulls: 1,
} as const;

const WRITE_SETTINGS = { date_time_input_format: 'best_effort', input_format_skip_unknown_fields: 0 } as const;

async function openEmbedded(path: string): Promise<[ClickHouseClient, ChdbExtension]> {
  await mkdir(path, { recursive: true });
  const { createChdbConnection } = await import('chdb/connection');
  const connection = createChdbConnection({ path });
  return [createClient({ connection } as never), connection.chdb];
}

function servedClient(location: string): ClickHouseClient {
  return createClient({
    url: location,
    application: 'leeway',
    request_timeout: 120_000,
    // Bound values that are long, such as the ids of a batch, go into the body: servers and proxies cut addresses off.
    use_multipart_params_auto: true,
    // It would print errors with the rows that they quote; they are logged where they are caught.
    log: { level: ClickHouseLogLevel.OFF },
  });
}

function comment(sql: string, tag: string): string {
  return tag === '' ? sql : `/* leeway:${tag.replaceAll(/[^\w./-]/g, '_')} */ ${sql}`;
}

/** What ClickHouse calls an error: its number and its name. Null for what is no error of the engine. */
function kindOf(error: unknown): { code: string; type: string } | null {
  const { code, type, message = '' } = error as { code?: unknown; type?: unknown; message?: string };
  if (typeof type === 'string' && /^\d+$/.test(String(code))) return { code: String(code), type };
  const found = /\bCode: (\d+)\. DB::/.exec(message)?.[1];
  return found === undefined ? null : { code: found, type: /\(([A-Z][A-Z_]{3,})\)/.exec(message)?.[1] ?? 'ERROR' };
}

/** An error of the engine without its words: they quote what it stumbled over, which may be a row. */
export class WarehouseError extends Error {
  /** ClickHouse's number of the error. */
  readonly code: string;

  constructor(tag: string, { code, type }: { code: string; type: string }) {
    super(`the warehouse answered ${type} (${code})${tag === '' ? '' : ` to ${tag}`}`);
    this.name = 'WarehouseError';
    this.code = code;
  }
}

/** The same as `explain`, for errors that are logged and kept: they hold no row and no value. */
function discreet(error: unknown, tag: string): unknown {
  const explained = explain(error, tag);
  const kind = explained === error ? kindOf(error) : null;
  return kind ? new WarehouseError(tag, kind) : explained;
}

/** Errors that a user can do something about. */
function explain(error: unknown, tag: string): unknown {
  const message = error instanceof Error ? error.message : String(error);
  if (kindOf(error)?.code === '243' || /No space left on device|NOT_ENOUGH_SPACE/.test(message)) {
    return new LeewayError('storage_full', `the warehouse could not write (${tag})`);
  }
  return error;
}

/** A time in milliseconds as a value to bind to DateTime64(3, 'UTC'); the client would drop the milliseconds of a Date. */
export const instant = (ms: number): string => new Date(ms).toISOString().slice(0, -1).replace('T', ' ');

/** A quoted identifier. Names come from a model's schema, never from a request. */
export function identifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/** A number as SQL: the embedded engine binds none beyond 2^53, and a number can't be anything but a number. */
export const float = (x: number): string => (Number.isInteger(x) && Math.abs(x) < 1e15 ? `${x}.0` : String(x));

/** A text as SQL, for the few places where a list of constants is wanted and can't be bound. */
export const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
