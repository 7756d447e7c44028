import { z } from 'zod';
import { type ExecutorContext, ExecutorError } from '../executor.ts';
import { callPeer, under } from '../http.ts';
import type { Options } from './index.ts';

export const Job = z.object({
  name: z.string().min(1),
  properties: z.object({
    status: z.string().nullish(),
    experimentName: z.string().nullish(),
    services: z.record(z.string(), z.object({ endpoint: z.string().nullish() })).nullish(),
  }),
});
export type Job = z.infer<typeof Job>;

export function workspace(options: Options, path: string): string {
  const parts = [options.subscription, options.resourceGroup, options.workspace].map(encodeURIComponent);
  const [subscription, group, name] = parts;
  const provider = `/resourceGroups/${group}/providers/Microsoft.MachineLearningServices/workspaces/${name}`;
  const version = encodeURIComponent(options.apiVersion);
  return under(options.management, `/subscriptions/${subscription}${provider}${path}?api-version=${version}`);
}

/** Who is asked: each takes tokens for itself only. */
export async function authorize(ctx: ExecutorContext, options: Options, peer: 'management' | 'endpoint') {
  const { token, tenant = '', clientId = '', clientSecret = '', authority, management } = options;
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  const resource = peer === 'management' ? management.replace(/\/+$/, '') : 'https://ml.azure.com';
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const { status, json } = await callPeer(ctx, {
    url: under(authority, `/${encodeURIComponent(tenant)}/oauth2/v2.0/token`),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...form, scope: `${resource}/.default` }).toString(),
    accept: [400],
    secrets: [clientSecret],
  });
  if (status === 400) {
    const told = z.object({ error: z.string() }).safeParse(json).data?.error ?? 'it does not say why';
    throw new ExecutorError('auth', `Entra gives no token for the service principal: ${told.slice(0, 100)}`);
  }
  const granted = z.object({ access_token: z.string().min(1) }).safeParse(json);
  if (!granted.success) throw new ExecutorError('transient', 'Entra answered, but not with a token');
  return { authorization: `Bearer ${granted.data.access_token}` };
}
