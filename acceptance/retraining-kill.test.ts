import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY, random } from '../packages/server/src/testing/models.ts';

/** More with LEEWAY_KILLS=100, which takes minutes. */
const KILLS = Number(process.env['LEEWAY_KILLS'] ?? 6);
/** A server is killed when it has moved its runs on so many times at most, and a moment after. */
const MOST_STEPS = 5;
const MOMENT_MS = 300;
const LONGEST_LIFE_MS = 20_000;
const ROWS = 600;
const DIST = resolve(import.meta.dirname, '../packages/server/dist');
const MODELS = ['local-a', 'local-b', 'remote-a', 'remote-b'];
const ENDED = ['promoted', 'rejected', 'failed', 'cancelled', 'vetoed'];

interface Told {
  id: string;
  state: string;
  error: { code: string; detail: string } | null;
  challenger: string | null;
  executions: { state: string; native: string | null }[];
}

const dir = mkdtempSync(join(tmpdir(), 'leeway-kill-'));
const data = join(dir, 'data');
const begun = join(dir, 'begun');
const chance = random(17);
const servers: ChildProcess[] = [];
let orchestrator: Awaited<ReturnType<typeof startOrchestrator>>;

beforeAll(async () => {
  orchestrator = await startOrchestrator();
  const columns = {
    features: { distance: { type: 'numeric' }, carrier: { type: 'categorical' } },
    ...{ score: 'score', label: 'late', positive: 'yes' },
  };
  // Says that it began, and is our own trainer then.
  const trainer = `echo "$LEEWAY_TRAINING" >> ${begun}; sleep 0.$((RANDOM % 9)); exec "${process.execPath}" "${DIST}/learner/main.js"`;
  const document = {
    apiVersion: 'leeway/v1',
    server: { data, allowPrivateNetworks: ['127.0.0.1/32'] },
    channels: [],
    routes: { channels: [] },
    models: MODELS.map((name) => ({
      ...{ name, task: 'binary', columns, monitors: [] },
      retrain: {
        data: { window: '28d', holdout: '7d', minimumRows: 100 },
        minimumHoldoutRows: 50,
        gates: [{ type: 'threshold', metric: 'roc_auc', above: 0.5 }],
        approval: { mode: 'auto', first: 'auto' },
        executor: name.startsWith('local')
          ? { type: 'command', command: ['bash', '-c', trainer] }
          : { type: 'webhook', url: `${orchestrator.url}/train` },
      },
    })),
  };
  writeFileSync(join(dir, 'leeway.json'), JSON.stringify(document));
});

afterAll(async () => {
  for (const child of servers) child.kill('SIGKILL');
  await orchestrator?.close();
  rmSync(dir, { recursive: true, force: true });
});

test(`${KILLS} times kill -9 in the midst of runs: all end as if there had been none, and nothing begins twice`, {
  timeout: 180_000 + KILLS * 20_000,
}, async ({ annotate }) => {
  let server = await startServer();
  for (const model of MODELS) await fill(server, model);

  const asked: { model: string; key: string }[] = [];
  const ask = async (round: number) => {
    for (const model of MODELS) {
      const key = `${model}-${round}`;
      asked.push({ model, key });
      await persist(() =>
        server.call(`/models/${model}/retrain`, { reason: `round ${round}` }, { 'idempotency-key': key }),
      );
    }
  };
  /** As somebody who asks until there is an answer. */
  async function persist<T>(call: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof Gone)) throw error;
        await server.over;
        server = await startServer();
      }
    }
  }
  const open = async () =>
    (await server.call<{ runs: Told[] }>('/runs')).runs.filter(({ state }) => !ENDED.includes(state));

  /** Waits until the server has moved on so far: by steps, not by time, so that slow machines get as far. */
  async function live(steps: number): Promise<void> {
    const end = Date.now() + LONGEST_LIFE_MS;
    const look = async () => JSON.stringify((await open()).map((run) => [run.state, run.executions]));
    let seen = await look();
    for (let left = steps; left > 0 && Date.now() < end; ) {
      await wait(25);
      const now = await look();
      if (now !== seen) left -= 1;
      seen = now;
    }
    await wait(chance() * MOMENT_MS);
  }

  let round = 0;
  await ask(round);
  for (let kill = 0; kill < KILLS; kill++) {
    if ((await open()).length === 0) await ask(++round);
    await live(Math.floor(chance() * (MOST_STEPS + 1)));
    server.process.kill('SIGKILL');
    await server.over;
    server = await startServer();
  }
  await expect.poll(open, { timeout: 90_000, interval: 250 }).toEqual([]);

  const { runs } = await server.call<{ runs: Told[] }>('/runs');
  expect(runs.length).toBe(asked.length);
  for (const run of runs) {
    expect(run).toMatchObject({ state: 'promoted', error: null });
    expect(run.executions.map(({ state }) => state)).toEqual(['succeeded']);
  }
  for (const model of MODELS) {
    const { versions } = await server.call<{ versions: { run: string; served: unknown[] }[] }>(
      `/models/${model}/versions`,
    );
    const own = asked.filter((one) => one.model === model).length;
    expect(versions.length).toBe(own);
    expect(new Set(versions.map(({ run }) => run)).size).toBe(own);
    expect(versions.every(({ served }) => served.length === 1)).toBe(true);
  }
  // Of each training one program ran on this machine, or one began at the orchestrator.
  const local = readFileSync(begun, 'utf8').trim().split('\n');
  expect(local.length).toBe(new Set(local).size);
  expect(local.length + orchestrator.begun.size).toBe(runs.length);
  const { entries } = await server.call<{ entries: { action: string; subject: string }[] }>('/audit?limit=1000');
  for (const { id } of runs) {
    expect(entries.filter(({ action, subject }) => action === 'run.promoted' && subject === id).length).toBe(1);
  }
  server.process.kill('SIGTERM');
  await server.over;
  await annotate(
    `${runs.length} runs, ${orchestrator.calls()} calls for ${orchestrator.begun.size} trainings elsewhere`,
  );
});

