import { createReadStream } from 'node:fs';
import { Dataset, DatasetVerification } from '@leeway/contract';
import { z } from 'zod';
import type { RoutePlugin } from '../server.ts';

const tags = ['datasets'];
const Hash = z.object({ hash: z.string().describe('Of the dataset, as a run or a version says it.') });

/** Datasets that runs were trained on: their records, and their files while they are kept. */
export const datasetRoutes: RoutePlugin = (app, { retraining }) => {
  app.get(
    '/datasets',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'Datasets of runs, newest first',
        querystring: z.object({ model: z.string().optional() }),
        response: { 200: z.object({ datasets: z.array(Dataset) }) },
      },
    },
    async (request) => ({ datasets: await retraining.listDatasets(request.query) }),
  );

  app.get(
    '/datasets/:hash',
    {
      config: { access: 'read' },
      schema: { tags, summary: 'The record of a dataset', params: Hash, response: { 200: Dataset } },
    },
    async (request) => retraining.getDataset(request.params.hash),
  );

  app.get(
    '/datasets/:hash/files/:name',
    {
      config: { access: 'operate' },
      schema: {
        tags,
        summary: 'A file of a dataset',
        description: 'train.parquet, holdout.parquet (without labels) or holdout-labels.parquet.',
        params: Hash.extend({ name: z.string() }),
        produces: ['application/vnd.apache.parquet'],
      },
    },
    async ({ params: { hash, name } }, reply) => {
      const path = await retraining.datasetFile(hash, name);
      const file = (await retraining.getDataset(hash)).files.find((one) => one.name === name)!;
      return reply
        .type('application/vnd.apache.parquet')
        .header('content-length', String(file.bytes))
        .header('x-content-sha256', file.sha256)
        .send(createReadStream(path));
    },
  );

  app.post(
    '/datasets/:hash/verify',
    {
      config: { access: 'operate' },
      schema: {
        tags,
        summary: 'Ask for the rows of a dataset again, and compare',
        params: Hash,
        response: { 200: DatasetVerification },
      },
    },
    async (request) => retraining.verifyDataset(request.params.hash),
  );

  app.post(
    '/datasets/:hash/rebuild',
    {
      config: { access: 'operate' },
      schema: {
        tags,
        summary: 'Make the files of a dataset again from its record',
        params: Hash,
        response: { 200: Dataset },
      },
    },
    async (request) => retraining.rebuildDataset(request.params.hash),
  );
};
