import type { ExecutionState } from '@leeway/contract';
import { z } from 'zod';
import { secret } from '../../../notify/secret.ts';
import { defineExecutor, type ExecutorContext, ExecutorError, type Look } from '../executor.ts';
import { callPeer, type PeerRequest, under } from '../http.ts';
import { wanting } from '../not-found.ts';
import { contractOf } from '../parameters.ts';

const Options = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Address of the workspace: https://NAME.cloud.databricks.com.'),
  job: z.coerce
    .string()
    .regex(/^\d{1,19}$/)
    .describe('Number of the job that trains.'),
  token: secret(z.string().min(1).describe('Personal access token, or one of a service principal.')),
  parameters: z.record(z.string(), z.string()).default({}).describe('Further parameters of the job.'),
  successWithFailures: z
    .enum(['failed', 'succeeded'])
    .default('failed')
    .describe('What a run is whose result is SUCCESS_WITH_FAILURES: some of its tasks failed.'),
});
type Options = z.infer<typeof Options>;

/** Of a run that has no result (yet). */
const LIFE: Record<string, ExecutionState> = {
  PENDING: 'queued',
  QUEUED: 'queued',
  BLOCKED: 'queued',
  WAITING_FOR_RETRY: 'queued',
  RUNNING: 'running',
  TERMINATING: 'running',
  SKIPPED: 'skipped',
  INTERNAL_ERROR: 'failed',
};
/** Of one that has ended. */
const RESULTS: Record<string, ExecutionState> = {
  SUCCESS: 'succeeded',
  FAILED: 'failed',
  UPSTREAM_FAILED: 'failed',
  TIMEDOUT: 'timed_out',
  CANCELED: 'cancelled',
  UPSTREAM_CANCELED: 'cancelled',
  // It never ran.
  MAXIMUM_CONCURRENT_RUNS_REACHED: 'skipped',
  EXCLUDED: 'skipped',
  DISABLED: 'skipped',
};
const OVER = new Set(['TERMINATED', 'SKIPPED', 'INTERNAL_ERROR']);

const State = z.looseObject({
  life_cycle_state: z.string(),
  result_state: z.string().optional(),
  state_message: z.string().optional(),
});
const Task = z.looseObject({ run_id: z.int(), task_key: z.string(), state: State.optional() });
const Run = z.looseObject({ state: State, run_page_url: z.string().optional(), tasks: z.array(Task).optional() });
const Begun = z.looseObject({ run_id: z.int() });
const Output = z.looseObject({ logs: z.string().optional(), error: z.string().optional() });
const Trouble = z.looseObject({ error_code: z.string(), message: z.string().default('') });

export const databricks = defineExecutor<Options>({
  type: 'databricks',
  label: 'Databricks Jobs',
  description: 'Runs a job of a workspace; the contract comes as its job parameters.',
  options: Options,
  remote: true,
  parallel: true,
  pollMs: 10_000,

  async start(ctx, options, ticket) {
    const body = {
      job_id: Number(options.job),
      idempotency_token: ticket.key,
      job_parameters: { ...options.parameters, ...contractOf(ticket) },
      queue: { enabled: true },
    };
    const { run_id } = await wanting(`the job ${options.job} of Databricks`, () =>
      ask(ctx, options, { method: 'POST', path: '/jobs/run-now', body, secrets: [ticket.token] }, Begun),
    );
    const id = String(run_id);
    const url = `${under(options.url, '')}/jobs/${options.job}/runs/${id}`;
    return { handle: { run: id }, nativeId: id, url };
  },

  async look(ctx, options, { run }) {
    const { state } = await runOf(ctx, options, run!);
    return lookOf(state, options);
  },

  async cancel(ctx, options, { run }) {
    const { state } = await runOf(ctx, options, run!);
    if (OVER.has(state.life_cycle_state)) return;
    const body = { run_id: Number(run) };
    await ask(ctx, options, { method: 'POST', path: '/jobs/runs/cancel', body }, z.unknown());
  },

  async logs(ctx, options, { run }, cursor) {
    // Tasks whose output was read. There is none of a task before its end.
    const read = new Set<string>(cursor === null ? [] : JSON.parse(cursor));
    const { tasks = [] } = await runOf(ctx, options, run!);
    const lines: string[] = [];
    for (const { run_id, task_key, state } of tasks) {
      if (read.has(task_key) || !state || !OVER.has(state.life_cycle_state)) continue;
      const output = await ask(ctx, options, { method: 'GET', path: `/jobs/runs/get-output?run_id=${run_id}` }, Output);
      lines.push(...[output.logs, output.error].flatMap((text) => (text ? text.trimEnd().split('\n') : [])));
      read.add(task_key);
    }
    return { lines, cursor: JSON.stringify([...read]) };
  },
});

function lookOf(
  { life_cycle_state: life, result_state: result, state_message }: z.infer<typeof State>,
  options: Options,
) {
  const native = result === undefined ? life : `${life} ${result}`;
  const look: Look = { state: LIFE[life] ?? 'unknown', native, reason: state_message || null };
  if (OVER.has(life) && result !== undefined) look.state = RESULTS[result] ?? 'unknown';
  if (result === 'SUCCESS_WITH_FAILURES' && OVER.has(life)) look.state = options.successWithFailures;
  if (life === 'TERMINATING' && result === 'CANCELED') look.state = 'cancelling';
  return look;
}

const runOf = (ctx: ExecutorContext, options: Options, run: string): Promise<z.infer<typeof Run>> =>
  ask(ctx, options, { method: 'GET', path: `/jobs/runs/get?run_id=${run}` }, Run);

type Ask = Pick<PeerRequest, 'body' | 'secrets'> & { method: 'GET' | 'POST'; path: string };

/** Databricks says by a 400 with a code of its own that something is not there. */
async function ask<T extends z.ZodType>(
  ctx: ExecutorContext,
  { url, token }: Options,
  { method, path, body, secrets = [] }: Ask,
  schema: T,
): Promise<z.infer<T>> {
  const request: PeerRequest = {
    url: under(url, `/api/2.2${path}`),
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body }),
    secrets,
  };
  const { status, json } = await callPeer(ctx, { ...request, accept: [400] });
  if (status === 400) {
    const { data } = Trouble.safeParse(json);
    const said = `Databricks refused ${path.split('?')[0]}: ${data?.error_code ?? 'HTTP 400'}`;
    const message = data?.message ?? '';
    // Also of a key whose run was deleted.
    const gone = data?.error_code === 'RESOURCE_DOES_NOT_EXIST' || /does not exist|was deleted/i.test(message);
    throw new ExecutorError(gone ? 'gone' : 'refused', gone || !message ? said : `${said}: ${message.slice(0, 200)}`);
  }
  const read = schema.safeParse(json);
  if (!read.success)
    throw new ExecutorError('transient', `Databricks answered ${path.split('?')[0]} not as its API says`);
  return read.data;
}
