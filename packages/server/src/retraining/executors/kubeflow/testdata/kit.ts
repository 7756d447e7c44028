import type { ExecutionState } from '@leeway/contract';
import type { ExecutorKit } from '../../testdata/executor-kit.ts';
import { type FakeCall, fields, only, queryOnly, Refused, startFake } from '../../testdata/fake-http.ts';

const states: Record<string, ExecutionState> = {
  PENDING: 'queued',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  SKIPPED: 'skipped',
  FAILED: 'failed',
  CANCELING: 'cancelling',
  CANCELED: 'cancelled',
  PAUSED: 'paused',
};
const ENDED = ['SUCCEEDED', 'SKIPPED', 'FAILED', 'CANCELED'];
const TOKEN = 'kfp-token-0123456789';

interface Run {
  run_id: string;
  display_name: string;
  state: string;
  parameters: Record<string, string>;
}

/** The API server behind the dashboard, with one pipeline of two versions. */
export const kit: ExecutorKit = {
  type: 'kubeflow',
  states,
  cancelledAs: 'cancelled',
  logs: false,
  async open() {
    const runs: Run[] = [];
    let expired = false;
    let made = 0;
    const newest = () => runs.at(-1)!;
    const shown = ({ run_id, display_name, state }: Run) => ({
      run_id,
      display_name,
      state,
      storage_state: 'AVAILABLE',
      created_at: '2026-03-01T00:00:00Z',
      state_history: [{ update_time: '2026-03-01T00:00:00Z', state }],
    });

    const answer = (call: FakeCall) => {
      if (expired || call.headers['authorization'] !== `Bearer ${TOKEN}`) throw new Refused(401);
      const path = call.path.replace('/pipeline/apis/v2beta1', '');
      if (path === call.path) throw new Refused(404);
      const route = `${call.method} ${path}`;
      if (route === 'GET /pipelines/names/churn') {
        queryOnly(call, 'namespace');
        return { status: 200, body: { pipeline_id: 'p-1', display_name: 'churn' } };
      }
      if (route === 'GET /pipelines/p-1/versions') {
        queryOnly(call, 'page_token', 'page_size', 'sort_by', 'filter');
        if (call.query.get('sort_by') !== 'created_at desc') throw new Refused(400);
        const versions = ['v2', 'v1'].filter((name) => (filtered(call) ?? name) === name);
        const listed = versions.map((name) => ({
          pipeline_id: 'p-1',
          pipeline_version_id: `pv-${name}`,
          display_name: name,
        }));
        return { status: 200, body: { pipeline_versions: listed.slice(0, Number(call.query.get('page_size'))) } };
      }
      if (route === 'GET /experiments') {
        queryOnly(call, 'page_token', 'page_size', 'sort_by', 'filter', 'namespace');
        const known = filtered(call) === 'retraining';
        return {
          status: 200,
          body: known ? { experiments: [{ experiment_id: 'e-1', display_name: 'retraining' }] } : {},
        };
      }
      if (route === 'GET /runs') {
        queryOnly(call, 'namespace', 'experiment_id', 'page_token', 'page_size', 'sort_by', 'filter');
        const found = runs.filter(({ display_name }) => (filtered(call) ?? display_name) === display_name);
        return { status: 200, body: found.length === 0 ? {} : { runs: found.map(shown), total_size: found.length } };
      }
      if (route === 'POST /runs') {
        const run = fields(
          call,
          'display_name',
          'description?',
          'experiment_id?',
          'pipeline_version_reference',
          'runtime_config',
          'service_account?',
        );
        const reference = only(run['pipeline_version_reference'], 'pipeline_id', 'pipeline_version_id');
        if (reference['pipeline_version_id'] !== 'pv-v2' || run['experiment_id'] !== 'e-1') throw new Refused(400);
        const { parameters } = only(run['runtime_config'], 'parameters', 'pipeline_root?');
        only(parameters, 'leeway');
        runs.push({
          run_id: `run-${++made}`,
          display_name: String(run['display_name']),
          state: 'PENDING',
          parameters: parameters as Record<string, string>,
        });
        return { status: 200, body: shown(newest()), started: true };
      }
      const [, id, verb] = /^\/runs\/([^/:]+)(?::(\w+))?$/.exec(path) ?? [];
      const run = runs.find(({ run_id }) => run_id === id);
      if (!run) throw new Refused(404, { code: 5, message: `Run ${id} not found` });
      if (call.method === 'GET' && !verb) return { status: 200, body: shown(run) };
      if (call.method === 'POST' && verb === 'terminate') {
        if (ENDED.includes(run.state)) throw new Refused(400, { code: 9, message: 'the run has ended' });
        run.state = 'CANCELED';
        return { status: 200, body: {} };
      }
      throw new Refused(405);
    };

    const fake = await startFake(answer);
    return {
      ...fake,
      options: { url: fake.origin, prefix: '/pipeline', token: TOKEN, pipeline: 'churn', experiment: 'retraining' },
      runs: () => runs.length,
      given: () => JSON.parse(newest().parameters['leeway'] ?? '{}') as Record<string, string>,
      set: (native) => {
        newest().state = native;
      },
      vanish: () => {
        runs.pop();
      },
      expireCredentials: (now) => {
        expired = now;
      },
      cancelled: () => newest().state === 'CANCELED',
    };
  },
};

/** The value of the one predicate of a filter, which the API wants as JSON. */
function filtered(call: FakeCall): string | undefined {
  const text = call.query.get('filter');
  if (text === null) return undefined;
  const { predicates } = only(JSON.parse(text), 'predicates');
  const predicate = only((predicates as unknown[])[0], 'operation', 'key', 'string_value');
  if (predicate['operation'] !== 'EQUALS' || predicate['key'] !== 'display_name') throw new Refused(400);
  return String(predicate['string_value']);
}
