import { z } from 'zod';
import { redact } from '../../../notify/secret.ts';
import { type ExecutorContext, ExecutorError } from '../executor.ts';
import { callPeer, type PeerRequest, type PeerResponse, under } from '../http.ts';

export const Run = z.object({
  id: z.number(),
  display_title: z.string().nullish(),
  status: z.string().nullable(),
  conclusion: z.string().nullish(),
  html_url: z.string().optional(),
});

interface Call extends Omit<PeerRequest, 'url' | 'headers'> {
  /** Below that of the repository. */
  path: string;
}

export const at = (
  { url, repository, token }: { url: string; repository: string; token: string },
  { path, ...rest }: Call,
): PeerRequest => ({
  method: 'GET',
  ...rest,
  url: under(url, `/repos/${repository}${path}`),
  headers: {
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    authorization: `Bearer ${token}`,
  },
});

/** Calls GitHub, which says 403 both where a token may not do it and where its calls are used up for now. */
export async function askGitHub(ctx: ExecutorContext, request: PeerRequest): Promise<PeerResponse> {
  const answer = await callPeer(ctx, { ...request, accept: [403, ...(request.accept ?? [])] });
  if (answer.status !== 403) return answer;
  const { headers, json } = answer;
  const said = z.object({ message: z.string() }).safeParse(json).data?.message ?? '';
  const message = `GitHub answered 403: ${redact(said, [request.headers?.['authorization']?.slice(7) ?? '']).slice(0, 300)}`;
  if (headers['x-ratelimit-remaining'] !== '0' && !/rate limit/i.test(said)) throw new ExecutorError('auth', message);
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1_000 - ctx.clock.now();
  const wait = Number.isFinite(seconds) ? seconds * 1_000 : reset;
  throw new ExecutorError('transient', message, wait > 0 ? { retryAfterMs: wait } : {});
}

export async function readGitHub<T extends z.ZodType>(
  ctx: ExecutorContext,
  request: PeerRequest,
  schema: T,
): Promise<z.infer<T>> {
  const read = schema.safeParse((await askGitHub(ctx, request)).json);
  if (read.success) return read.data;
  throw new ExecutorError('transient', `GitHub answered, but not as its API says: ${z.prettifyError(read.error)}`);
}
