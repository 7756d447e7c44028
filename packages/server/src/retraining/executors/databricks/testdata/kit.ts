import { z } from 'zod';
import type { ExecutorKit, FakePeer } from '../../testdata/executor-kit.ts';
import { type FakeAnswer, type FakeCall, Refused, startFake } from '../../testdata/fake-http.ts';

const TOKEN = 's3cr3t-dapi-0123456789';
const JOB = 1_009_877_340_471_893;

const RunNow = z.strictObject({
  job_id: z.literal(JOB),
  idempotency_token: z.string().min(1).max(64),
  job_parameters: z.record(z.string(), z.string()),
  queue: z.strictObject({ enabled: z.boolean() }),
});
const Cancel = z.strictObject({ run_id: z.int() });

interface Run {
  id: number;
  key: string;
  parameters: Record<string, string>;
  state: string;
  lines: string[];
}

const refusal = (error_code: string, message: string) => new Refused(400, { error_code, message });

/** A workspace with one job of one task. */
export async function openDatabricks() {
  const runs: Run[] = [];
  const deleted = new Set<string>();
  let [expired, asked] = [false, false];
  const newest = () => runs.at(-1)!;
  const runOf = (id: string | number | null) => {
    const run = runs.find((one) => one.id === Number(id));
    if (!run) throw refusal('INVALID_PARAMETER_VALUE', `Run ${id} does not exist.`);
    return run;
  };
  const stateOf = ({ state }: Run) => {
    const [life_cycle_state, result_state] = state.split(' ');
    return { life_cycle_state, ...(result_state && { result_state }), state_message: '' };
  };
  const isOver = ({ state }: Run) => /^(TERMINATED|SKIPPED|INTERNAL_ERROR)/.test(state);

  const runNow = ({ text }: FakeCall): FakeAnswer => {
    const read = RunNow.safeParse(JSON.parse(text));
    if (!read.success) throw refusal('INVALID_PARAMETER_VALUE', `no such job or field: ${z.prettifyError(read.error)}`);
    const { idempotency_token: key, job_parameters: parameters } = read.data;
    if (deleted.has(key)) throw refusal('INVALID_PARAMETER_VALUE', `The run of idempotency token ${key} was deleted.`);
    const known = runs.find((run) => run.key === key);
    if (!known) runs.push({ id: 455_644_833 + runs.length, key, parameters, state: 'PENDING', lines: [] });
    return { status: 200, body: { run_id: (known ?? newest()).id, number_in_job: 1 }, started: !known };
  };

  const answer = (call: FakeCall): FakeAnswer => {
    if (expired || call.headers['authorization'] !== `Bearer ${TOKEN}`) {
      throw new Refused(403, { error_code: 'PERMISSION_DENIED', message: 'Invalid access token.' });
    }
    const id = call.query.get('run_id');
    switch (`${call.method} ${call.path}`) {
      case 'POST /api/2.2/jobs/run-now':
        return runNow(call);
      case 'GET /api/2.2/jobs/runs/get': {
        const run = runOf(id);
        const task = { run_id: run.id + 1_000, task_key: 'train', state: stateOf(run) };
        return { status: 200, body: { run_id: run.id, job_id: JOB, state: stateOf(run), tasks: [task] } };
      }
      case 'GET /api/2.2/jobs/runs/get-output': {
        // Of a task, never of the run of the job.
        const run = runOf(Number(id) - 1_000);
        if (!isOver(run)) throw refusal('INVALID_STATE', 'the task has not ended');
        return { status: 200, body: { metadata: {}, logs: run.lines.join('\n'), logs_truncated: false } };
      }
      case 'POST /api/2.2/jobs/runs/cancel': {
        const run = runOf(Cancel.parse(JSON.parse(call.text)).run_id);
        if (isOver(run)) throw refusal('INVALID_STATE', 'the run has ended');
        run.state = 'TERMINATING CANCELED';
        asked = true;
        return { status: 200, body: {} };
      }
      default:
        throw new Refused(404, { error_code: 'ENDPOINT_NOT_FOUND', message: `no API at ${call.path}` });
    }
  };

  const fake = await startFake(answer);
  return {
    ...fake,
    options: { url: `${fake.origin}/`, job: JOB, token: TOKEN },
    runs: () => runs.length,
    given: () => newest().parameters,
    set: (native) => {
      newest().state = native;
    },
    vanish: () => void deleted.add(runs.pop()!.key),
    expireCredentials: (now) => {
      expired = now;
    },
    cancelled: () => asked,
    write: (lines) => void newest().lines.push(...lines),
  } satisfies FakePeer;
}

export const kit: ExecutorKit = {
  type: 'databricks',
  open: openDatabricks,
  states: {
    PENDING: 'queued',
    QUEUED: 'queued',
    BLOCKED: 'queued',
    WAITING_FOR_RETRY: 'queued',
    RUNNING: 'running',
    TERMINATING: 'running',
    'TERMINATING CANCELED': 'cancelling',
    'TERMINATED SUCCESS': 'succeeded',
    'TERMINATED SUCCESS_WITH_FAILURES': 'failed',
    'TERMINATED FAILED': 'failed',
    'TERMINATED TIMEDOUT': 'timed_out',
    'TERMINATED CANCELED': 'cancelled',
    'TERMINATED UPSTREAM_FAILED': 'failed',
    'TERMINATED UPSTREAM_CANCELED': 'cancelled',
    'TERMINATED MAXIMUM_CONCURRENT_RUNS_REACHED': 'skipped',
    'TERMINATED EXCLUDED': 'skipped',
    'TERMINATED DISABLED': 'skipped',
    'TERMINATED BrandNew': 'unknown',
    SKIPPED: 'skipped',
    INTERNAL_ERROR: 'failed',
    'INTERNAL_ERROR TIMEDOUT': 'timed_out',
  },
  cancelledAs: 'cancelled',
  logs: true,
};
