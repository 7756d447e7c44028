import type { ExecutionState } from '@leeway/contract';
import type { ExecutorKit, FakePeer } from '../../testdata/executor-kit.ts';
import {
  type FakeAnswer,
  type FakeCall,
  fields,
  only,
  queryOnly,
  Refused,
  startFake,
} from '../../testdata/fake-http.ts';

const states: Record<string, ExecutionState> = {
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
const ENDED = ['success', 'failed', 'canceled', 'skipped'];
const TOKEN = 'glpat-0123456789abcdef';
const TRIGGER = 'glptt-0123456789abcdef';

interface Pipeline {
  id: number;
  source: string;
  status: string;
  variables: Record<string, string>;
  lines: string[];
}

/** GitLab with the project acme/churn. `role` Developer may not read variables of a pipeline; `named` has them in its name. */
export async function openGitLab(
  over: object = {},
  { developer = false, named = false } = {},
): Promise<FakePeer & { newestStatus(): string }> {
  // One that somebody pushed, and one that somebody else began by the API.
  const others = [
    { id: 7, source: 'push', status: 'success', variables: {}, lines: [] },
    { id: 8, source: 'api', status: 'running', variables: { LEEWAY_TRAINING: 'lw-another' }, lines: [] },
  ];
  const pipelines: Pipeline[] = [];
  let expired = false;
  let asked = false;
  let made = 40;
  const newest = () => pipelines.at(-1)!;
  const shown = ({ id, source, status, variables }: Pipeline) => ({
    ...{ id, iid: id, project_id: 5, source, status, ref: 'main', sha: 'a'.repeat(40), yaml_errors: null },
    name: named ? `Train ${variables['LEEWAY_TRAINING']}` : null,
    web_url: `https://gitlab.example.org/acme/churn/-/pipelines/${id}`,
  });
  const begin = (source: string, variables: Record<string, string>): FakeAnswer => {
    for (const name of Object.keys(variables)) if (!/^\w+$/.test(name)) throw new Refused(400);
    pipelines.push({ id: ++made, source, status: 'created', variables, lines: [] });
    return { status: 201, body: shown(newest()), started: true };
  };

  const trigger = (call: FakeCall): FakeAnswer => {
    if (call.headers['content-type'] !== 'application/x-www-form-urlencoded') throw new Refused(415);
    const form = new URLSearchParams(call.text);
    if (form.get('token') !== TRIGGER) throw new Refused(404, { message: '404 Not Found' });
    if (form.get('ref') !== 'main') throw new Refused(400, { message: { base: ['Reference not found'] } });
    const variables = [...form].flatMap(([name, value]) => {
      const key = /^variables\[(\w+)\]$/.exec(name)?.[1];
      if (key === undefined && name !== 'token' && name !== 'ref')
        throw new Refused(400, { error: `${name} is invalid` });
      return key === undefined ? [] : [[key, value] as const];
    });
    return begin('trigger', Object.fromEntries(variables));
  };

  const list = (call: FakeCall): FakeAnswer => {
    queryOnly(call, 'source', 'ref', 'updated_after', 'order_by', 'sort', 'per_page', 'page', 'name', 'status');
    const { query } = call;
    const wrong =
      query.get('order_by') !== 'id' || query.get('sort') !== 'asc' || !(Number(query.get('per_page')) <= 100);
    if (wrong || Number.isNaN(Date.parse(query.get('updated_after') ?? ''))) throw new Refused(400);
    const found = [...others, ...pipelines].filter(({ source }) => source === query.get('source'));
    // Of a list there are no yaml_errors.
    return { status: 200, body: found.map((one) => ({ ...shown(one), yaml_errors: undefined })) };
  };

  const answer = (call: FakeCall): FakeAnswer => {
    if (expired || call.headers['private-token'] !== TOKEN) throw new Refused(401, { message: '401 Unauthorized' });
    const base = '/api/v4/projects/acme/churn';
    if (!call.path.startsWith(base)) throw new Refused(404, { message: '404 Project Not Found' });
    const route = `${call.method} ${call.path.slice(base.length)}`;
    if (route === 'POST /trigger/pipeline') return trigger(call);
    if (route === 'POST /pipeline') {
      const { ref, variables } = fields(call, 'ref', 'variables?');
      if (ref !== 'main') throw new Refused(400, { message: { base: ['Reference not found'] } });
      const pairs = (variables as unknown[]).map((one) => only(one, 'key', 'value', 'variable_type?'));
      return begin('api', Object.fromEntries(pairs.map(({ key, value }) => [String(key), String(value)])));
    }
    if (route === 'GET /pipelines') return list(call);
    const [, kind, id, rest] = /^\w+ \/(pipelines|jobs)\/(\d+)(?:\/(\w+))?$/.exec(route) ?? [];
    // Each pipeline has one job of the same number, and one that was set up before.
    const pipeline = [...others, ...pipelines].find((one) => one.id === Number(id) || one.id === Number(id) - 1_000);
    if (!pipeline) throw new Refused(404, { message: '404 Not found' });
    const told = `${call.method} ${kind} ${rest ?? ''}`;
    if (told === 'GET pipelines ') return { status: 200, body: shown(pipeline) };
    if (told === 'GET pipelines variables') {
      if (developer) throw new Refused(403, { message: '403 Forbidden' });
      const listed = Object.entries(pipeline.variables).map(([key, value]) => ({
        variable_type: 'env_var',
        key,
        value,
      }));
      return { status: 200, body: listed };
    }
    if (told === 'POST pipelines cancel') {
      asked = true;
      if (!ENDED.includes(pipeline.status)) pipeline.status = 'canceling';
      return { status: 200, body: shown(pipeline) };
    }
    if (told === 'GET pipelines jobs') {
      const ended = ENDED.includes(pipeline.status);
      const train = { id: pipeline.id + 1_000, name: 'train', status: ended ? pipeline.status : 'running' };
      const jobs = [
        { ...train, failure_reason: 'script_failure' },
        { id: pipeline.id, name: 'prepare', status: 'success' },
      ];
      const scope = call.query.get('scope[]');
      return { status: 200, body: jobs.filter(({ status }) => scope === null || status === scope) };
    }
    if (told === 'GET jobs trace') {
      const begins = '\x1b[0Ksection_start:1:step\r\x1b[0K\x1b[32;1mRunning\x1b[0;m\n';
      const lines = Number(id) > 1_000 ? pipeline.lines : [];
      return { status: 200, body: `${begins}${lines.join('\n')}`, headers: { 'content-type': 'text/plain' } };
    }
    throw new Refused(404, { error: '404 Not Found' });
  };

  const fake = await startFake(answer);
  return {
    ...fake,
    options: { url: fake.origin, project: 'acme/churn', token: TOKEN, ...over },
    runs: () => pipelines.length,
    given: () => Object.fromEntries(Object.entries(newest().variables).map(([k, v]) => [k, expanded(v)])),
    set: (native) => {
      newest().status = native;
    },
    vanish: () => {
      pipelines.pop();
    },
    expireCredentials: (now) => {
      expired = now;
    },
    cancelled: () => asked,
    write: (lines) => {
      newest().lines.push(...lines);
    },
    newestStatus: () => newest().status,
  };
}

/** What a runner makes of a value: $$ is a sign, and $NAME another variable, which here there is none of. */
const expanded = (value: string): string => value.replace(/\$(\$|\w+)/g, (_, name) => (name === '$' ? '$' : ''));

export const triggerToken = TRIGGER;

export const kit: ExecutorKit = {
  type: 'gitlab',
  states,
  cancelledAs: 'cancelled',
  logs: true,
  open: () => openGitLab(),
};
