import { z } from 'zod';
import type { ExecutorContext } from '../executor.ts';
import { type PeerRequest, readPeer, under } from '../http.ts';

export interface Connection {
  url: string;
  project: string;
  token: string;
}

interface Call extends Omit<PeerRequest, 'url' | 'headers'> {
  /** Below that of the project. */
  path: string;
}

export const at = ({ url, project, token }: Connection, { path, ...rest }: Call): PeerRequest => ({
  method: 'GET',
  ...rest,
  url: under(url, `/api/v4/projects/${encodeURIComponent(project)}${path}`),
  headers: {
    'private-token': token,
    ...(typeof rest.body === 'string' && { 'content-type': 'application/x-www-form-urlencoded' }),
  },
});

/** The first hundred of a list: no training has more jobs, and no minute more pipelines. */
export function listPeer<T extends z.ZodType>(
  ctx: ExecutorContext,
  connection: Connection,
  path: string,
  query: Record<string, string>,
  entry: T,
): Promise<z.infer<T>[]> {
  const search = new URLSearchParams({ ...query, per_page: '100' });
  return readPeer(ctx, at(connection, { path: `${path}?${search}` }), z.array(entry));
}
