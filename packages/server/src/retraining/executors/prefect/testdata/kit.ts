import { z } from 'zod';
import type { ExecutorKit, FakePeer } from '../../testdata/executor-kit.ts';
import { type FakeAnswer, type FakeCall, Refused, startFake } from '../../testdata/fake-http.ts';

const DEPLOYMENT = '4b1e6e1f-0f3c-4b1c-9a9e-2f1d3c5b7a90';
const KEY = 's3cr3t-prefect-key';

const Create = z.strictObject({
  name: z.string().min(1),
  idempotency_key: z.string().min(1),
  tags: z.array(z.string()),
  // What the flow's own signature says: one parameter, an object of texts. Of others the server says nothing.
  parameters: z.looseObject({ leeway: z.record(z.string(), z.string()) }),
});
const Type = z.enum([
  'SCHEDULED',
  'PENDING',
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'CRASHED',
  'PAUSED',
  'CANCELLING',
]);
const SetState = z.strictObject({
  state: z.strictObject({ type: Type, message: z.string().nullish() }),
  force: z.boolean(),
});
const Filter = z.strictObject({
  logs: z.strictObject({ flow_run_id: z.strictObject({ any_: z.array(z.uuid()).length(1) }) }),
  sort: z.enum(['TIMESTAMP_ASC', 'TIMESTAMP_DESC']),
  limit: z.int().max(200),
  offset: z.int().min(0),
});

/** Names of states that are not those of their type. */
const NAMES: Record<string, string> = {
  Late: 'SCHEDULED',
  AwaitingRetry: 'SCHEDULED',
  Retrying: 'RUNNING',
  Suspended: 'PAUSED',
  TimedOut: 'FAILED',
};
const OVER = ['COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED'];

interface Run {
  id: string;
  key: string;
  parameters: { leeway: Record<string, string> };
  state: { type: string; name: string; timestamp: string; message: string | null };
  lines: string[];
}

const stateOf = (native: string): Run['state'] => ({
  type: NAMES[native] ?? native,
  name: NAMES[native] ? native : `${native[0]}${native.slice(1).toLowerCase()}`,
  timestamp: '2001-01-10T00:10:30.000000Z',
  message: null,
});

/** A Prefect server with one deployment, `retrain/leeway`, and a worker that ends nothing by itself. */
export async function openPrefect() {
  const runs: Run[] = [];
  let [expired, asked] = [false, false];
  let forced: string | null = null;
  const newest = () => runs.at(-1)!;

  const create = ({ text }: FakeCall): FakeAnswer => {
    const read = Create.safeParse(JSON.parse(text));
    if (!read.success) throw new Refused(409, { detail: `Error creating flow run: ${z.prettifyError(read.error)}` });
    const { idempotency_key: key, parameters } = read.data;
    const known = runs.find((run) => run.key === key);
    if (known) return { status: 200, body: shown(known) };
    const id = `4b1e6e1f-0f3c-4b1c-9a9e-00000000000${runs.length}`;
    runs.push({ id, key, parameters, state: stateOf('SCHEDULED'), lines: [] });
    return { status: 201, body: shown(newest()), started: true };
  };
  const shown = ({ id, state, parameters }: Run) => ({ id, name: 'x', state, parameters, work_pool_name: null });

  const setState = (run: Run, { text }: FakeCall): FakeAnswer => {
    const { state, force } = SetState.parse(JSON.parse(text));
    asked = true;
    if (force) forced = state.type;
    // Without a process there is nothing to end, and a run that is over stays so.
    if (!force && OVER.includes(run.state.type)) return { status: 200, body: { status: 'ABORT', state: run.state } };
    if (!force && state.type === 'CANCELLING' && run.state.type === 'SCHEDULED') {
      run.state = stateOf('CANCELLED');
      return { status: 200, body: { status: 'REJECT', state: run.state } };
    }
    run.state = stateOf(state.type);
    return { status: 201, body: { status: 'ACCEPT', state: run.state } };
  };

  const answer = (call: FakeCall): FakeAnswer => {
    if (expired || call.headers['authorization'] !== `Bearer ${KEY}`)
      throw new Refused(401, { exception_message: 'Unauthorized' });
    const route = `${call.method} ${call.path.replace(/^\/api/, '')}`;
    if (route === 'GET /deployments/name/retrain/leeway')
      return { status: 200, body: { id: DEPLOYMENT, name: 'leeway' } };
    if (route === `POST /deployments/${DEPLOYMENT}/create_flow_run`) return create(call);
    if (route === 'POST /logs/filter') {
      const { logs, limit, offset } = Filter.parse(JSON.parse(call.text));
      const lines = runs.find(({ id }) => id === logs.flow_run_id.any_[0])?.lines ?? [];
      return { status: 200, body: lines.slice(offset, offset + limit).map((message) => ({ message, level: 20 })) };
    }
    const [, method, id, verb] = /^(\w+) \/flow_runs\/([^/]+)(?:\/(\w+))?$/.exec(route) ?? [];
    const run = runs.find((one) => one.id === id);
    if (!run) throw new Refused(404, { detail: 'Flow run not found' });
    if (method === 'GET' && !verb) return { status: 200, body: shown(run) };
    if (method === 'POST' && verb === 'set_state') return setState(run, call);
    throw new Refused(405);
  };

  const fake = await startFake(answer);
  return {
    ...fake,
    options: { url: `${fake.origin}/api`, deployment: 'retrain/leeway', token: KEY },
    runs: () => runs.length,
    given: () => newest().parameters.leeway,
    set: (native) => {
      newest().state = stateOf(native);
    },
    vanish: () => void runs.pop(),
    expireCredentials: (now) => {
      expired = now;
    },
    cancelled: () => asked,
    write: (lines) => void newest().lines.push(...lines),
    /** What a run was put into without asking. */
    forced: () => forced,
  } satisfies FakePeer & Record<string, unknown>;
}

export const kit: ExecutorKit = {
  type: 'prefect',
  open: openPrefect,
  states: {
    SCHEDULED: 'queued',
    Late: 'queued',
    AwaitingRetry: 'queued',
    PENDING: 'queued',
    RUNNING: 'running',
    Retrying: 'running',
    PAUSED: 'paused',
    Suspended: 'paused',
    CANCELLING: 'cancelling',
    CANCELLED: 'cancelled',
    COMPLETED: 'succeeded',
    FAILED: 'failed',
    TimedOut: 'timed_out',
    CRASHED: 'failed',
  },
  cancelledAs: 'cancelled',
  logs: true,
};
