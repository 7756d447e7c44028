import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { GarbageReport, LeewayError, MlflowStatus } from '@leeway/contract';
import { z } from 'zod';
import { modelOf } from '../../context.ts';
import { fetchArtifact } from '../../registry/artifacts.ts';
import { versionOf } from '../../registry/versions.ts';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

const tags = ['versions'];

/** Files of versions, in and out; and what other registries have. */
export const artifactRoutes: RoutePlugin = (app, { ctx, registry }) => {
  // A model may be larger than memory: it is taken as it flows.
  app.addContentTypeParser('application/octet-stream', async (_request: unknown, body: Readable) => body);

  app.post(
    '/artifacts',
    {
      config: { access: 'operate' },
      schema: {
        tags,
        summary: 'Send in an artifact',
        description:
          'As bytes. `x-content-sha256` is checked if it is given. What no version takes is deleted after some days.',
        consumes: ['application/octet-stream'],
        headers: z.object({ 'x-content-sha256': z.string().optional() }),
        response: { 201: z.object({ hash: z.string(), bytes: z.int() }) },
      },
    },
    async (request, reply) => {
      const type = request.headers['content-type'] ?? 'nothing';
      if (!type.startsWith('application/octet-stream')) {
        throw new LeewayError('unsupported_media_type', `${type}; expected application/octet-stream`);
      }
      const { hash, bytes } = await registry.receiveArtifact(
        request.body as Readable,
        request.headers['x-content-sha256'],
      );
      return reply.code(201).send({ hash, bytes });
    },
  );

  app.get(
    '/models/:model/versions/:version/artifact',
    {
      config: { access: 'operate' },
      schema: {
        tags,
        summary: 'The file of a version',
        params: z.object({ model: z.string(), version: z.string() }),
        produces: ['application/octet-stream'],
      },
    },
    async ({ params }, reply) => {
      const { artifact, version } = await versionOf(ctx.store.db, modelOf(ctx, params.model).name, params.version);
      if (artifact.deletedAt !== null) {
        throw new LeewayError('artifact_deleted', `${version} of ${params.model}, on ${artifact.deletedAt}`);
      }
      const path = await fetchArtifact(ctx, artifact.hash);
      return reply
        .type('application/octet-stream')
        .header('content-length', String(artifact.bytes))
        .header('x-content-sha256', artifact.hash)
        .send(createReadStream(path));
    },
  );

  app.post(
    '/artifacts/collect',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Delete artifacts that nothing needs',
        description:
          'It is done once a day by itself. What is found is marked first, and goes a day later at the earliest.',
        body: z.strictObject({ dryRun: z.boolean().default(false) }),
        response: { 200: GarbageReport },
      },
    },
    async (request) => registry.collectGarbage({ ...request.body, actor: actorOf(request) }),
  );

  app.post(
    '/models/:model/versions/import',
    {
      config: { access: 'operate' },
      schema: {
        tags,
        summary: 'Take over versions from MLflow',
        description:
          'Those that are here already, and those that Leeway has written there, are left. None of them serves by it.',
        params: z.object({ model: z.string() }),
        body: z.strictObject({ from: z.literal('mlflow') }),
        response: {
          200: z.object({
            versions: z.array(z.string()),
            left: z.array(z.object({ reference: z.string(), why: z.string() })),
          }),
        },
      },
    },
    async (request) => registry.importFromMlflow(modelOf(ctx, request.params.model).name, actorOf(request)),
  );

  app.get(
    '/registries/mlflow',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'How it stands with MLflow',
        response: { 200: z.object({ models: z.array(MlflowStatus) }) },
      },
    },
    async () => ({ models: await registry.mlflowStatus() }),
  );
};
