import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { createToken } from '../access/tokens.ts';
import { App } from '../app/app.ts';
import { rawDocument } from '../config/load.ts';
import { ManualClock } from '../platform/clock.ts';
import { type ClickHouse, startClickHouse } from './clickhouse.ts';
import { BINARY, documentOf, MULTICLASS, REGRESSION, START } from './models.ts';

/** Where the warehouse is: in this process (then one folder per process), or behind ClickHouse's HTTP interface. */
export type WarehouseForm = 'embedded' | 'served';

export interface Answer<T = unknown> {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  body: T;
}

export interface CallOptions {
  method?: string;
  token?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface TestApp {
  app: App;
  clock: ManualClock;
  dataDir: string;
  clickhouse: ClickHouse | null;
  /** Lines that the server logged. */
  log: string[];
  /** Token of an administrator. */
  token: string;
  /** Calls a route without the network. A body that is not a text or bytes is sent as JSON. */
  call<T = unknown>(url: string, options?: CallOptions): Promise<Answer<T>>;
  /** Closes the server and opens it again on the same stores. */
  restart(document?: Record<string, unknown>): Promise<void>;
  close(): Promise<void>;
}

export interface TestAppOptions {
  /** The configuration as written; the three fixture models by default. */
  config?: Record<string, unknown>;
  clock?: ManualClock;
  warehouse?: WarehouseForm;
  /** A served warehouse that is there already, as for a replica. */
  clickhouse?: ClickHouse;
  /** postgres:// address of an empty store; a file in the data directory by default. */
  store?: string;
  env?: NodeJS.ProcessEnv;
}

/** A whole Leeway on a port of its own, with a clock turned by hand. The embedded warehouse bears one per process. */
export async function openTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'leeway-app-'));
  const clock = options.clock ?? new ManualClock(START);
  const clickhouse = options.clickhouse ?? (options.warehouse === 'served' ? await startClickHouse() : null);
  const log: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk));
      done();
    },
  });
  const withStores = (document: Record<string, unknown>) => ({
    ...document,
    ...(clickhouse ? { warehouse: { url: clickhouse.url } } : {}),
    ...(options.store ? { store: { url: options.store } } : {}),
  });
  const open = (document: Record<string, unknown>) =>
    App.open({
      config: rawDocument(withStores(document)),
      dataDir,
      port: 0,
      clock,
      log: pino({ level: 'debug' }, sink),
      write: () => {},
      ...(options.env ? { env: options.env } : {}),
    });
  const first = options.config ?? documentOf(BINARY, REGRESSION, MULTICLASS);
  const app = await open(first);
  const test: TestApp = {
    app,
    clock,
    dataDir,
    clickhouse,
    log,
    token: await createToken(app.ctx, 'test', { name: 'test', role: 'admin' }),
    async call<T>(
      url: string,
      { method, token = test.token, body, headers = {} }: CallOptions = {},
    ): Promise<Answer<T>> {
      const raw = typeof body === 'string' || Buffer.isBuffer(body);
      const response = await test.app.http.inject({
        method: (method ?? (body === undefined ? 'GET' : 'POST')) as 'GET',
        url,
        ...(body === undefined ? {} : { payload: raw ? body : JSON.stringify(body) }),
        headers: {
          ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
      });
      const json = /json/.test(String(response.headers['content-type'])) && response.payload !== '';
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.payload,
        body: (json ? response.json() : undefined) as T,
      };
    },
    async restart(document = first) {
      await test.app.close();
      test.app = await open(document);
    },
    async close() {
      await test.app.close();
      if (!options.clickhouse) await clickhouse?.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return test;
}