class Gone extends Error {}

interface Server {
  process: ChildProcess;
  over: Promise<unknown>;
  call<T>(path: string, body?: unknown, headers?: Record<string, string>): Promise<T>;
}

/** The program as it is shipped, over the data that are there. */
async function startServer(): Promise<Server> {
  const child = spawn(
    process.execPath,
    [join(DIST, 'cli/main.js'), 'serve', '--config', join(dir, 'leeway.json'), '--port', '0', '--json'],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LEEWAY_LOG_LEVEL: 'warn' } },
  );
  servers.push(child);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-4_000);
  });
  const over = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    over.then(() => {
      throw new Error(`the server did not start: ${said}`);
    }),
  ])) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const { token } = JSON.parse(readFileSync(join(data, 'local.json'), 'utf8')) as { token: string };
  return {
    process: child,
    over,
    async call<T>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
      const response = await fetch(`${url}/api/v1${path}`, {
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      }).catch((error: unknown) => {
        throw new Gone('the server is gone', { cause: error });
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
      return JSON.parse(text) as T;
    },
  };
}

/** Rows of the last 25 days with what became of them. */
async function fill(server: Server, model: string): Promise<void> {
  const now = Date.now();
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const distance = chance() * 10;
    const late = chance() < 1 / (1 + Math.exp(5 - distance)) ? 'yes' : 'no';
    const time = new Date(now - 25 * DAY + (i * 24 * DAY) / ROWS).toISOString();
    return { id: `p${i}`, time, distance, carrier: ['AA', 'DL'][i % 2], prediction: late, score: 0.5, late };
  });
  await server.call(
    `/models/${model}/predictions`,
    rows.map(({ late: _, ...row }) => row),
  );
  await server.call(
    `/models/${model}/labels`,
    rows.map(({ id, late }) => ({ id, late })),
  );
}

/** An orchestrator that takes webhooks: a training of a key begins once, trains in a process and tells by the training API. */
async function startOrchestrator() {
  const begun = new Map<string, Promise<unknown>>();
  let calls = 0;
  const train = async (key: string, env: Record<string, string>) => {
    const folder = mkdtempSync(join(dir, 'remote-'));
    await wait(chance() * 300);
    // What a killed server did not hear is said again, to the address of the one that came after it.
    const say = async (path: string, init: RequestInit = {}) => {
      for (;;) {
        const response = await fetch(`${serverUrl(env)}/api/v1/trainings/${key}${path}`, {
          ...init,
          headers: { authorization: `Bearer ${env['LEEWAY_TOKEN']}`, ...(init.headers as Record<string, string>) },
        }).catch(() => null);
        if (response && response.status < 500) return response;
        await wait(100);
      }
    };
    const files: Record<string, string> = {};
    for (const name of ['train.parquet', 'schema.json']) {
      const response = await say(`/files/${name}`);
      if (!response.ok) return; // its run has ended
      files[name] = join(folder, name);
      writeFileSync(files[name], Buffer.from(await response.arrayBuffer()));
    }
    const child = spawn(process.execPath, [join(DIST, 'learner/main.js')], {
      stdio: 'ignore',
      env: {
        ...process.env,
        ...env,
        LEEWAY_TRAIN_DATA: files['train.parquet']!,
        LEEWAY_SCHEMA: files['schema.json']!,
        LEEWAY_OUTPUT: folder,
      },
    });
    await once(child, 'exit');
    const model = join(folder, 'model.onnx');
    if (existsSync(model)) {
      const body = readFileSync(model);
      await say('/output/model.onnx', { method: 'PUT', body, headers: { 'content-type': 'application/octet-stream' } });
    }
    const body = JSON.stringify({ state: existsSync(model) ? 'succeeded' : 'failed' });
    await say('/complete', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  };
  /** Each server has a port of its own, and leaves it here. */
  const serverUrl = (env: Record<string, string>): string => {
    try {
      return (JSON.parse(readFileSync(join(data, 'local.json'), 'utf8')) as { url: string }).url;
    } catch {
      return env['LEEWAY_URL']!; // half written, or not yet there
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls += 1;
      const key = String(request.headers['idempotency-key']);
      const env = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { data?: { env?: Record<string, string> } };
      const given = findEnvironment(env);
      if (!begun.has(key)) begun.set(key, train(given['LEEWAY_TRAINING']!, given));
      setTimeout(() => response.writeHead(202, { 'content-type': 'application/json' }).end('{}'), 20);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    begun,
    calls: () => calls,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      await Promise.race([Promise.allSettled(begun.values()), wait(2_000)]);
    },
  };
}

/** The training contract, wherever in the body it stands. */
function findEnvironment(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  if ('LEEWAY_TRAINING' in value) return value as Record<string, string>;
  return (
    Object.values(value)
      .map(findEnvironment)
      .find((found) => 'LEEWAY_TRAINING' in found) ?? {}
  );
}
