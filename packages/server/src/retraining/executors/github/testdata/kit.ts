import type { ExecutionState } from '@leeway/contract';
import { strToU8, zipSync } from 'fflate';
import type { ExecutorKit, FakePeer } from '../../testdata/executor-kit.ts';
import { type FakeAnswer, type FakeCall, fields, queryOnly, Refused, startFake } from '../../testdata/fake-http.ts';

const STATUS: Record<string, ExecutionState> = {
  requested: 'queued',
  queued: 'queued',
  pending: 'queued',
  waiting: 'paused',
  in_progress: 'running',
};
const CONCLUSION: Record<string, ExecutionState> = {
  success: 'succeeded',
  failure: 'failed',
  startup_failure: 'failed',
  timed_out: 'timed_out',
  cancelled: 'cancelled',
  stale: 'cancelled',
  skipped: 'skipped',
  neutral: 'skipped',
  action_required: 'paused',
};
const TOKEN = 'github_pat_0123456789';
const NOW = '2001-01-10T00:10:30Z';

interface Run {
  id: number;
  event: string;
  title: string;
  status: string;
  conclusion: string | null;
  inputs: Record<string, string>;
  lines: string[];
}

export interface FakeGitHub extends FakePeer {
  /** From now on calls are used up. */
  useUp(until: number | null): void;
  /** Paths that were called with, and without our token. */
  calls: { path: string; authorized: boolean }[];
}

/** GitHub with one repository and one workflow; `server` as the old one refuses return_run_details. */
export async function openGitHub(server: 'new' | 'old' = 'new', over: object = {}): Promise<FakeGitHub> {
  const runs: Run[] = [];
  const calls: FakeGitHub['calls'] = [];
  let expired = false;
  let usedUp: number | null = null;
  let asked = false;
  let made = 0;
  const newest = () => runs.at(-1)!;
  const repo = '/repos/acme/churn';
  const shown = ({ id, event, title, status, conclusion }: Run) => ({
    ...{ id, event, status, conclusion, name: 'Train', display_title: title, created_at: NOW },
    html_url: `https://github.com/acme/churn/actions/runs/${id}`,
  });
  const begin = (event: string, inputs: Record<string, string>) => {
    // As the workflow names it: run-name: ${{ fromJSON(inputs.leeway).LEEWAY_TRAINING }}
    const title = `Train ${(JSON.parse(inputs['leeway'] ?? '{}') as Record<string, string>)['LEEWAY_TRAINING']}`;
    runs.push({ id: 1_000 + ++made, event, title, status: 'queued', conclusion: null, inputs, lines: [] });
  };

  const dispatch = (call: FakeCall): FakeAnswer => {
    const known = ['ref', 'inputs?', ...(server === 'new' ? ['return_run_details?'] : [])];
    const body = fields(call, ...known);
    if (body['ref'] !== 'main') throw new Refused(422, { message: 'No ref found for: x' });
    const inputs = (body['inputs'] ?? {}) as Record<string, string>;
    for (const [name, value] of Object.entries(inputs)) {
      if (name !== 'leeway' || typeof value !== 'string')
        throw new Refused(422, { message: 'Unexpected inputs provided' });
    }
    begin('workflow_dispatch', inputs);
    if (body['return_run_details'] !== true) return { status: 204, started: true };
    const { id } = newest();
    const run_url = `https://api.github.com${repo}/actions/runs/${id}`;
    return { status: 200, body: { workflow_run_id: id, run_url, html_url: shown(newest()).html_url }, started: true };
  };

  const list = (call: FakeCall): FakeAnswer => {
    queryOnly(call, 'event', 'created', 'per_page', 'page', 'status', 'branch', 'actor');
    const from = /^>=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/.exec(call.query.get('created') ?? '')?.[1];
    if (!from || !(Number(call.query.get('per_page')) <= 100)) throw new Refused(422);
    const found = runs.filter(({ event }) => event === call.query.get('event') && from <= NOW);
    // The newest first.
    return { status: 200, body: { total_count: found.length, workflow_runs: found.map(shown).reverse() } };
  };

  const answer = (call: FakeCall): FakeAnswer => {
    const { method, path, headers } = call;
    calls.push({ path, authorized: headers['authorization'] !== undefined });
    if (path === '/store/logs.zip' && call.query.get('sig') === 'signed') {
      const text = `\uFEFF${newest()
        .lines.map((line) => `${NOW.replace('Z', '.1234567Z')} ${line}\r\n`)
        .join('')}`;
      const zip = zipSync({ '0_train.txt': strToU8(text), 'train/1_Set up job.txt': strToU8('left out') });
      return { status: 200, body: Buffer.from(zip), headers: { 'content-type': 'application/zip' } };
    }
    if (!headers['user-agent']) throw new Refused(403, { message: 'Request forbidden by administrative rules.' });
    if (expired || headers['authorization'] !== `Bearer ${TOKEN}`)
      throw new Refused(401, { message: 'Bad credentials' });
    if (usedUp !== null) {
      const limits = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(usedUp) };
      return { status: 403, body: { message: 'API rate limit exceeded for user' }, headers: limits };
    }
    const route = `${method} ${path.startsWith(repo) ? path.slice(repo.length) : ''}`;
    if (route === 'POST /actions/workflows/train.yml/dispatches') return dispatch(call);
    if (route === 'GET /actions/workflows/train.yml/runs') return list(call);
    if (route === 'POST /dispatches') {
      const body = fields(call, 'event_type', 'client_payload?');
      const payload = body['client_payload'] as Record<string, string>;
      if (body['event_type'] !== 'leeway-train' || Object.keys(payload).length > 10) throw new Refused(422);
      begin('repository_dispatch', payload);
      return { status: 204, started: true };
    }
    const [, id, verb] = /^\w+ \/actions\/runs\/(\d+)(?:\/([\w-]+))?$/.exec(route) ?? [];
    const run = runs.find((one) => String(one.id) === id);
    if (!run) throw new Refused(404, { message: 'Not Found' });
    if (method === 'GET' && !verb) return { status: 200, body: shown(run) };
    if (method === 'GET' && verb === 'logs') {
      if (run.status !== 'completed') throw new Refused(404, { message: 'Not Found' });
      return { status: 302, headers: { location: `${fake.origin}/store/logs.zip?sig=signed` } };
    }
    if (method === 'POST' && (verb === 'cancel' || verb === 'force-cancel')) {
      if (run.status === 'completed')
        throw new Refused(409, { message: 'Cannot cancel a workflow run that is completed.' });
      asked = true;
      return { status: 202, body: {} };
    }
    throw new Refused(404, { message: 'Not Found' });
  };

  const fake = await startFake(answer);
  return {
    ...fake,
    options: { url: fake.origin, token: TOKEN, repository: 'acme/churn', workflow: 'train.yml', ...over },
    runs: () => runs.length,
    given: () => JSON.parse(newest().inputs['leeway'] ?? '{}') as Record<string, string>,
    set: (native) => {
      const status = native in STATUS ? native : 'completed';
      Object.assign(newest(), { status, conclusion: status === native ? null : native });
    },
    vanish: () => {
      runs.pop();
    },
    expireCredentials: (now) => {
      expired = now;
    },
    cancelled: () => asked,
    write: (lines) => {
      newest().lines.push(...lines);
    },
    useUp: (until) => {
      usedUp = until;
    },
    calls,
  };
}

export const kit: ExecutorKit = {
  type: 'github',
  states: { ...STATUS, ...CONCLUSION },
  cancelledAs: 'cancelled',
  logs: true,
  open: openGitHub,
};
