import type { ExecutionState } from '@leeway/contract';
import { z } from 'zod';
import { secret } from '../../../notify/secret.ts';
import {
  defineExecutor,
  type ExecutorContext,
  ExecutorError,
  type Look,
  type Started,
  type Ticket,
} from '../executor.ts';
import { callPeer, readPeer } from '../http.ts';
import { wanting } from '../not-found.ts';
import { chosenParameters, parameterMap } from '../parameters.ts';
import { authorize, Job, workspace } from './api.ts';
import { jobOf } from './job.ts';

/** Pages of jobs that are looked through for one that an endpoint began. */
const MOST_PAGES = 5;

const Options = z
  .strictObject({
    subscription: z.string().min(1).describe('Id of the subscription.'),
    resourceGroup: z.string().min(1).describe('Name of the resource group.'),
    workspace: z.string().min(1).describe('Name of the workspace.'),
    job: z
      .looseObject({ jobType: z.enum(['Command', 'Pipeline']) })
      .optional()
      .describe('Properties of the job, as the management API has them, such as { jobType: Command, command: ... }.'),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('In place of job: address at which a batch endpoint with a pipeline is invoked; it ends with /jobs.'),
    deployment: z.string().min(1).optional().describe('Deployment of the endpoint. Default: its default one.'),
    inputs: parameterMap({ leeway: '*' }),
    tenant: z.string().min(1).optional().describe('Tenant of the service principal.'),
    clientId: z.string().min(1).optional().describe('Client id of the service principal.'),
    clientSecret: secret(z.string().min(1).describe('Secret of the service principal.')).optional(),
    token: secret(
      z.string().min(1).describe('In place of a service principal: a token for the management API. For job only.'),
    ).optional(),
    authority: z
      .url({ protocol: /^https?$/ })
      .default('https://login.microsoftonline.com')
      .describe('Where the tokens come from. Other clouds have another.'),
    management: z
      .url({ protocol: /^https?$/ })
      .default('https://management.azure.com')
      .describe('Address of the management API. Other clouds have another.'),
    apiVersion: z.string().min(1).default('2024-04-01').describe('Version of the management API.'),
  })
  .refine(({ job, endpoint }) => (job === undefined) !== (endpoint === undefined), {
    message: 'expected either job or endpoint',
    path: ['job'],
  })
  .refine(
    ({ token, tenant, clientId, clientSecret, endpoint }) =>
      token !== undefined && endpoint === undefined
        ? [tenant, clientId, clientSecret].every((one) => one === undefined)
        : [tenant, clientId, clientSecret].every((one) => one !== undefined) && token === undefined,
    { message: 'expected tenant, clientId and clientSecret, or with job a token', path: ['clientSecret'] },
  );
export type Options = z.infer<typeof Options>;

const States: Record<string, ExecutionState> = {
  NotStarted: 'queued',
  Scheduled: 'queued',
  Queued: 'queued',
  Provisioning: 'queued',
  Preparing: 'queued',
  Starting: 'queued',
  Running: 'running',
  Finalizing: 'running',
  // Its node does not answer. It may come back: this is not the end.
  NotResponding: 'running',
  Paused: 'paused',
  CancelRequested: 'cancelling',
  Completed: 'succeeded',
  Failed: 'failed',
  Canceled: 'cancelled',
  Unknown: 'unknown',
};

const ENDED = ['Completed', 'Failed', 'Canceled'];

export const azureml = defineExecutor<Options>({
  type: 'azureml',
  label: 'Azure Machine Learning',
  description: 'Creates a job in a workspace, or invokes a batch endpoint. Logs are not fetched.',
  options: Options,
  remote: true,
  parallel: true,
  pollMs: 30_000,

  async start(ctx, options, ticket) {
    const former = ticket.attempt > 1 ? await find(ctx, options, ticket) : undefined;
    const job = former ?? (await (options.endpoint ? invoke : create)(ctx, options, ticket));
    return started(options, job);
  },

  async look(ctx, options, { job = '' }) {
    return judge(await read(ctx, options, job));
  },

  async cancel(ctx, options, { job = '' }) {
    const { properties } = await read(ctx, options, job);
    if (ENDED.includes(properties.status ?? '')) return;
    const headers = await authorize(ctx, options, 'management');
    await callPeer(ctx, { url: workspace(options, `/jobs/${encodeURIComponent(job)}/cancel`), headers });
  },
});

