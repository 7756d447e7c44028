import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ERRORS, type ErrorCode, type IngestResult, LeewayError, type Problem } from '@leeway/contract';

export interface ApiOptions {
  url?: string;
  token?: string;
  data?: string;
}

/** Where a server leaves its address and an admin's token for the commands of the same user on the same machine. */
export const LOCAL_FILE = 'local.json';

/** The server's API, for commands. */
export class Api {
  readonly #url: string;
  readonly #token: string | undefined;

  private constructor(url: string, token: string | undefined) {
    this.#url = url.replace(/\/$/, '');
    this.#token = token;
  }

  /** Address and token from the options, else from LEEWAY_URL and LEEWAY_TOKEN, else from the data directory. */
  static async connect(options: ApiOptions): Promise<Api> {
    const local = await readLocal(options.data ?? process.env['LEEWAY_DATA'] ?? './.leeway');
    const url = options.url ?? process.env['LEEWAY_URL'] ?? local.url ?? 'http://127.0.0.1:7373';
    return new Api(url, options.token ?? process.env['LEEWAY_TOKEN'] ?? local.token);
  }

  get<T>(path: string, query: Record<string, string | undefined> = {}): Promise<T> {
    const search = new URLSearchParams(
      Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    return this.#call('GET', search.size > 0 ? `${path}?${search}` : path);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#call('POST', path, body);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.#call('PUT', path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#call('PATCH', path, body);
  }

  delete<T>(path: string, body?: unknown): Promise<T> {
    return this.#call('DELETE', path, body);
  }

  /** Sends a file as it lies, whatever its size. */
  async upload<T>(path: string, file: string): Promise<T> {
    const blob = await openAsBlob(file).catch((error: Error) => {
      throw new LeewayError('file_unreadable', `${file}: ${error.message}`, { cause: error });
    });
    const headers = { 'content-type': 'application/octet-stream' };
    const response = await this.#fetch(`/api/v1${path}`, { method: 'POST', headers, body: blob });
    if (!response.ok) throw await problemOf(response);
    return (await response.json()) as T;
  }

  /** Opens a stream of server-sent events; `last` is the id of the last that was seen. */
  async stream(
    path: string,
    { signal, last }: { signal: AbortSignal; last?: string },
  ): Promise<AsyncIterable<Uint8Array>> {
    const headers = { accept: 'text/event-stream', ...(last !== undefined && { 'last-event-id': last }) };
    const response = await this.#fetch(`/api/v1${path}`, { signal, headers });
    if (!response.ok) throw await problemOf(response);
    return response.body ?? new ReadableStream<Uint8Array>();
  }

  /** Sends rows as NDJSON. */
  ingest(model: string, kind: 'predictions' | 'labels', rows: readonly object[]): Promise<IngestResult> {
    const body = rows.map((row) => JSON.stringify(row)).join('\n');
    return this.#send('POST', `/api/v1/models/${encodeURIComponent(model)}/${kind}`, body, 'application/x-ndjson');
  }

  /** Asks the gateway. */
  invoke(model: string, body: unknown): Promise<{ predictions: unknown[] }> {
    return this.#send(
      'POST',
      `/models/${encodeURIComponent(model)}/invocations`,
      JSON.stringify(body),
      'application/json',
    );
  }

  #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.#send(
      method,
      `/api/v1${path}`,
      body === undefined ? undefined : JSON.stringify(body),
      'application/json',
    );
  }

  async #send<T>(method: string, path: string, body: string | undefined, contentType: string): Promise<T> {
    const response = await this.#fetch(path, {
      method,
      headers: body === undefined ? {} : { 'content-type': contentType },
      ...(body === undefined ? {} : { body }),
    });
    if (!response.ok) throw await problemOf(response);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  async #fetch(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Response> {
    const headers = { ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}), ...init.headers };
    try {
      return await fetch(`${this.#url}${path}`, { ...init, headers });
    } catch (error) {
      throw new LeewayError('unreachable', `${this.#url}: ${(error as { cause?: Error }).cause?.message ?? error}`, {
        cause: error,
      });
    }
  }
}

/** What an answer that refuses says. */
async function problemOf(response: Response): Promise<LeewayError> {
  const problem = (await response.json().catch(() => null)) as Problem | null;
  const code = problem && problem.code in ERRORS ? (problem.code as ErrorCode) : 'internal';
  const mistakes = problem?.['mistakes'];
  return new LeewayError(
    code,
    problem?.detail ?? `the server answered ${response.status}`,
    mistakes ? { extra: { mistakes } } : {},
  );
}

async function readLocal(data: string): Promise<{ url?: string; token?: string }> {
  try {
    return JSON.parse(await readFile(join(data, LOCAL_FILE), 'utf8')) as { url?: string; token?: string };
  } catch {
    return {};
  }
}
