// Ingest of NDJSON over HTTP with durable acknowledgement, against the engine's own INSERT ... FROM file() of the same rows.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createToken } from '../packages/server/dist/access/tokens.js';
import { App } from '../packages/server/dist/app/app.js';
import { rawDocument } from '../packages/server/dist/config/load.js';
import { createLogger } from '../packages/server/dist/platform/log.js';
import { predictionColumns, predictionsTable } from '../packages/server/dist/warehouse/model-tables.js';
import { median, peakMemoryMb, quick, report, result, timed } from './lib.mjs';

const ROWS_PER_REQUEST = 10_000;
const REQUESTS = quick ? 6 : 30;
const FEATURES = 17; // with id, time, prediction, score and version: 22 columns

const IN_FLIGHT = 4;

const features = Object.fromEntries(
  Array.from({ length: FEATURES }, (_, i) => [`x${i}`, { type: i % 4 === 3 ? 'categorical' : 'numeric' }]),
);
const document = {
  apiVersion: 'leeway/v1',
  models: [{ name: 'bench', task: 'binary', columns: { features, score: 'score' } }],
};
if (process.send) await beClient();
else await beServer();

/** In a process of its own: keeps some requests in the air, and tells how long all of them took. */
async function beClient() {
  const { url, token } = await new Promise((resolve) => process.once('message', resolve));
  const send = async (body) => {
    const response = await fetch(`${url}/api/v1/models/bench/predictions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
      body,
    });
    const answer = await response.json();
    if (answer.accepted !== ROWS_PER_REQUEST)
      throw new Error(`expected ${ROWS_PER_REQUEST} accepted rows, got ${JSON.stringify(answer).slice(0, 300)}`);
  };
  await send(rows(-1)); // warm
  await send(rows(-2));
  const bodies = Array.from({ length: REQUESTS }, (_, i) => rows(i));
  const { seconds } = await timed(() =>
    Promise.all(
      Array.from({ length: IN_FLIGHT }, async () => {
        for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) await send(body);
      }),
    ),
  );
  process.send({ rowsPerSecond: (REQUESTS * ROWS_PER_REQUEST) / seconds });
  process.disconnect();
}

async function beServer() {
  const dataDir = mkdtempSync(join(tmpdir(), 'leeway-bench-'));
  const app = await App.open({ config: rawDocument(document), dataDir, port: 0, log: createLogger('error') });
  try {
    const url = await app.start({ work: false });
    const token = await createToken(app.ctx, 'bench', { name: 'bench', role: 'service' });
    const client = fork(fileURLToPath(import.meta.url), process.argv.slice(2));
    client.send({ url, token });
    const { rowsPerSecond } = await new Promise((resolve, reject) => {
      client.once('message', resolve);
      client.once('exit', (code) => code !== 0 && reject(new Error(`the client ended with ${code}`)));
    });
    const ours = [rowsPerSecond];

    // The same columns, straight from files into a table like the model's.
    const model = app.ctx.config().models[0];
    const columns = predictionColumns(model);
    const definition = columns.map(([name, type]) => `\`${name}\` ${type}`).join(', ');
    await app.ctx.warehouse.createTable(
      `CREATE TABLE bare (${definition}) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(time) ORDER BY (toDate(time), id, role, version)`,
    );
    const bare = [];
    for (let i = 0; i < REQUESTS; i += 2) {
      const path = join(dataDir, `bare-${i}.ndjson`);
      writeFileSync(path, asStored(rows(10_000 + i)) + asStored(rows(10_001 + i)));
      const { seconds } = await timed(() =>
        app.ctx.warehouse.command(
          `INSERT INTO bare SELECT * FROM file('${path}', 'JSONEachRow', '${definition.replaceAll("'", "\\'")}') SETTINGS date_time_input_format = 'best_effort'`,
        ),
      );
      bare.push((2 * ROWS_PER_REQUEST) / seconds);
      rmSync(path);
    }
    result('ingest, rows/s', {
      ours: median(ours),
      bare: median(bare),
      unit: 'rows/s',
      want: '0.60',
      note: `${predictionsTable(model)}, 22 columns, ${ROWS_PER_REQUEST} rows a request, peak ${peakMemoryMb()} MB`,
    });
    report();
  } finally {
    await app.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function rows(batch) {
  const now = Date.now() - 3_600_000;
  const lines = [];
  for (let i = 0; i < ROWS_PER_REQUEST; i++) {
    const row = { id: `b${batch}-${i}`, time: now + i, version: 'v1', prediction: i % 2, score: (i % 1000) / 1000 };
    for (let f = 0; f < FEATURES; f++)
      row[`x${f}`] = f % 4 === 3 ? `c${(i * 7 + f) % 40}` : ((i * 31 + f * 17) % 1000) / 10;
    lines.push(JSON.stringify(row));
  }
  return `${lines.join('\n')}\n`;
}

/** The rows under the warehouse's names, as the engine reads them. */
function asStored(text) {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { id, time, version, prediction, score, ...features } = JSON.parse(line);
      const row = {
        id,
        time,
        received: time,
        version,
        role: 'live',
        request: '',
        error: '',
        weight: 1,
        prediction: String(prediction),
        score,
      };
      for (const [name, value] of Object.entries(features)) row[`f_${name}`] = value;
      return `${JSON.stringify(row)}\n`;
    })
    .join('');
}
