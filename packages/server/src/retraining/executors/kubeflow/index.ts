import type { ExecutionState } from '@leeway/contract';
import { z } from 'zod';
import { secret } from '../../../notify/secret.ts';
import { defineExecutor, type ExecutorContext, ExecutorError, type Look, type Ticket } from '../executor.ts';
import { callPeer, type PeerRequest, readPeer, under } from '../http.ts';
import { wanting } from '../not-found.ts';
import { chosenParameters, parameterMap } from '../parameters.ts';

const Options = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Address of the API server, such as https://kubeflow.example.org.'),
  prefix: z
    .string()
    .regex(/^(\/[^/?#]+)*$/, 'expected a path such as /pipeline')
    .default('')
    .describe('Path before /apis. Behind the dashboard of Kubeflow it is /pipeline.'),
  token: secret(z.string().min(1).describe('Bearer token, such as that of a service account.')).optional(),
  namespace: z.string().min(1).optional().describe('Namespace of the profile, where there are several users.'),
  pipeline: z.string().min(1).describe('Name of the pipeline.'),
  version: z.string().min(1).optional().describe('Name of its version. Default: the newest.'),
  experiment: z.string().min(1).optional().describe('Name of the experiment. Default: that of the server.'),
  serviceAccount: z.string().min(1).optional().describe('Service account of the pods.'),
  pipelineRoot: z.string().min(1).optional().describe('Where the pipeline keeps its artifacts.'),
  parameters: parameterMap({ leeway: '*' }),
});
type Options = z.infer<typeof Options>;

const States: Record<string, ExecutionState> = {
  RUNTIME_STATE_UNSPECIFIED: 'queued',
  PENDING: 'queued',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  SKIPPED: 'skipped',
  FAILED: 'failed',
  CANCELING: 'cancelling',
  CANCELED: 'cancelled',
  PAUSED: 'paused',
};

const Run = z.object({
  run_id: z.string().min(1),
  state: z.string().optional(),
  error: z.object({ message: z.string().optional() }).nullish(),
  state_history: z
    .array(z.object({ state: z.string().optional(), error: z.object({ message: z.string().optional() }).nullish() }))
    .nullish(),
});

export const kubeflow = defineExecutor<Options>({
  type: 'kubeflow',
  label: 'Kubeflow Pipelines',
  description: 'Creates a run of a pipeline, by the API v2beta1.',
  options: Options,
  remote: true,
  parallel: true,
  pollMs: 15_000,

  async start(ctx, options, ticket) {
    const experiment = await experimentOf(ctx, options);
    const former = ticket.attempt > 1 ? await formerRun(ctx, options, ticket, experiment) : undefined;
    const run = former ?? (await create(ctx, options, ticket, experiment));
    return { handle: { run: run.run_id }, nativeId: run.run_id, url: detailsOf(options, run.run_id) };
  },

  async look(ctx, options, { run: id = '' }) {
    const path = `/runs/${encodeURIComponent(id)}`;
    return judge(await readPeer(ctx, at(options, { method: 'GET', path }), Run));
  },

  async cancel(ctx, options, { run: id = '' }) {
    // It refuses to terminate what has ended.
    await callPeer(ctx, at(options, { path: `/runs/${encodeURIComponent(id)}:terminate`, accept: [400, 404, 409] }));
  },
});

function judge({ state, error, state_history }: z.infer<typeof Run>): Look {
  const native = state ?? null;
  // An error beside a state that is not final: the server tries again by itself.
  const told = error?.message || state_history?.findLast((entry) => entry.error?.message)?.error?.message;
  return { state: native === null ? 'queued' : (States[native] ?? 'unknown'), native, reason: told ?? null };
}

/** The key is in the name: the API takes no key, and lets several runs have the same name. */
const nameOf = ({ key, model }: Ticket): string => `${model} ${key}`.slice(-128);

/** A page of a list. One without entries is an empty object. */
const pageOf = <T extends z.ZodType>(name: string, entry: T) =>
  z
    .strictObject({
      [name]: z.array(entry).nullish(),
      total_size: z.number().optional(),
      next_page_token: z.string().optional(),
    })
    .transform((page) => (page[name] ?? []) as z.infer<T>[]);

async function formerRun(ctx: ExecutorContext, options: Options, ticket: Ticket, experiment?: string) {
  const request = at(options, {
    method: 'GET',
    path: '/runs',
    query: {
      ...(experiment ? { experiment_id: experiment } : options.namespace ? { namespace: options.namespace } : {}),
      filter: equals('display_name', nameOf(ticket)),
      sort_by: 'created_at asc',
      page_size: '1',
    },
  });
  const [found] = await readPeer(ctx, request, pageOf('runs', Run));
  return found;
}

async function create(ctx: ExecutorContext, options: Options, ticket: Ticket, experiment?: string) {
  const pipeline = await pipelineOf(ctx, options);
  const request = at(options, {
    path: '/runs',
    secrets: [ticket.token],
    body: {
      display_name: nameOf(ticket),
      description: ticket.reason.slice(0, 1_000),
      ...(experiment && { experiment_id: experiment }),
      pipeline_version_reference: pipeline,
      runtime_config: {
        parameters: chosenParameters(ticket, options.parameters),
        ...(options.pipelineRoot && { pipeline_root: options.pipelineRoot }),
      },
      ...(options.serviceAccount && { service_account: options.serviceAccount }),
    },
  });
  return readPeer(ctx, request, Run);
}

async function pipelineOf(ctx: ExecutorContext, options: Options) {
  const { pipeline, version, namespace } = options;
  const query = namespace ? { namespace } : {};
  const named = at(options, { method: 'GET', path: `/pipelines/names/${encodeURIComponent(pipeline)}`, query });
  const { pipeline_id } = await wanting(`pipeline "${pipeline}"`, () =>
    readPeer(ctx, named, z.object({ pipeline_id: z.string() })),
  );
  const versions = at(options, {
    method: 'GET',
    path: `/pipelines/${encodeURIComponent(pipeline_id)}/versions`,
    query: {
      page_size: '1',
      sort_by: 'created_at desc',
      ...(version && { filter: equals('display_name', version) }),
    },
  });
  const Version = z.object({ pipeline_version_id: z.string() });
  const [newest] = await readPeer(ctx, versions, pageOf('pipeline_versions', Version));
  if (newest) return { pipeline_id, pipeline_version_id: newest.pipeline_version_id };
  throw new ExecutorError('refused', `the pipeline "${pipeline}" has no version${version ? ` "${version}"` : ''}`);
}

async function experimentOf(ctx: ExecutorContext, options: Options): Promise<string | undefined> {
  const { experiment, namespace } = options;
  if (experiment === undefined) return undefined;
  const request = at(options, {
    method: 'GET',
    path: '/experiments',
    query: { filter: equals('display_name', experiment), page_size: '1', ...(namespace && { namespace }) },
  });
  const Experiment = z.object({ experiment_id: z.string() });
  const [found] = await readPeer(ctx, request, pageOf('experiments', Experiment));
  if (found) return found.experiment_id;
  throw new ExecutorError('refused', `there is no experiment "${experiment}" at the server`);
}

/** A filter of the API, as JSON. */
const equals = (key: string, value: string): string =>
  JSON.stringify({ predicates: [{ operation: 'EQUALS', key, string_value: value }] });

interface Call extends Omit<PeerRequest, 'url' | 'headers'> {
  path: string;
  query?: Record<string, string>;
}

function at({ url, prefix, token }: Options, { path, query = {}, ...rest }: Call): PeerRequest {
  const search = new URLSearchParams(query).toString();
  return {
    ...rest,
    url: under(url, `${prefix}/apis/v2beta1${path}${search && `?${search}`}`),
    headers: token ? { authorization: `Bearer ${token}` } : {},
  };
}

/** Its page in the dashboard, which stands where the prefix ends. */
const detailsOf = ({ url, prefix }: Options, id: string): string =>
  under(url, `${prefix}/#/runs/details/${encodeURIComponent(id)}`);
