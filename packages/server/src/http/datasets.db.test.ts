import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Dataset, DatasetVerification, Run } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programPath } from '../retraining/program.ts';
import { BUCKET, type FakeS3, KEY_ID, REGION, SECRET, startS3 } from '../storage/testdata/s3-server.ts';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { DAY, random, START } from '../testing/models.ts';

let server: TestApp;
let s3: FakeS3;
let run: Run;

/** A trainer of our own, on rows that are prepared, with files in a bucket. */
beforeAll(async () => {
  s3 = await startS3();
  const features = { distance: { type: 'numeric' }, carrier: { type: 'categorical' } };
  server = await openTestApp({
    config: {
      apiVersion: 'leeway/v1',
      server: { allowPrivateNetworks: ['127.0.0.0/8'] },
      storage: {
        ...{ kind: 's3', bucket: BUCKET, region: REGION, endpoint: s3.origin, pathStyle: true },
        ...{ accessKeyId: KEY_ID, secretAccessKey: SECRET },
      },
      models: [
        {
          ...{ name: 'flights', task: 'binary', monitors: [] },
          columns: { features, score: 'score', label: 'late', positive: 'yes' },
          retrain: {
            ...{ minimumHoldoutRows: 10, approval: 'auto' },
            data: {
              minimumRows: 50,
              preprocessing: {
                ...{ name: 'standard', version: '1' },
                steps: [
                  { do: 'impute', columns: ['distance'], with: 'median' },
                  { do: 'standardize', columns: ['distance'] },
                  { do: 'one_hot', columns: ['carrier'] },
                ],
              },
            },
          },
        },
      ],
    },
  });
  const chance = random(3);
  const rows = Array.from({ length: 600 }, (_, i) => ({
    ...{ id: `p${i}`, time: new Date(START - 20 * DAY + i * 0.03 * DAY).toISOString() },
    ...{ distance: i % 20 === 0 ? null : 100 + 50 * chance(), carrier: ['AA', 'DL'][i % 2] },
    ...{ prediction: 'no', score: 0.5 },
  }));
  await server.call('/api/v1/models/flights/predictions', { body: rows });
  await server.call('/api/v1/models/flights/labels', {
    body: rows.map(({ id, distance }) => ({ id, late: (distance ?? 125) + 20 * chance() > 135 ? 'yes' : 'no' })),
  });
  await server.app.settle();
  await server.call('/api/v1/models/flights/retrain', { body: { reason: 'why not' } });
  await server.app.settle();
  run = (await server.call<{ runs: Run[] }>('/api/v1/runs')).body.runs[0]!;
}, 120_000);
afterAll(async () => {
  await server?.close();
  await s3?.close();
});

const get = async <T>(path: string) => (await server.call<T>(`/api/v1${path}`)).body;

describe('datasets', () => {
  test('are listed and shown, by the first digits of their hash too', async () => {
    const { datasets } = await get<{ datasets: Dataset[] }>('/datasets?model=flights');
    expect(datasets).toHaveLength(1);
    const [dataset] = datasets;
    expect(run.dataset).toMatchObject({ hash: dataset!.hash, trainRows: dataset!.train.rows });
    expect(await get(`/datasets/${dataset!.hash}`)).toEqual(dataset);
    expect(await get(`/datasets/${dataset!.hash.slice(0, 10)}`)).toEqual(dataset);
    expect(dataset!.fitted?.features.map(({ name }) => name)).toEqual(['distance', 'carrier=AA', 'carrier=DL']);
    expect((await server.call('/api/v1/datasets/00000000')).status).toBe(404);
    expect(await get('/datasets?model=nobody')).toEqual({ datasets: [] });
  });

  test('can be had as files, which lie in the bucket', async () => {
    for (const { name, sha256, bytes } of (await get<Dataset>(`/datasets/${run.dataset!.hash}`)).files) {
      const { status, headers } = await server.call(`/api/v1/datasets/${run.dataset!.hash}/files/${name}`);
      expect([status, headers['x-content-sha256'], Number(headers['content-length'])]).toEqual([200, sha256, bytes]);
      const kept = s3.objects.get(`datasets/${sha256.slice(0, 2)}/${sha256}`)!;
      expect(createHash('sha256').update(kept).digest('hex')).toBe(sha256);
    }
    const other = await server.call(`/api/v1/datasets/${run.dataset!.hash}/files/..%2Fstore.db`);
    expect(other.status).toBe(404);
  });

  test('are verified and made again', async () => {
    const path = `/api/v1/datasets/${run.dataset!.hash}`;
    const verified = await server.call<DatasetVerification>(`${path}/verify`, { body: {} });
    expect(verified.body).toMatchObject({ ok: true });
    expect((await server.call<Dataset>(`${path}/rebuild`, { body: {} })).body.available).toBe(true);
  });

  test.runIf(existsSync(programPath('learner/main')))(
    'are prepared alike for the trainer and for who asks',
    async () => {
      expect(run).toMatchObject({ state: 'awaiting_approval', error: null });
      const body = { reason: 'the first one', force: true };
      expect((await server.call<Run>(`/api/v1/runs/${run.id}/approve`, { body })).body.state).toBe('promoted');
      await server.app.settle();
      const ask = async (distance: number | null, carrier: string) => {
        const instances = [{ distance, carrier }];
        const { status, text } = await server.call('/models/flights/invocations', { body: { instances } });
        expect([status, text]).toEqual([200, expect.any(String)]);
        return (JSON.parse(text) as { predictions: string[] }).predictions[0];
      };
      expect(await ask(149, 'AA')).toBe('yes');
      expect(await ask(101, 'DL')).toBe('no');
      const { fitted } = await get<Dataset>(`/datasets/${run.dataset!.hash}`);
      expect(await ask(null, 'unseen')).toBe(await ask(fitted!.steps[0]!.numbers[0]!, 'unseen'));
    },
  );
});
