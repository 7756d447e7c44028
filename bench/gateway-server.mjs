// The two servers of bench/gateway.mjs, in one process: Leeway's gateway, and a bare Fastify before the same ONNX file.
import { createRequire } from 'node:module';
import { createToken } from '../packages/server/dist/access/tokens.js';
import { App } from '../packages/server/dist/app/app.js';
import { rawDocument } from '../packages/server/dist/config/load.js';
import { createLogger } from '../packages/server/dist/platform/log.js';
import { artifactPath } from '../packages/server/dist/registry/artifacts.js';
import { championOf } from '../packages/server/dist/registry/versions.js';

const require = createRequire(new URL('../packages/server/package.json', import.meta.url));
const ort = require('onnxruntime-node');
const Fastify = require('fastify');

const NUMERIC = ['a', 'b', 'c', 'd', 'e', 'f'];
const features = {
  ...Object.fromEntries(NUMERIC.map((name) => [name, { type: 'numeric' }])),
  kind: { type: 'categorical' },
};
const document = {
  apiVersion: 'leeway/v1',
  models: [
    {
      name: 'bench',
      task: 'binary',
      columns: { features, score: 'score' },
      retrain: {
        approval: { mode: 'auto', first: 'auto' },
        gates: [{ type: 'threshold', metric: 'roc_auc', above: 0.5 }],
      },
    },
  ],
};

const app = await App.open({
  config: rawDocument(document),
  dataDir: process.argv[2],
  port: 0,
  log: createLogger('error'),
});
const gateway = await app.start();
await seed();
const token = await createToken(app.ctx, 'bench', { name: 'bench', role: 'service' });
const bare = await startBare();
process.send({ gateway, bare, token, columns: [...NUMERIC, 'kind'], row: [1, 2, 3, 4, 5, 6, 'k3'] });
process.on('message', () => process.send({ memoryMb: Math.round(process.memoryUsage().rss / 1e6) }));
process.on('SIGTERM', () => app.close().then(() => process.exit(0)));

/** A history of a month, and a first version trained from it. */
async function seed() {
  const now = Date.now();
  const rows = [];
  const labels = [];
  for (let i = 0; i < 6_000; i++) {
    const values = NUMERIC.map((_, f) => ((i * 7919 + f * 104_729) % 1000) / 100);
    const row = { id: `h${i}`, time: now - 30 * 86_400_000 + i * 400_000, kind: `k${i % 9}` };
    NUMERIC.forEach((name, f) => (row[name] = values[f]));
    rows.push(row);
    labels.push({ id: `h${i}`, label: values[0] + values[1] + ((i * 31) % 7) > 13 ? '1' : '0' });
  }
  await app.services.ingest.predictions('bench', rows);
  await app.services.ingest.labels('bench', labels);
  await app.services.retraining.startRun({
    model: 'bench',
    trigger: 'hand',
    reason: 'bench',
    key: 'bench',
    actor: 'bench',
  });
  for (;;) {
    const [run] = await app.services.retraining.listRuns({ model: 'bench' });
    if (run.state === 'promoted') break;
    if (run.endedAt) throw new Error(`the run ended as ${run.state}: ${JSON.stringify(run.error)}`);
    await new Promise((later) => setTimeout(later, 100));
  }
}

async function startBare() {
  const champion = await championOf(app.ctx.store.db, 'bench');
  const session = await ort.InferenceSession.create(artifactPath(app.ctx, champion.artifact.hash), {
    intraOpNumThreads: 1,
  });
  const server = Fastify();
  server.post('/models/bench/invocations', async (request) => {
    const { columns, data } = request.body.dataframe_split;
    const feeds = {};
    columns.forEach((name, at) => {
      const values = data.map((row) => row[at]);
      feeds[name] =
        name === 'kind'
          ? new ort.Tensor('string', values, [values.length, 1])
          : new ort.Tensor('float64', Float64Array.from(values), [values.length, 1]);
    });
    const output = await session.run(feeds);
    return { predictions: Array.from(output.label.data, String) };
  });
  return server.listen({ host: '127.0.0.1', port: 0 });
}
