import { z } from 'zod';
import { basicAuth } from '../credentials.ts';
import type { ExecutorContext } from '../executor.ts';
import { callPeer, type PeerRequest, under } from '../http.ts';
import type { Options } from './index.ts';

/** A call below the job, or below the root of Jenkins. */
export function at(options: Options, path: string, of: 'job' | 'root' = 'job'): PeerRequest & { url: string } {
  const { url, job, user, apiToken, password } = options;
  const folders = job.split('/').filter((name) => name !== '' && name !== 'job');
  const base = of === 'root' ? '' : folders.map((name) => `/job/${encodeURIComponent(name)}`).join('');
  return {
    url: under(url, `${base}${path}`),
    method: 'GET',
    headers: { authorization: basicAuth(user, apiToken ?? password ?? '') },
  };
}

/** The header that Jenkins wants of whoever comes with a password. It holds for the session of the cookie. */
export async function crumbOf(ctx: ExecutorContext, options: Options): Promise<Record<string, string>> {
  if (options.password === undefined) return {};
  // 404: it wants none.
  const request = { ...at(options, '/crumbIssuer/api/json', 'root'), accept: [404] };
  const { json, headers } = await callPeer(ctx, request);
  const read = z.object({ crumb: z.string(), crumbRequestField: z.string() }).safeParse(json);
  if (!read.success) return {};
  const cookie = headers['set-cookie']?.split(';')[0];
  return { [read.data.crumbRequestField]: read.data.crumb, ...(cookie && { cookie }) };
}
