import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTrainingServer, type TrainingServer } from '../testdata/training-server.ts';

// The DAG and the flow that Leeway ships, trained by Airflow and Prefect themselves for a whole server: from the rows that the
// trainer fetches to the challenger that was judged. scripts/integrations.mjs starts the peers.

const airflow = (version: 2 | 3) => ({
  type: 'airflow',
  url: process.env[`LEEWAY_TEST_AIRFLOW${version}_URL`],
  username: process.env[`LEEWAY_TEST_AIRFLOW${version}_USER`],
  password: process.env[`LEEWAY_TEST_AIRFLOW${version}_PASSWORD`],
  dag: 'leeway_retrain',
});
const peers: Record<string, { type: string; url: string | undefined; [option: string]: string | undefined }> = {
  // LEEWAY_TEST_AIRFLOW3_URL
  airflow_3: airflow(3),
  // LEEWAY_TEST_AIRFLOW2_URL
  airflow_2: airflow(2),
  prefect: {
    type: 'prefect',
    url: process.env['LEEWAY_TEST_PREFECT_URL'],
    username: process.env['LEEWAY_TEST_PREFECT_USER'],
    password: process.env['LEEWAY_TEST_PREFECT_PASSWORD'],
    deployment: 'leeway-retrain/leeway',
  },
};
const there = Object.fromEntries(Object.entries(peers).filter(([, { url }]) => url !== undefined));

let server: TrainingServer | undefined;
beforeAll(async () => {
  if (Object.keys(there).length > 0) server = await openTrainingServer('python3', [], there);
});
afterAll(() => server?.close());

test.for(Object.keys(peers))('%s trains a challenger', async (name, { skip }) => {
  if (!server || !there[name]) return skip();
  const run = await server.runOf(name);
  expect(run).toMatchObject({ error: null, state: 'awaiting_approval', challenger: 'v1' });
  const [training] = run.executions;
  expect(training).toMatchObject({ state: 'succeeded', executor: peers[name]!.type });
  expect(training!.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);
  expect(training!.metrics).toMatchObject({ train_accuracy: expect.any(Number) });
  expect(run.gates).toMatchObject([{ metric: 'roc_auc', verdict: 'pass' }]);
  expect(run.log).not.toContain('LEEWAY_TOKEN');
});
