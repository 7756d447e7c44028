import type { ExecutionState } from '@leeway/contract';
import { z } from 'zod';
import { secret } from '../../../notify/secret.ts';
import { defineExecutor, type Look } from '../executor.ts';
import { callPeer, type PeerRequest, readPeer, under } from '../http.ts';
import { wanting } from '../not-found.ts';
import { contractOf } from '../parameters.ts';

const Options = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Address of the Argo server, such as https://argo.example.org:2746.'),
  token: secret(z.string().min(1).describe('Bearer token of a service account.')).optional(),
  namespace: z.string().min(1).default('argo').describe('Namespace of the workflows.'),
  template: z.string().min(1).describe('Name of the template.'),
  kind: z
    .enum(['WorkflowTemplate', 'ClusterWorkflowTemplate', 'CronWorkflow'])
    .default('WorkflowTemplate')
    .describe('Kind of the template.'),
  entrypoint: z.string().min(1).optional().describe('Where it begins, if not where the template says.'),
  serviceAccount: z.string().min(1).optional().describe('Service account of the pods.'),
  container: z.string().min(1).default('main').describe('Container whose lines are the log.'),
});
type Options = z.infer<typeof Options>;

const States: Record<string, ExecutionState> = {
  '': 'queued',
  Pending: 'queued',
  Running: 'running',
  Succeeded: 'succeeded',
  Failed: 'failed',
  Error: 'failed',
};

const Workflow = z.object({
  metadata: z.object({ name: z.string().min(1), uid: z.string().optional() }),
  spec: z.object({ shutdown: z.string().optional(), suspend: z.boolean().optional() }).optional(),
  status: z.object({ phase: z.string().optional(), message: z.string().optional() }).nullish(),
});

/** The answer to a name that is taken. */
const Taken = z.object({ code: z.number(), message: z.string() });

export const argo = defineExecutor<Options>({
  type: 'argo',
  label: 'Argo Workflows',
  description: 'Submits a workflow from a template.',
  options: Options,
  remote: true,
  parallel: true,
  pollMs: 10_000,

  async start(ctx, options, ticket) {
    // With a name of our own a second submit is answered by 409: then it was submitted before.
    const body = {
      resourceKind: options.kind,
      resourceName: options.template,
      submitOptions: {
        name: ticket.key,
        labels: `leeway/training=${ticket.key}`,
        parameters: Object.entries(contractOf(ticket)).map(([name, value]) => `${name}=${value}`),
        ...(options.entrypoint && { entryPoint: options.entrypoint }),
        ...(options.serviceAccount && { serviceAccount: options.serviceAccount }),
      },
    };
    const what = `${options.kind} "${options.template}" in namespace "${options.namespace}"`;
    const request = at(options, { path: '/submit', accept: [409], body, secrets: [ticket.token] });
    await wanting(what, () => readPeer(ctx, request, z.union([Workflow, Taken])));
    const url = under(options.url, `/workflows/${encodeURIComponent(options.namespace)}/${ticket.key}`);
    return { handle: { name: ticket.key }, nativeId: ticket.key, url };
  },

  async look(ctx, options, { name = '' }) {
    const fields = 'metadata.name,metadata.uid,spec.shutdown,spec.suspend,status.phase,status.message';
    return judge(await readPeer(ctx, at(options, { method: 'GET', path: `/${name}?fields=${fields}` }), Workflow));
  },

  async cancel(ctx, options, { name = '' }) {
    const found = await readPeer(ctx, at(options, { method: 'GET', path: `/${name}` }), Workflow);
    if (['Succeeded', 'Failed', 'Error'].includes(found.status?.phase ?? '')) return;
    // `stop` lets its exit handlers run. Where it did not help, the next call ends all.
    const verb = found.spec?.shutdown === 'Stop' ? 'terminate' : 'stop';
    const body = { namespace: options.namespace, name };
    await callPeer(ctx, at(options, { method: 'PUT', path: `/${name}/${verb}`, body, accept: [400, 409] }));
  },

  async logs(ctx, options, { name = '' }, cursor) {
    const seen = Number(cursor ?? 0);
    const path = `/${name}/log?logOptions.container=${encodeURIComponent(options.container)}`;
    const request = at(options, { method: 'GET', path, mostBytes: 8_388_608, deadlineMs: 30_000 });
    const { body } = await callPeer(ctx, request);
    // What a read that was cut short left behind is no JSON, and no line.
    const lines = body.split('\n').flatMap(contentOf);
    return { lines: lines.slice(seen), cursor: String(Math.max(seen, lines.length)) };
  },
});

function judge({ spec, status }: z.infer<typeof Workflow>): Look {
  const phase = status?.phase ?? '';
  const reason = status?.message ?? null;
  const state = States[phase] ?? 'unknown';
  const open = state === 'queued' || state === 'running';
  // Argo has no phase for what was stopped: it fails, and its spec still says that it was told to.
  if (spec?.shutdown && (open || phase === 'Failed')) {
    return { state: open ? 'cancelling' : 'cancelled', native: `${phase} (${spec.shutdown})`, reason };
  }
  return { state: open && spec?.suspend ? 'paused' : state, native: phase, reason };
}

function contentOf(line: string): string[] {
  const Entry = z.object({ result: z.object({ content: z.string().default('') }) });
  try {
    return [Entry.parse(JSON.parse(line)).result.content];
  } catch {
    return [];
  }
}

interface Call extends Omit<PeerRequest, 'url' | 'headers'> {
  path: string;
}

const at = ({ url, namespace, token }: Options, { path, ...rest }: Call): PeerRequest => ({
  ...rest,
  url: under(url, `/api/v1/workflows/${encodeURIComponent(namespace)}${path}`),
  headers: token ? { authorization: `Bearer ${token}` } : {},
});
