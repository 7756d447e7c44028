import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createToken } from '../../server/src/access/tokens.ts';
import { App } from '../../server/src/app/app.ts';
import { rawDocument } from '../../server/src/config/load.ts';
import { createLogger } from '../../server/src/platform/log.ts';
import { storeArtifact } from '../../server/src/registry/artifacts.ts';
import { promoteInTx } from '../../server/src/registry/promote.ts';
import { registerVersion } from '../../server/src/registry/versions.ts';
import { Leeway } from './client.ts';
import { LeewayClientError } from './errors.ts';

// Both clients against a whole server with its embedded stores. clients/python/tests/test_real.py relies on these models.

const CONFIG = {
  apiVersion: 'leeway/v1',
  models: [
    {
      name: 'churn',
      task: 'binary',
      columns: {
        features: { tenure: { type: 'numeric' }, plan: { type: 'categorical' } },
        score: 'probability',
        positive: 'churns',
      },
    },
    {
      name: 'flights',
      task: 'binary',
      columns: {
        features: { distance: { type: 'numeric' }, hour: { type: 'numeric' }, carrier: { type: 'categorical' } },
        positive: 'late',
      },
    },
  ],
};

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'leeway-client-'));
let app: App;
let leeway: Leeway;
let viewer: Leeway;
let tokens: { service: string; viewer: string };

beforeAll(async () => {
  const config = rawDocument(CONFIG);
  app = await App.open({ config, dataDir: data, host: '127.0.0.1', port: 0, log: createLogger('silent') });
  await registerFlights();
  const url = await app.start({ work: false });
  const token = (role: string) => createToken(app.ctx, 'test', { name: `test ${role}`, role });
  tokens = { service: await token('service'), viewer: await token('viewer') };
  vi.stubEnv('LEEWAY_URL', url);
  vi.stubEnv('LEEWAY_TOKEN', tokens.service);
  vi.stubEnv('LEEWAY_VIEWER_TOKEN', tokens.viewer);
  leeway = new Leeway();
  viewer = new Leeway({ token: tokens.viewer });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await app?.close();
  rmSync(data, { recursive: true, force: true });
});

/** Version v1 of the model `flights`, a pipeline of scikit-learn, which serves. */
async function registerFlights(): Promise<void> {
  const { ctx } = app;
  const artifact = await storeArtifact(ctx, join(ROOT, 'packages/server/src/gateway/testdata/columns.onnx'));
  await ctx.store.db.transaction().execute(async (tx) => {
    const version = await registerVersion(tx, {
      model: 'flights',
      createdAt: Date.now(),
      createdBy: 'test',
      run: null,
      parent: null,
      dataset: null,
      metrics: {},
      params: {},
      artifact: { ...artifact, format: 'onnx' },
    });
    await promoteInTx(ctx, tx, { model: 'flights', version, actor: 'test', reason: 'for the test' });
  });
}

async function stored(sql: string): Promise<unknown[]> {
  await app.settle();
  return app.ctx.warehouse.query(sql, {}, 'test');
}

