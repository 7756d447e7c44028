import type { ExecutionState } from '@leeway/contract';
import { z } from 'zod';
import { secret } from '../../../notify/secret.ts';
import { defineExecutor, type ExecutorContext, ExecutorError, type Ticket } from '../executor.ts';
import { callPeer, readPeer } from '../http.ts';
import { wanting } from '../not-found.ts';
import { contractOf } from '../parameters.ts';
import { secretValues } from '../secret-values.ts';
import { at, type Connection, listPeer } from './api.ts';
import { readTraces } from './logs.ts';

/** How far its clock may be behind ours. */
const SKEW_MS = 60_000;

const Options = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .default('https://gitlab.com')
    .describe('Address of the server.'),
  project: z.string().min(1).describe('Path of the project, such as acme/churn, or its number.'),
  ref: z.string().min(1).default('main').describe('Branch or tag that it runs on.'),
  token: secret(
    z
      .string()
      .min(1)
      .describe('Access token of the project with the scope api and the role Maintainer; Developer with triggerToken.'),
  ),
  triggerToken: secret(
    z.string().min(1).describe('Trigger token, by which the pipeline is then begun. It cannot read.'),
  ).optional(),
  variables: z.record(z.string(), z.string()).default({}).describe('Further variables of the pipeline.'),
  job: z.string().min(1).optional().describe('Name of the job whose lines are the log. Default: all of them.'),
});
type Options = z.infer<typeof Options>;

const States: Record<string, ExecutionState> = {
  created: 'queued',
  waiting_for_resource: 'queued',
  waiting_for_callback: 'queued',
  preparing: 'queued',
  pending: 'queued',
  scheduled: 'queued',
  running: 'running',
  manual: 'paused',
  success: 'succeeded',
  failed: 'failed',
  canceling: 'cancelling',
  canceled: 'cancelled',
  skipped: 'skipped',
};

const Pipeline = z.object({
  id: z.number(),
  status: z.string(),
  web_url: z.string().optional(),
  name: z.string().nullish(),
  yaml_errors: z.string().nullish(),
});
type Pipeline = z.infer<typeof Pipeline>;

export const gitlab = defineExecutor<Options>({
  type: 'gitlab',
  label: 'GitLab CI/CD',
  description: 'Begins a pipeline of a project, by a trigger token or an access token.',
  options: Options,
  remote: true,
  parallel: true,
  pollMs: 15_000,

  secrets: ({ variables }) => secretValues(variables),

  async start(ctx, options, ticket) {
    const former = ticket.attempt > 1 ? await find(ctx, options, ticket) : undefined;
    const pipeline = former ?? (await create(ctx, options, ticket));
    const id = String(pipeline.id);
    return { handle: { pipeline: id }, nativeId: id, url: pipeline.web_url ?? null };
  },

  async look(ctx, options, { pipeline: id = '' }) {
    const pipeline = await readPeer(ctx, at(options, { path: `/pipelines/${id}` }), Pipeline);
    const native = pipeline.status;
    const reason = native === 'failed' ? await reasonOf(ctx, options, pipeline) : null;
    const waits = native === 'manual' ? 'a job of the pipeline waits for a person' : null;
    return { state: States[native] ?? 'unknown', native, reason: reason ?? waits };
  },

  async cancel(ctx, options, { pipeline: id = '' }) {
    // 200 where it has ended as well.
    await callPeer(ctx, at(options, { method: 'POST', path: `/pipelines/${id}/cancel` }));
  },

  logs: (ctx, options, { pipeline: id = '' }, cursor) => readTraces(ctx, options, id, options.job, cursor),
});

async function create(ctx: ExecutorContext, options: Options, ticket: Ticket): Promise<Pipeline> {
  const { ref, triggerToken } = options;
  // A runner takes $NAME in a value for another variable, and $$ for the sign itself.
  const contract = Object.entries(contractOf(ticket)).map(([name, value]) => [name, value.replaceAll('$', '$$$$')]);
  const variables = Object.entries({ ...options.variables, ...Object.fromEntries(contract) } as Record<string, string>);
  const secrets = [ticket.token, ...(triggerToken ? [triggerToken] : [])];
  const request = triggerToken
    ? {
        path: '/trigger/pipeline',
        body: new URLSearchParams([
          ['token', triggerToken],
          ['ref', ref],
          ...variables.map(([name, value]): [string, string] => [`variables[${name}]`, value]),
        ]).toString(),
      }
    : { path: '/pipeline', body: { ref, variables: variables.map(([key, value]) => ({ key, value })) } };
  const asked = at(options, { method: 'POST', secrets, ...request });
  return wanting(`project ${options.project}`, () => readPeer(ctx, asked, Pipeline));
}

/** The pipeline that a former try began: by its name, where `workflow: name` has the key in it, else by its variables. */
async function find(ctx: ExecutorContext, options: Options, ticket: Ticket): Promise<Pipeline | undefined> {
  const query = {
    source: options.triggerToken ? 'trigger' : 'api',
    ref: options.ref,
    updated_after: new Date(ticket.createdAt - SKEW_MS).toISOString(),
    order_by: 'id',
    sort: 'asc',
  };
  const pipelines = await listPeer(ctx, options, '/pipelines', query, Pipeline);
  const named = pipelines.find(({ name }) => name?.includes(ticket.key));
  if (named) return named;
  for (const pipeline of pipelines) {
    if (await carries(ctx, options, pipeline, ticket.key)) return pipeline;
  }
  return undefined;
}

async function carries(ctx: ExecutorContext, options: Connection, { id }: Pipeline, key: string): Promise<boolean> {
  const request = at(options, { path: `/pipelines/${id}/variables`, accept: [403, 404] });
  const { status, json } = await callPeer(ctx, request);
  if (status === 404) return false;
  if (status === 403) {
    throw new ExecutorError(
      'auth',
      `it cannot be told whether pipeline ${id} is that of ${key}: the token may not read its variables. ` +
        'Give it the role Maintainer, or have $LEEWAY_TRAINING in workflow:name',
    );
  }
  const variables = z.array(z.object({ key: z.string(), value: z.string().nullish() })).safeParse(json);
  if (!variables.success) throw new ExecutorError('transient', `the variables of pipeline ${id} are no list`);
  return variables.data.some((variable) => variable.key === 'LEEWAY_TRAINING' && variable.value === key);
}

async function reasonOf(ctx: ExecutorContext, options: Connection, { id, yaml_errors }: Pipeline) {
  if (yaml_errors) return yaml_errors;
  const Job = z.object({ name: z.string(), failure_reason: z.string().nullish() });
  const [job] = await listPeer(ctx, options, `/pipelines/${id}/jobs`, { 'scope[]': 'failed' }, Job);
  return job ? `job "${job.name}" failed${job.failure_reason ? `: ${job.failure_reason}` : ''}` : null;
}
