import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { LeewayError, TrainingInfo } from '@leeway/contract';
import { z } from 'zod';
import { TRAINING_FILES } from '../../retraining/index.ts';
import type { RoutePlugin } from '../server.ts';

const Key = z.object({ key: z.string() });
const Metrics = z.record(z.string().max(200), z.number().nullable());
const Done = z.object({ ok: z.literal(true) });

/** For training code: its data, its word on how far it is, its model. The token is good for this one training. */
export const trainingRoutes: RoutePlugin = (app, { retraining }) => {
  // Files come as bytes and go to the disk as they come.
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  const config = { access: 'training' } as const;
  const tags = ['trainings'];

  app.get(
    '/trainings/:key',
    { config, schema: { tags, summary: 'What to train, with what', params: Key, response: { 200: TrainingInfo } } },
    async (request) => retraining.describeTraining(request.params.key),
  );

  app.get(
    '/trainings/:key/files/:name',
    {
      config,
      schema: {
        tags,
        summary: 'A file for the trainer',
        description: 'Bytes. A range of the form `bytes=N-` goes on with a download that broke off.',
        params: Key.extend({ name: z.enum(TRAINING_FILES) }),
      },
    },
    async (request, reply) => {
      const path = await retraining.trainingFile(request.params.key, request.params.name);
      const { size } = await stat(path);
      const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (start > 0 && start >= size) {
        throw new LeewayError('invalid_request', `the file has ${size} bytes, and the range begins at ${start}`);
      }
      reply
        .header('content-length', size - start)
        .type('application/octet-stream')
        .header('accept-ranges', 'bytes');
      if (start > 0) reply.code(206).header('content-range', `bytes ${start}-${size - 1}/${size}`);
      return reply.send(createReadStream(path, { start }));
    },
  );

  app.post(
    '/trainings/:key/progress',
    {
      config,
      schema: {
        tags,
        summary: 'How far the training is',
        params: Key,
        body: z.strictObject({
          progress: z.number().min(0).max(1).optional().describe('Share done.'),
          message: z.string().max(2_000).optional(),
          metrics: Metrics.optional().describe('Of rows of the trainer’s own, by name.'),
          lines: z.array(z.string()).max(1_000).optional().describe('Further lines of the log.'),
        }),
        response: { 200: Done },
      },
    },
    async (request) => {
      await retraining.noteProgress(request.params.key, request.body);
      return { ok: true as const };
    },
  );

  app.put(
    '/trainings/:key/output/*',
    {
      config,
      bodyLimit: Number.MAX_SAFE_INTEGER, // checked while it comes, against server.maxArtifactBytes
      schema: {
        tags,
        summary: 'A file that the trainer leaves',
        description:
          'The path after `output/` is its name, such as model.onnx. With `x-content-sha256` its bytes are checked.',
        consumes: ['application/octet-stream'],
        params: Key.extend({ '*': z.string() }),
        response: { 200: z.object({ name: z.string(), bytes: z.int(), sha256: z.string() }) },
      },
    },
    async (request) => {
      const sha256 = request.headers['x-content-sha256'];
      return retraining.storeOutput(
        request.params.key,
        request.params['*'],
        request.body as AsyncIterable<Buffer>,
        typeof sha256 === 'string' ? sha256 : undefined,
      );
    },
  );

  app.post(
    '/trainings/:key/complete',
    {
      config,
      schema: {
        tags,
        summary: 'How the training ended',
        description: 'The first word counts; the same again is taken for it.',
        params: Key,
        body: z.strictObject({
          state: z.enum(['succeeded', 'failed']),
          metrics: Metrics.optional(),
          message: z.string().max(10_000).optional(),
          candidate: z
            .strictObject({ kind: z.literal('mlflow'), model: z.string(), version: z.string() })
            .optional()
            .describe('Where the model lies, if it was not sent.'),
          log_url: z
            .url({ protocol: /^https?$/ })
            .optional()
            .describe('Where a person can read the whole log.'),
        }),
        response: { 200: Done },
      },
    },
    async (request) => {
      const { log_url: logUrl, ...rest } = request.body;
      await retraining.completeTraining(request.params.key, { ...rest, logUrl });
      return { ok: true as const };
    },
  );
};
