import type { ExecutionState } from '@leeway/contract';
import { z } from 'zod';
import { secret } from '../../../notify/secret.ts';
import { basicAuth } from '../credentials.ts';
import { defineExecutor, type ExecutorContext, ExecutorError, type Handle, type Look } from '../executor.ts';
import { type PeerRequest, readPeer, under } from '../http.ts';
import { wanting } from '../not-found.ts';
import { contractOf } from '../parameters.ts';

const Options = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .describe('Address of the API, with `/api`: http://127.0.0.1:4200/api, or that of a workspace of Prefect Cloud.'),
    deployment: z.string().min(1).describe('Deployment of the flow that trains: FLOW/DEPLOYMENT, or its id.'),
    parameter: z
      .string()
      .min(1)
      .default('leeway')
      .describe('Parameter of the flow that gets the training contract, an object of texts.'),
    parameters: z.record(z.string(), z.unknown()).default({}).describe('Further parameters of the flow.'),
    token: secret(z.string().min(1).describe('Key of Prefect Cloud, sent as Bearer.')).optional(),
    username: z.string().min(1).optional().describe('User of a server with PREFECT_SERVER_API_AUTH_STRING.'),
    password: secret(z.string().min(1).describe('Password of the user.')).optional(),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    message: 'username and password belong together',
    path: ['password'],
  });
type Options = z.infer<typeof Options>;

/** By the type of a state. Its name only refines it: Late is SCHEDULED, Retrying is RUNNING. */
const STATES: Record<string, ExecutionState> = {
  SCHEDULED: 'queued',
  PENDING: 'queued',
  RUNNING: 'running',
  PAUSED: 'paused',
  CANCELLING: 'cancelling',
  CANCELLED: 'cancelled',
  COMPLETED: 'succeeded',
  FAILED: 'failed',
  CRASHED: 'failed',
};
const OVER = new Set(['COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED']);

/** How long a worker has to end a run before it is written off: without a worker nobody ever ends it. */
const GRACE_MS = 60_000;
/** The most that the API gives at once. */
const PAGE = 200;

const State = z.looseObject({
  type: z.string(),
  name: z.string(),
  timestamp: z.string().optional(),
  message: z.string().nullish(),
});
const FlowRun = z.looseObject({ id: z.string(), state: State.nullable(), work_pool_name: z.string().nullish() });
const Deployment = z.looseObject({ id: z.string() });
const Answer = z.looseObject({ status: z.string() });
const Logs = z.array(z.looseObject({ message: z.string() }));

export const prefect = defineExecutor<Options>({
  type: 'prefect',
  label: 'Prefect',
  description: 'Starts a flow run of a deployment of Prefect 3; the contract comes as one of its parameters.',
  options: Options,
  remote: true,
  parallel: true,
  pollMs: 3_000,

  async start(ctx, options, ticket) {
    const deployment = await deploymentOf(ctx, options);
    // The key has no end: asked again, Prefect gives the run that it began the first time.
    const request = requestOf(options, 'POST', `/deployments/${deployment}/create_flow_run`, {
      name: ticket.key,
      idempotency_key: ticket.key,
      tags: ['leeway', ticket.model, ticket.key],
      parameters: { ...options.parameters, [options.parameter]: contractOf(ticket) },
    });
    const { id } = await wanting(`the deployment "${options.deployment}" of Prefect`, () =>
      readPeer(ctx, { ...request, secrets: [...(request.secrets ?? []), ticket.token] }, FlowRun),
    );
    return { handle: { run: id }, nativeId: id, url: pageOf(options.url, id) };
  },

  async look(ctx, options, handle) {
    const { state, work_pool_name: pool } = await flowRun(ctx, options, handle);
    if (!state) return { state: 'queued', native: null };
    const look: Look = {
      state: STATES[state.type] ?? 'unknown',
      native: nativeOf(state),
      reason: state.message || null,
    };
    if (state.type === 'FAILED' && state.name === 'TimedOut') look.state = 'timed_out';
    if (state.name === 'Late') {
      look.reason = `late: no worker${pool ? ` of the pool "${pool}"` : ''} and no \`serve\` takes runs of this deployment`;
    }
    return look;
  },

  async cancel(ctx, options, handle) {
    const { state } = await flowRun(ctx, options, handle);
    if (state && OVER.has(state.type)) return;
    if (state?.type !== 'CANCELLING') return setState(ctx, options, handle, 'CANCELLING', false);
    const since = Date.parse(state.timestamp ?? '');
    if (ctx.clock.now() - since >= GRACE_MS) await setState(ctx, options, handle, 'CANCELLED', true);
  },

  async logs(ctx, options, { run }, cursor) {
    const offset = Number(cursor ?? 0);
    const filter = { logs: { flow_run_id: { any_: [run] } }, sort: 'TIMESTAMP_ASC', limit: PAGE, offset };
    const found = await readPeer(ctx, requestOf(options, 'POST', '/logs/filter', filter), Logs);
    return { lines: found.flatMap(({ message }) => message.split('\n')), cursor: String(offset + found.length) };
  },
});

function requestOf(options: Options, method: 'GET' | 'POST', path: string, body?: unknown): PeerRequest {
  const { url, token, username, password } = options;
  const authorization =
    token !== undefined
      ? `Bearer ${token}`
      : username !== undefined && password !== undefined
        ? basicAuth(username, password)
        : null;
  return {
    url: under(url, path),
    method,
    headers: authorization === null ? {} : { authorization },
    ...(body !== undefined && { body }),
    secrets: password === undefined ? [] : [password],
  };
}

async function deploymentOf(ctx: ExecutorContext, options: Options): Promise<string> {
  if (z.uuid().safeParse(options.deployment).success) return options.deployment;
  const [flow = '', ...name] = options.deployment.split('/');
  const path = `/deployments/name/${encodeURIComponent(flow)}/${encodeURIComponent(name.join('/'))}`;
  return wanting(`the deployment "${options.deployment}" of Prefect`, async () => {
    return (await readPeer(ctx, requestOf(options, 'GET', path), Deployment)).id;
  });
}

const flowRun = (ctx: ExecutorContext, options: Options, { run }: Handle) =>
  readPeer(ctx, requestOf(options, 'GET', `/flow_runs/${run}`), FlowRun);

async function setState(ctx: ExecutorContext, options: Options, { run }: Handle, type: string, force: boolean) {
  const body = { state: { type, message: 'Leeway asked for the end' }, force };
  const { status } = await readPeer(ctx, requestOf(options, 'POST', `/flow_runs/${run}/set_state`, body), Answer);
  // REJECT is an answer as well: Prefect puts what has no process yet into CANCELLED by itself.
  if (status === 'ABORT' || status === 'WAIT') throw new ExecutorError('transient', `Prefect answered ${status}`);
}

/** The name that people know, and the type where that says more. */
const nativeOf = ({ type, name }: z.infer<typeof State>): string =>
  name.toUpperCase() === type ? type : `${name} (${type})`;

/** The page of a run: of Prefect Cloud under another host than its API. */
function pageOf(url: string, run: string): string {
  const cloud = /^https:\/\/api\.prefect\.cloud\/api\/accounts\/([^/]+)\/workspaces\/([^/]+)/.exec(url);
  if (cloud) return `https://app.prefect.cloud/account/${cloud[1]}/workspace/${cloud[2]}/runs/flow-run/${run}`;
  return `${url.replace(/\/+$/, '').replace(/\/api$/, '')}/runs/flow-run/${run}`;
}
