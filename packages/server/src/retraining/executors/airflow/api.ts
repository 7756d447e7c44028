import { z } from 'zod';
import { basicAuth } from '../credentials.ts';
import { type ExecutorContext, ExecutorError } from '../executor.ts';
import { callPeer, type PeerRequest, type PeerResponse, readPeer, under } from '../http.ts';
import type { AirflowOptions } from './options.ts';

type Method = NonNullable<PeerRequest['method']>;
type Further = Omit<PeerRequest, 'url' | 'method'>;

/** The API of one Airflow, whichever version it is. */
export interface Airflow {
  /** '2' (API v1) or '3' (API v2). */
  api: string;
  call(method: Method, path: string, further?: Further): Promise<PeerResponse>;
  read<T extends z.ZodType>(method: Method, path: string, schema: T): Promise<z.infer<T>>;
}

const Version = z.looseObject({ version: z.string() });
const Login = z.looseObject({ access_token: z.string().min(1) });

/** Tokens that Airflow 3 gave for a password, by address and user. Not having one costs a call. */
const tokens = new Map<string, string>();

/**
 * @param api What a start has found out; null at the start.
 * @param secrets What no error may show, beyond the options.
 */
export async function connect(
  ctx: ExecutorContext,
  options: AirflowOptions,
  api: string | null,
  secrets: string[] = [],
): Promise<Airflow> {
  const version = api ?? (options.version === 'auto' ? await probe(ctx, options) : String(options.version));
  const base = under(options.url, version === '3' ? '/api/v2' : '/api/v1');
  const hidden = [...secrets, ...[options.token, options.password].filter((text) => text !== undefined)];
  /** Runs a call, and once more with a new token where Airflow takes the old one no longer. */
  const authorized = async <R>(run: (headers: Record<string, string>) => Promise<R>): Promise<R> => {
    const fixed = fixedAuthorization(options, version);
    if (fixed) return run(fixed);
    const key = JSON.stringify([options.url, options.username, options.password]);
    const known = tokens.get(key);
    try {
      if (known) return await run({ authorization: `Bearer ${known}` });
    } catch (error) {
      if (!(error instanceof ExecutorError && error.trouble === 'auth')) throw error;
      tokens.delete(key);
    }
    const token = await login(ctx, options);
    tokens.set(key, token);
    return run({ authorization: `Bearer ${token}` });
  };
  const requestOf = (method: Method, path: string, headers: Record<string, string>, further: Further = {}) => ({
    ...further,
    url: `${base}${path}`,
    method,
    headers: { ...further.headers, ...headers },
    secrets: hidden,
  });
  return {
    api: version,
    call: (method, path, further) => authorized((headers) => callPeer(ctx, requestOf(method, path, headers, further))),
    read: (method, path, schema) => authorized((headers) => readPeer(ctx, requestOf(method, path, headers), schema)),
  };
}

/** Null where a token has to be fetched first. */
function fixedAuthorization({ token, username, password }: AirflowOptions, api: string): Record<string, string> | null {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (api === '3') return null;
  return username !== undefined && password !== undefined ? { authorization: basicAuth(username, password) } : {};
}

async function probe(ctx: ExecutorContext, { url, token }: AirflowOptions): Promise<'2' | '3'> {
  const { status, json } = await callPeer(ctx, {
    url: under(url, '/api/v2/version'),
    method: 'GET',
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    accept: [404],
  });
  if (status === 404) return '2';
  if (Version.safeParse(json).success) return '3';
  throw new ExecutorError('transient', `${new URL(url).host} did not answer as Airflow does; set version to 2 or 3`);
}

/** A token for name and password; without them, the one that Airflow gives everybody where it is set up so. */
async function login(ctx: ExecutorContext, { url, username, password }: AirflowOptions): Promise<string> {
  const named = username !== undefined && password !== undefined;
  try {
    const { access_token } = await readPeer(
      ctx,
      {
        url: under(url, '/auth/token'),
        method: named ? 'POST' : 'GET',
        ...(named && { body: { username, password }, secrets: [password] }),
      },
      Login,
    );
    return access_token;
  } catch (error) {
    if (!(error instanceof ExecutorError && error.trouble === 'gone')) throw error;
    throw new ExecutorError(
      'refused',
      'this Airflow gives no token for a password (/auth/token): set the option token',
    );
  }
}
