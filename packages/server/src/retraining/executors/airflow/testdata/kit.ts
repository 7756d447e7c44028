import { z } from 'zod';
import type { ExecutorKit, FakePeer } from '../../testdata/executor-kit.ts';
import { type FakeAnswer, type FakeCall, Refused, startFake } from '../../testdata/fake-http.ts';

const USER = 'leeway';
const PASSWORD = 's3cr3t-password';
const DAG = 'leeway_retrain';

/** As the descriptions of both APIs have it; Airflow 3 refuses what it does not know. */
const Trigger = {
  '2': z.strictObject({
    dag_run_id: z.string().regex(/^[A-Za-z0-9_.~:+-]+$/),
    conf: z.record(z.string(), z.unknown()),
    note: z.string().max(1_000),
  }),
  '3': z.strictObject({
    dag_run_id: z.string(),
    logical_date: z.null(),
    conf: z.record(z.string(), z.unknown()),
    note: z.string().max(1_000),
  }),
};
const Patch = z.strictObject({ state: z.enum(['success', 'failed', 'queued']) });

interface Run {
  id: string;
  state: string;
  conf: Record<string, unknown>;
  lines: string[];
}

/** Airflow of one version, as its API description and a server of it answer. */
export async function openAirflow(version: '2' | '3', { paused: pausedAtFirst = false } = {}) {
  const runs: Run[] = [];
  let [expired, asked, logins] = [false, false, 0];
  let paused = pausedAtFirst;
  let jwt = 's3cr3t-jwt-0';

  const authorized = ({ headers }: FakeCall) => {
    const basic = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
    if (expired || headers['authorization'] !== (version === '2' ? basic : `Bearer ${jwt}`)) {
      throw new Refused(
        401,
        version === '2' ? { title: 'Unauthorized', status: 401 } : { detail: 'Invalid JWT token' },
      );
    }
  };
  const notFound = (what: string) =>
    new Refused(404, version === '2' ? { title: what, status: 404 } : { detail: what });
  const shown = ({ id, state, conf }: Run) => ({ dag_run_id: id, dag_id: DAG, state, conf, run_type: 'manual' });
  const task = ({ state }: Run) => ({
    task_id: 'train',
    map_index: -1,
    state,
    try_number: state === 'queued' ? 0 : 1,
    start_date: state === 'queued' ? null : '2001-01-10T00:10:30Z',
  });

  const answer = (call: FakeCall): FakeAnswer => {
    const { method, path } = call;
    if (version === '2' && path.startsWith('/api/v2')) throw notFound('Not Found');
    if (version === '3' && path.startsWith('/api/v1')) throw notFound('/api/v1 has been removed in Airflow 3');
    if (version === '3' && path === '/api/v2/version') return { status: 200, body: { version: '3.3.2' } };
    if (version === '3' && path === '/auth/token') return login(call);
    authorized(call);
    const rest = path.replace(/^\/api\/v[12]\/dags\//, '').split('/');
    if (rest[0] !== DAG) throw notFound(`The Dag with ID: \`${rest[0]}\` was not found`);
    if (rest.length === 1 && method === 'GET') return { status: 200, body: { dag_id: DAG, is_paused: paused } };
    if (rest[1] !== 'dagRuns') throw notFound('Not Found');
    if (rest.length === 2 && method === 'POST') return trigger(call);
    const run = runs.find(({ id }) => id === rest[2]);
    if (!run) throw notFound(`The DagRun with dag_id: \`${DAG}\` and run_id: \`${rest[2]}\` was not found`);
    if (rest.length === 3 && method === 'GET') return { status: 200, body: shown(run) };
    if (rest.length === 3 && method === 'PATCH') {
      run.state = Patch.parse(JSON.parse(call.text)).state;
      asked = true;
      return { status: 200, body: shown(run) };
    }
    if (method !== 'GET' || rest[3] !== 'taskInstances') throw new Refused(405);
    if (rest.length === 4) {
      const wanted = call.query.get('state');
      const found = wanted === null || task(run).state === wanted ? [task(run)] : [];
      return { status: 200, body: { task_instances: found, total_entries: found.length } };
    }
    if (rest.slice(4).join('/') !== 'train/logs/1') throw notFound('TaskInstance not found');
    return logOf(call, run);
  };

  const login = ({ method, text }: FakeCall): FakeAnswer => {
    if (method !== 'POST') throw new Refused(403);
    const { username, password } = z
      .strictObject({ username: z.string(), password: z.string() })
      .parse(JSON.parse(text));
    if (expired || username !== USER || password !== PASSWORD)
      throw new Refused(401, { detail: 'Invalid credentials' });
    logins += 1;
    jwt = `s3cr3t-jwt-${logins}`;
    return { status: 201, body: { access_token: jwt } };
  };

  const trigger = ({ text }: FakeCall): FakeAnswer => {
    const read = Trigger[version].safeParse(JSON.parse(text));
    if (!read.success) throw new Refused(version === '2' ? 400 : 422, { detail: read.error.issues });
    const { dag_run_id: id, conf } = read.data;
    if (runs.some((run) => run.id === id))
      throw new Refused(409, { detail: { reason: 'Unique constraint violation' } });
    const run = { id, state: 'queued', conf, lines: [] };
    runs.push(run);
    return { status: 200, body: shown(run), started: true };
  };

  const logOf = ({ headers }: FakeCall, { lines }: Run): FakeAnswer => {
    if (version === '2') {
      if (headers['accept'] !== 'text/plain') throw new Refused(406);
      return {
        status: 200,
        body: `*** Found local files:\n***   * /logs/attempt=1.log\n${lines.map((l) => `${l}\n`).join('')}`,
      };
    }
    if (headers['accept'] !== 'application/x-ndjson') throw new Refused(406);
    const about = ['::group::Log message source details', '/logs/attempt=1.log', '::endgroup::'];
    const events = [...about, ...lines].map((event) => `${JSON.stringify({ timestamp: null, event })}\n`);
    return { status: 200, body: events.join('') };
  };

  const fake = await startFake(answer);
  const newest = () => runs.at(-1)!;
  return {
    ...fake,
    options: { url: `${fake.origin}/`, dag: DAG, username: USER, password: PASSWORD },
    runs: () => runs.length,
    given: () => newest().conf as Record<string, string>,
    set: (native) => {
      newest().state = native;
    },
    vanish: () => void runs.pop(),
    expireCredentials: (now) => {
      expired = now;
    },
    cancelled: () => asked && newest().state === 'failed',
    write: (lines) => void newest().lines.push(...lines),
    logins: () => logins,
    forgetTokens: () => {
      jwt = 's3cr3t-jwt-of-nobody';
    },
    pause: () => {
      paused = true;
    },
  } satisfies FakePeer & Record<string, unknown>;
}

export const kit: ExecutorKit = {
  type: 'airflow',
  variant: 'version 3',
  open: () => openAirflow('3'),
  states: { queued: 'queued', running: 'running', success: 'succeeded', failed: 'failed' },
  cancelledAs: 'failed',
  logs: true,
};

export const variants: ExecutorKit[] = [{ ...kit, variant: 'version 2', open: () => openAirflow('2') }];
