import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Run } from '@leeway/contract';
import { createToken } from '../../access/tokens.ts';
import { App } from '../../app/app.ts';
import { rawDocument } from '../../config/load.ts';
import { tableOf } from '../../learner/testdata/table.ts';
import { TrainParams, train } from '../../learner/train.ts';
import { createLogger } from '../../platform/log.ts';

const ROOT = fileURLToPath(new URL('../../../../../', import.meta.url));
const DAY_MS = 86_400_000;
const DAYS = 35;
const ROWS = 2_100;
const FEATURES = {
  hour: { type: 'numeric' },
  distance: { type: 'numeric' },
  holiday: { type: 'boolean' },
  carrier: { type: 'categorical' },
} as const;

interface Row {
  id: string;
  time: number;
  hour: number;
  distance: number | null;
  holiday: boolean;
  carrier: string | null;
  label: string;
}

/** Rows whose label follows from their features, with chance. */
function makeRows(now: number): Row[] {
  let state = 5;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: ROWS }, (_, i) => {
    const [hour, distance, holiday] = [Math.floor(random() * 24), random() * 2_000, random() < 0.1];
    const carrier = ['AA', 'DL', 'WN'][Math.floor(random() * 3)]!;
    const logit = distance / 400 - 2.5 + (carrier === 'AA' ? 1.5 : -0.5) + hour / 24 + (holiday ? 0.5 : 0);
    const missing = random();
    return {
      id: `f${i}`,
      time: now - (DAYS + 1) * DAY_MS + Math.floor((i * DAYS * DAY_MS) / ROWS),
      ...{ hour, holiday, distance: missing < 0.02 ? null : distance, carrier: missing > 0.98 ? null : carrier },
      label: random() < 1 / (1 + Math.exp(-logit)) ? 'late' : 'on_time',
    };
  });
}

/** An ONNX file that was learnt from the rows, for trainers that have no library. */
function learn(rows: Row[], path: string): void {
  const kinds = { hour: 'numeric', distance: 'numeric', holiday: 'boolean', carrier: 'categorical' } as const;
  const table = tableOf(
    { ...kinds, label: 'categorical' },
    rows.map((row) => [row.hour, row.distance, row.holiday, row.carrier, row.label]),
  );
  const schema = { task: 'binary', positive: 'late', label: 'label', features: FEATURES } as const;
  writeFileSync(path, train(table, schema, TrainParams.parse({})).onnx);
}

export interface TrainingServer {
  /** A run by hand of the model that is trained so, followed to its end. */
  runOf(model: string): Promise<Run>;
  /** Has the challenger of a run serve. */
  approve(run: Run): Promise<void>;
  app: App;
  close(): Promise<void>;
}

/**
 * A whole server with labelled rows and two models, both trained by the same Python program: `command` on this machine, and
 * `webhook` by a service that runs it elsewhere, with nothing but the contract as JSON in the variable LEEWAY. The variable
 * MODEL_FILE names an ONNX file. `others` are executors of further models, by the names of these.
 */
export async function openTrainingServer(
  python: string,
  program: string[],
  others: Record<string, object> = {},
): Promise<TrainingServer> {
  const data = mkdtempSync(join(tmpdir(), 'leeway-training-'));
  const rows = makeRows(Date.now());
  const env = {
    MODEL_FILE: join(data, 'learnt.onnx'),
    PYTHONPATH: join(ROOT, 'clients/python/src'),
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONWARNINGS: 'ignore',
    LEEWAY_CACHE: join(data, 'cache'),
  };
  learn(rows, env.MODEL_FILE);
  const service = await openService(python, program, env);
  const model = (name: string, executor: object) => ({
    ...{ name, task: 'binary', columns: { features: FEATURES, positive: 'late', score: 'score' } },
    retrain: {
      executor: { timeout: '2m', ...executor },
      params: { C: 0.5, trees: 7 },
      gates: [{ type: 'threshold', metric: 'roc_auc', above: 0.6 }],
      approval: 'approve',
    },
  });
  const config = rawDocument({
    apiVersion: 'leeway/v1',
    server: { allowPrivateNetworks: ['127.0.0.0/8'] },
    models: [
      model('command', { type: 'command', command: [python, ...program], env }),
      model('webhook', { type: 'webhook', url: service.url }),
      ...Object.entries(others).map(([name, executor]) => model(name, executor)),
    ],
  });
  const app = await App.open({
    config,
    dataDir: data,
    host: '127.0.0.1',
    port: 0,
    log: createLogger('silent'),
    write: () => {},
  });
  const url = await app.start();
  const token = await createToken(app.ctx, 'test', { name: 'test', role: 'admin' });
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text);
  };
  for (const name of ['command', 'webhook', ...Object.keys(others)]) {
    const [features, labels] = [rows.map(({ label: _, ...row }) => row), rows.map(({ id, label }) => ({ id, label }))];
    for (const [kind, given] of Object.entries({ predictions: features, labels })) {
      const { accepted, rejected } = await call('POST', `/models/${name}/${kind}`, given);
      if (accepted !== ROWS) throw new Error(`${kind}: ${JSON.stringify(rejected[0])}`);
    }
  }
  return {
    app,
    async runOf(name) {
      const { id } = await call('POST', `/models/${name}/retrain`, { reason: 'a test' });
      for (;;) {
        const run: Run = await call('GET', `/runs/${id}`);
        if (run.endedAt !== null || run.state === 'awaiting_approval') return run;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async approve({ id }) {
      await call('POST', `/runs/${id}/approve`, { reason: 'a test' });
    },
    async close() {
      await app.close();
      await service.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Runs the program for every call that it gets, as a service on another machine would. */
async function openService(python: string, program: string[], env: Record<string, string>) {
  const children: { child: ChildProcess; over: Promise<void> }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { data } = JSON.parse(body) as { data: { env: Record<string, string> } };
    const [path = ''] = [process.env['PATH']];
    const child = spawn(python, program, {
      env: { PATH: path, ...env, LEEWAY: JSON.stringify(data.env) },
      stdio: 'ignore',
    });
    children.push({ child, over: new Promise((resolve) => child.once('close', () => resolve())) });
    response.writeHead(202, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/train`,
    async close() {
      for (const { child } of children) child.kill('SIGKILL');
      await Promise.all(children.map(({ over }) => over));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