function judge({ properties: { status, services } }: Job): Look {
  const native = status ?? 'Unknown';
  const reason = native === 'NotResponding' ? 'its node does not answer' : null;
  const url = services?.['Studio']?.endpoint;
  return { state: States[native] ?? 'unknown', native, reason, ...(url && { url }) };
}

function started(options: Options, { name, properties }: Job): Started {
  const { subscription, resourceGroup, workspace: ws } = options;
  const wsid = `/subscriptions/${subscription}/resourcegroups/${resourceGroup}/workspaces/${ws}`;
  const url = properties.services?.['Studio']?.endpoint ?? `https://ml.azure.com/runs/${name}?wsid=${wsid}`;
  return { handle: { job: name }, nativeId: name, url };
}

async function read(ctx: ExecutorContext, options: Options, name: string): Promise<Job> {
  const headers = await authorize(ctx, options, 'management');
  const url = workspace(options, `/jobs/${encodeURIComponent(name)}`);
  return readPeer(ctx, { url, method: 'GET', headers }, Job);
}

/** A job has our key for its name. */
async function create(ctx: ExecutorContext, options: Options, ticket: Ticket): Promise<Job> {
  const headers = await authorize(ctx, options, 'management');
  const request = {
    ...{ url: workspace(options, `/jobs/${ticket.key}`), method: 'PUT' as const, headers },
    body: { properties: jobOf(options, ticket, ctx.clock.now()) },
    accept: [409],
    secrets: [ticket.token],
  };
  const what = `workspace ${options.workspace} in resource group ${options.resourceGroup}`;
  const Taken = z.object({ error: z.unknown() });
  const made = await wanting(what, () => readPeer(ctx, request, z.union([Job, Taken])));
  return 'error' in made ? read(ctx, options, ticket.key) : made;
}

/** An endpoint takes no name: the key is that of the experiment. */
async function invoke(ctx: ExecutorContext, options: Options, ticket: Ticket): Promise<Job> {
  const { endpoint = '', deployment } = options;
  const headers = {
    ...(await authorize(ctx, options, 'endpoint')),
    ...(deployment && { 'azureml-model-deployment': deployment }),
  };
  const inputs = Object.entries(chosenParameters(ticket, options.inputs));
  const InputData = Object.fromEntries(inputs.map(([name, Value]) => [name, { JobInputType: 'Literal', Value }]));
  const body = { properties: { InputData, properties: { experimentName: ticket.key } } };
  return wanting(`endpoint ${new URL(endpoint).host}`, () =>
    readPeer(ctx, { url: endpoint, headers, body, secrets: [ticket.token] }, Job),
  );
}

/** The job that a former try began. */
async function find(ctx: ExecutorContext, options: Options, ticket: Ticket): Promise<Job | undefined> {
  if (!options.endpoint) {
    try {
      return await read(ctx, options, ticket.key);
    } catch (error) {
      if (error instanceof ExecutorError && error.trouble === 'gone') return undefined;
      throw error;
    }
  }
  const headers = await authorize(ctx, options, 'management');
  const Page = z.object({ value: z.array(Job), nextLink: z.string().nullish() });
  let url: string | undefined = workspace(options, '/jobs');
  // The newest come first.
  for (let page = 0; url !== undefined && page < MOST_PAGES; page++) {
    const { value, nextLink }: z.infer<typeof Page> = await readPeer(ctx, { url, method: 'GET', headers }, Page);
    const found = value.find(({ properties }) => properties.experimentName === ticket.key);
    if (found) return found;
    // Our token goes nowhere else.
    url = nextLink && URL.canParse(nextLink) && new URL(nextLink).origin === new URL(url).origin ? nextLink : undefined;
  }
  return undefined;
}
