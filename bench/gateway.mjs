// Requests of one row through the gateway, captured, against the same ONNX runtime behind a bare Fastify in the same run.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, quick, report, result } from './lib.mjs';

const SECONDS = quick ? 3 : 10;
const CONNECTIONS = 16;

const dataDir = mkdtempSync(join(tmpdir(), 'leeway-bench-'));
const server = fork(new URL('./gateway-server.mjs', import.meta.url), [dataDir], {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
try {
  const ready = await new Promise((resolve, reject) => {
    server.once('message', resolve);
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const body = JSON.stringify({ dataframe_split: { columns: ready.columns, data: [ready.row] } });
  const targets = {
    gateway: { url: `${ready.gateway}/models/bench/invocations`, headers: { authorization: `Bearer ${ready.token}` } },
    bare: { url: `${ready.bare}/models/bench/invocations`, headers: {} },
  };
  for (const target of Object.values(targets)) await load(target, body, 1);
  // Turn by turn, so that what else the machine does falls on both.
  const runs = { gateway: [], bare: [] };
  for (let turn = 0; turn < 3; turn++) {
    for (const name of ['bare', 'gateway']) runs[name].push(await load(targets[name], body, SECONDS / 3));
  }
  const single = {
    gateway: await load(targets.gateway, body, SECONDS / 3, 1),
    bare: await load(targets.bare, body, SECONDS / 3, 1),
  };
  const perSecond = (name) => median(runs[name].map((run) => run.perSecond));
  result('gateway, requests/s', {
    ours: perSecond('gateway'),
    bare: perSecond('bare'),
    against: 'bare Fastify with the same runtime',
    unit: 'requests/s',
    want: '0.80',
    note: `${CONNECTIONS} connections, one row a request`,
  });
  const added = single.gateway.medianMs - single.bare.medianMs;
  result('gateway, median latency at one connection', {
    ours: single.gateway.medianMs,
    bare: single.bare.medianMs,
    against: 'bare Fastify with the same runtime',
    unit: 'ms',
    higherIsBetter: false,
    note: `adds ${added.toFixed(2)} ms (wanted < 1)`,
  });
  const { memoryMb } = await new Promise((resolve) => {
    server.once('message', resolve);
    server.send('memory');
  });
  console.error(`server memory: ${memoryMb} MB`);
  report();
} finally {
  server.kill('SIGTERM');
  await new Promise((done) => server.once('exit', done));
  rmSync(dataDir, { recursive: true, force: true });
}

/** Keeps `connections` requests in the air for some seconds. */
async function load({ url, headers }, body, seconds, connections = CONNECTIONS) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const until = performance.now() + seconds * 1000;
  const latencies = [];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < until) {
        const sent = performance.now();
        await post(agent, url, headers, body);
        latencies.push(performance.now() - sent);
      }
    }),
  );
  agent.destroy();
  return { perSecond: latencies.length / ((performance.now() - began) / 1000), medianMs: median(latencies) };
}

function post(agent, url, headers, body) {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      {
        method: 'POST',
        agent,
        headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        response.resume();
        response.on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`${url} answered ${response.statusCode}`)),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
