import type { ExecutionState } from '@leeway/contract';
import { z } from 'zod';
import { defineExecutor, ExecutorError, type Handle, type Look } from '../executor.ts';
import { contractOf } from '../parameters.ts';
import { type Airflow, connect } from './api.ts';
import { readLogs } from './logs.ts';
import { type AirflowOptions, airflowOptions } from './options.ts';

const STATES: Record<string, ExecutionState> = {
  queued: 'queued',
  running: 'running',
  success: 'succeeded',
  // Airflow has no state of its own for what was stopped by a person.
  failed: 'failed',
};
const OVER = new Set(['success', 'failed']);

/** How long a run may wait in the queue before that is worth a word. */
const LONG_MS = 300_000;
const MOST_NOTE = 500;

const Run = z.looseObject({ dag_run_id: z.string(), state: z.string() });
const Dag = z.looseObject({ is_paused: z.boolean().nullable() });
const Tasks = z.looseObject({ task_instances: z.array(z.looseObject({ task_id: z.string() })) });

const runPath = ({ dag, run }: Handle, rest = ''): string =>
  `/dags/${encodeURIComponent(dag!)}/dagRuns/${encodeURIComponent(run!)}${rest}`;

export const airflow = defineExecutor<AirflowOptions>({
  type: 'airflow',
  label: 'Apache Airflow',
  description: 'Starts a run of a DAG of Airflow 2 or 3; the contract comes in its `conf`.',
  options: airflowOptions,
  remote: true,
  parallel: true,
  pollMs: 5_000,

  async start(ctx, options, ticket) {
    const peer = await connect(ctx, options, null, [ticket.token]);
    const handle: Handle = { api: peer.api, dag: options.dag, run: ticket.key };
    const started = { handle, nativeId: ticket.key, url: pageOf(options.url, handle) };
    if (ticket.attempt > 1 && (await exists(peer, handle))) return started;
    await refusePaused(peer, options.dag);
    const { status } = await peer.call('POST', `/dags/${encodeURIComponent(options.dag)}/dagRuns`, {
      body: {
        dag_run_id: ticket.key,
        conf: { ...options.conf, ...contractOf(ticket) },
        note: ticket.reason.slice(0, MOST_NOTE),
        // Airflow 3 wants the key to be there. Airflow 2 makes a date of its own, to the microsecond.
        ...(peer.api === '3' && { logical_date: null }),
      },
      accept: [404, 409],
    });
    if (status === 404) throw noDag(options.dag);
    // The run's id is taken by ourselves, or a date of Airflow 2 by somebody else.
    if (status === 409 && !(await exists(peer, handle))) {
      throw new ExecutorError('transient', `Airflow says that run ${ticket.key} is there, and does not know it`);
    }
    return started;
  },

  async look(ctx, options, handle, ticket) {
    const peer = await connect(ctx, options, handle['api']!);
    const { state } = await peer.read('GET', runPath(handle), Run);
    const look: Look = { state: STATES[state] ?? 'unknown', native: state };
    if (look.state === 'queued') look.reason = await whyQueued(peer, handle, ctx.clock.now() - ticket.createdAt);
    if (look.state === 'failed') look.reason = await whyFailed(peer, handle);
    return look;
  },

  async cancel(ctx, options, handle) {
    const peer = await connect(ctx, options, handle['api']!);
    const { state } = await peer.read('GET', runPath(handle), Run);
    // Airflow would make a failure of a success as well.
    if (!OVER.has(state)) await peer.call('PATCH', runPath(handle), { body: { state: 'failed' } });
  },

  async logs(ctx, options, handle, cursor) {
    return readLogs(await connect(ctx, options, handle['api']!), runPath(handle, '/taskInstances'), cursor);
  },
});

async function exists(peer: Airflow, handle: Handle): Promise<boolean> {
  return (await peer.call('GET', runPath(handle), { accept: [404] })).status !== 404;
}

/** A run of a paused DAG would be queued for ever. */
async function refusePaused(peer: Airflow, dag: string): Promise<void> {
  const { status, json } = await peer.call('GET', `/dags/${encodeURIComponent(dag)}`, { accept: [404] });
  if (status === 404) throw noDag(dag);
  const read = Dag.safeParse(json);
  if (!read.success) throw new ExecutorError('transient', `Airflow told something else than the DAG "${dag}"`);
  if (read.data.is_paused) {
    throw new ExecutorError('refused', `the DAG "${dag}" is paused: unpause it in Airflow, or no run of it begins`);
  }
}

const noDag = (dag: string): ExecutorError =>
  new ExecutorError(
    'refused',
    `Airflow has no DAG "${dag}"; expected the name of one that it has read without an error`,
  );

async function whyQueued(peer: Airflow, { dag }: Handle, waitedMs: number): Promise<string | null> {
  const { json } = await peer.call('GET', `/dags/${encodeURIComponent(dag!)}`, { accept: [404] });
  if (Dag.safeParse(json).data?.is_paused) return `the DAG "${dag}" is paused: it begins when it is unpaused`;
  if (waitedMs < LONG_MS) return null;
  return `queued for ${Math.floor(waitedMs / 60_000)} minutes: does the scheduler run, and is there a free slot (max_active_runs, pools)?`;
}

async function whyFailed(peer: Airflow, handle: Handle): Promise<string | null> {
  const { json } = await peer.call('GET', runPath(handle, '/taskInstances?state=failed&limit=5'), { accept: [404] });
  const tasks = Tasks.safeParse(json).data?.task_instances.map(({ task_id }) => task_id) ?? [];
  return tasks.length > 0 ? `failed: ${tasks.join(', ')}` : null;
}

function pageOf(url: string, { api, dag, run }: Handle): string {
  const [base, name, id] = [url.replace(/\/+$/, ''), encodeURIComponent(dag!), encodeURIComponent(run!)];
  return api === '3' ? `${base}/dags/${name}/runs/${id}` : `${base}/dags/${name}/grid?dag_run_id=${id}`;
}
