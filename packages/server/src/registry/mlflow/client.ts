import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LeewayError, type MlflowConfig } from '@leeway/contract';
import { redact } from '../../notify/secret.ts';
import { type Outbound, OutboundError, type OutboundRequest } from '../../platform/outbound.ts';
import { filesUnder, proxiedPath } from './artifact-paths.ts';

/** Long enough for a model of some gigabytes; the connection itself fails much sooner. */
const TRANSFER_MS = 3_600_000;
const CALL_MS = 30_000;
const MOST_ANSWER = 16_777_216;
const TOLD = 300;

/** MLflow refused, with its own code, such as RESOURCE_DOES_NOT_EXIST. */
export class MlflowError extends LeewayError {
  readonly mlflowCode: string;
  constructor(message: string, mlflowCode: string) {
    super('mlflow_failed', message);
    this.mlflowCode = mlflowCode;
  }
  /** MLflow says it in different ways for different things. */
  get missing(): boolean {
    return this.mlflowCode === 'RESOURCE_DOES_NOT_EXIST';
  }
}

export type Mlflow = ReturnType<typeof mlflowClient>;

interface Query {
  [name: string]: string | number | undefined;
}

/** MLflow's REST API 2.0, as far as it is used here. @throws MlflowError, LeewayError `mlflow_failed` when there is no answer. */
export function mlflowClient(outbound: Outbound, config: MlflowConfig, signal?: AbortSignal) {
  const base = config.url.replace(/\/+$/, '');
  const { token, user, password } = config;
  const authorization =
    token !== undefined
      ? `Bearer ${token}`
      : user !== undefined
        ? `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`
        : undefined;
  const secrets = [token, password, authorization].filter((value) => value !== undefined);

  const send = async (request: OutboundRequest) => {
    const headers = { ...(authorization && { authorization }), ...request.headers };
    const path = new URL(request.url).pathname;
    let answer: Awaited<ReturnType<Outbound>>;
    try {
      answer = await outbound({
        deadlineMs: CALL_MS,
        mostBytes: MOST_ANSWER,
        ...(signal && { signal }),
        ...request,
        headers,
      });
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      throw new LeewayError('mlflow_failed', error.message, { cause: error });
    }
    if (answer.status >= 200 && answer.status < 300) return answer;
    const { error_code: code = '', message = answer.body } = parsed(answer.body) as Record<string, string>;
    const said = redact(String(message).slice(0, 10 * TOLD), secrets).slice(0, TOLD);
    const what = `${request.method} ${path} answered ${answer.status}${code && ` ${code}`}: ${said}`;
    throw new MlflowError(what, String(code));
  };

  const get = async <T>(path: string, query: Query = {}): Promise<T> => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
    const { body } = await send({
      method: 'GET',
      url: `${base}/api/2.0/${path}${search.size > 0 ? `?${search}` : ''}`,
    });
    return parsed(body) as T;
  };
  const change = async <T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body: object): Promise<T> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await send({ method, url: `${base}/api/2.0/${path}`, headers, body: JSON.stringify(body) });
    return parsed(answer.body) as T;
  };
  const post = <T>(path: string, body: object) => change<T>('POST', path, body);

  return {
    base,
    get,
    post,
    /** Its parameters go in the body. */
    remove: (path: string, body: object) => change<object>('DELETE', path, body),
    patch: (path: string, body: object) => change<object>('PATCH', path, body),

    /** Everything of a list that comes in pages. */
    async pages<T>(path: string, query: Query, member: string): Promise<T[]> {
      const found: T[] = [];
      let token: string | undefined;
      do {
        const page = await get<Record<string, unknown>>(path, { ...query, page_token: token });
        found.push(...((page[member] as T[] | undefined) ?? []));
        token = (page['next_page_token'] as string | undefined) || undefined;
      } while (token !== undefined);
      return found;
    },

    /** Files below a URI of artifacts, with their paths below it. @throws LeewayError when the server does not serve them. */
    async listFiles(uri: string): Promise<{ path: string; bytes: number }[]> {
      const root = servedPath(uri, base);
      return filesUnder(async (folder) => {
        const path = folder === '' ? root : `${root}/${folder}`;
        const { files = [] } = await get<{ files?: { path: string; is_dir: boolean; file_size?: number }[] }>(
          'mlflow-artifacts/artifacts',
          { path },
        );
        return files;
      });
    },

    async download(uri: string, path: string, to: string, mostBytes: number): Promise<void> {
      await mkdir(dirname(to), { recursive: true });
      await send({
        method: 'GET',
        url: `${base}/api/2.0/mlflow-artifacts/artifacts/${encoded(`${servedPath(uri, base)}/${path}`)}`,
        deadlineMs: TRANSFER_MS,
        save: (body) => pipeline(body, limited(mostBytes, path), createWriteStream(to)),
      });
    },

    async upload(uri: string, path: string, content: { file: string } | { text: string }): Promise<void> {
      const bytes = 'file' in content ? (await stat(content.file)).size : Buffer.byteLength(content.text);
      await send({
        method: 'PUT',
        url: `${base}/api/2.0/mlflow-artifacts/artifacts/${encoded(`${servedPath(uri, base)}/${path}`)}`,
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(bytes) },
        body: 'file' in content ? createReadStream(content.file) : content.text,
        deadlineMs: TRANSFER_MS,
      });
    },
  };
}

const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

function servedPath(uri: string, base: string): string {
  const path = proxiedPath(uri, base);
  if (path !== null) return path;
  const scheme = /^[a-z0-9+.-]+(?=:)/i.exec(uri)?.[0] ?? 'a path';
  throw new LeewayError(
    'mlflow_failed',
    `its artifacts lie at ${scheme}, expected mlflow-artifacts; start it with --serve-artifacts, or set artifacts: link`,
  );
}

function limited(most: number, path: string) {
  return async function* (chunks: AsyncIterable<Buffer>) {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > most)
        throw new LeewayError('body_too_large', `${join('/', path).slice(1)} has more than ${most} bytes`);
      yield chunk;
    }
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return {};
  }
}

/** A text in a filter. MLflow has no escapes: what has both kinds of quotes cannot be asked for. */
export function quoted(value: string): string {
  if (!value.includes("'")) return `'${value}'`;
  if (!value.includes('"')) return `"${value}"`;
  throw new LeewayError('mlflow_failed', `a name with both kinds of quotes cannot be searched for: ${value}`);
}