describe('the TypeScript client', () => {
  test('the first prediction of its README', async () => {
    const readme = readFileSync(join(ROOT, 'packages/client/README.md'), 'utf8');
    const program = /```js\n(.*?)```/s.exec(readme)![1]!;
    // Within the package, so that it finds @leeway/client by name.
    const folder = join(ROOT, 'packages/client/.cache');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `readme-${process.pid}.mjs`);
    writeFileSync(file, `${program}export { id, recorder };\n`);
    const { id, recorder } = await import(/* @vite-ignore */ pathToFileURL(file).href).finally(() => rmSync(file));
    expect(recorder.counts).toMatchObject({ accepted: 1, dropped: 0 });
    expect(await stored(`SELECT id, prediction, score, f_plan FROM predictions_churn WHERE id = '${id}'`)).toEqual([
      { id, prediction: 'stays', score: 0.2, f_plan: 'basic' },
    ]);
    expect(await stored(`SELECT label FROM labels_churn WHERE id = '${id}'`)).toEqual([{ label: 'stays' }]);
  });

  test('feedback is stored, and a link leads to the form', async () => {
    const said = { feedback_id: 'f1', id: 'a', rating: 5, comment: 'as I would have' };
    expect(await leeway.feedback.send('churn', said)).toMatchObject({ accepted: 1, rejected: [] });
    expect(await stored(`SELECT rating, comment FROM feedback FINAL WHERE id = 'f1'`)).toEqual([
      { rating: 5, comment: 'as I would have' },
    ]);
    const form = await fetch(await leeway.feedbackLink('churn', 'a'));
    expect([form.status, await form.text()]).toEqual([200, expect.stringContaining('name="rating"')]);
  });

  const rowsOf = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, i) => {
      return { id: `${prefix}-${i}`, time: new Date(), tenure: i, plan: 'basic', prediction: 'stays' };
    });

  test('rows sent twice are stored once', async () => {
    const rows = rowsOf('ts', 3_000);
    expect(await leeway.predictions.send('churn', rows)).toEqual({ accepted: 3_000, duplicates: 0, rejected: [] });
    expect(await leeway.predictions.send('churn', rows)).toEqual({ accepted: 0, duplicates: 3_000, rejected: [] });
  });

  test('bad rows are named', async () => {
    const [good] = rowsOf('good', 1);
    const result = await leeway.predictions.send('churn', [good!, { ...good, id: 'bad', tenure: 'long' }]);
    expect(result).toMatchObject({ accepted: 1, rejected: [{ row: 1, code: 'wrong_type' }] });
  });

  test('a recorder sends many rows, in several requests', async () => {
    const recorder = leeway.recorder('churn', { maxRows: 2_000 });
    for (const row of rowsOf('recorded', 9_000)) recorder.record(row);
    expect(await recorder.close(30_000)).toBe(true);
    expect(recorder.counts).toEqual({ queued: 0, accepted: 9_000, duplicates: 0, rejected: 0, dropped: 0 });
  });

  test('the gateway, both ways', async () => {
    const rows = [
      { distance: 500, hour: 6, carrier: 'AA', id: 'asked-1' },
      { distance: 2_000, hour: 22, carrier: null, id: 'asked-2' },
    ];
    const invoked = await leeway.invoke('flights', rows);
    expect(invoked).toMatchObject({ version: 'v1', requestId: expect.stringMatching(/./) });
    expect(invoked.scores).toHaveLength(2);
    const inferred = await leeway.infer('flights', rows, { version: 'v1' });
    expect({ ...inferred, requestId: '' }).toEqual({ ...invoked, requestId: '' });
    expect(
      await stored(`SELECT id FROM predictions_flights WHERE role = 'live' AND id LIKE 'asked-%' ORDER BY id`),
    ).toEqual([{ id: 'asked-1' }, { id: 'asked-2' }]);
  });

  test.for<[code: string, status: number, call: () => Promise<unknown>]>([
    ['unknown_model', 404, () => leeway.predictions.send('nobody', [{ id: 'a' }])],
    ['forbidden', 403, () => leeway.alerts()],
    ['unauthenticated', 401, () => new Leeway({ token: 'wrong' }).labels.send('churn', [{ id: 'a' }])],
    ['no_champion', 409, () => leeway.invoke('churn', [{ tenure: 1, plan: 'basic' }])],
  ])('errors of the catalogue: %s', async ([code, status, call]) => {
    const error = await call().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LeewayClientError);
    expect(error).toMatchObject({ code, status, remedy: expect.stringMatching(/./) });
  });

  test('reading', async () => {
    expect((await viewer.models()).map(({ name }) => name)).toEqual(['churn', 'flights']);
    expect((await viewer.versions('flights')).map(({ version }) => version)).toEqual(['v1']);
    expect(await viewer.alerts({ model: 'churn' })).toEqual([]);
    expect(await viewer.runs()).toEqual([]);
    expect(await viewer.measurements('churn', { metric: 'roc_auc', from: '2025-01-01' })).toEqual([]);
  });
});

const python = ['python3', 'python'].find(
  (name) => spawnSync(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0,
);

describe('the Python client', () => {
  test.skipIf(python === undefined)(
    'its whole test suite, and against this server (skipped without Python 3.9)',
    async () => {
      const child = spawn(python!, ['-m', 'unittest', 'discover', '-s', 'tests', '-v'], {
        cwd: join(ROOT, 'clients/python'),
        env: { ...process.env, PYTHONPATH: 'src', PYTHONDONTWRITEBYTECODE: '1' },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let output = '';
      for await (const chunk of child.stderr) output += chunk;
      expect(output).toMatch(/^Ran \d+ tests.*\n\nOK/m);
      expect(output).toContain('test_first_prediction_of_the_readme');
      expect(output).not.toContain('needs a server');
    },
  );
});

describe('the guide', () => {
  const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
  const guide = read('docs/guides/send-predictions.md');
  const blockOf = (text: string, language: string) => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(text)?.[1];

  test.for([
    ['js', 'packages/client/README.md'],
    ['python', 'clients/python/README.md'],
  ])('shows the first prediction in %s as the README does', ([language, readme]) => {
    expect(blockOf(guide, language!)).toBe(blockOf(read(readme!), language!));
  });

  test.skipIf(spawnSync('curl', ['--version']).status !== 0)(
    'has a call of curl that stores a row (skipped without curl)',
    async () => {
      // Not execFileSync: the server that answers runs in this process.
      const { stdout } = await promisify(execFile)('sh', ['-c', blockOf(guide, 'sh')!], { timeout: 20_000 });
      expect(JSON.parse(stdout)).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    },
  );
});
