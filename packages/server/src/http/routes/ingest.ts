import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { IngestResult, LeewayError } from '@leeway/contract';
import { z } from 'zod';
import { parseRows } from '../../ingest/ingest.ts';
import type { RoutePlugin } from '../server.ts';

const unzip = promisify(gunzip);
const CONTENT_TYPES = ['application/json', 'application/x-ndjson', 'application/jsonl', 'application/x-jsonlines'];

/** The way in: predictions, labels, feedback and KPIs, one or many, as JSON or NDJSON, gzip or not. */
export const ingestRoutes: RoutePlugin = (app, { ctx, ingest }) => {
  // Bodies are taken as bytes: rows are parsed one by one, so that a bad one does not spoil the rest.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    CONTENT_TYPES,
    { parseAs: 'buffer' },
    async (request: { headers: Record<string, unknown> }, body: Buffer) => {
      const encoding = request.headers['content-encoding'] ?? 'identity';
      if (encoding === 'identity') return body;
      if (encoding !== 'gzip')
        throw new LeewayError('unsupported_media_type', `content-encoding "${encoding}"; expected gzip or none`);
      const limit = ctx.config().server.maxBodyBytes * 8;
      return unzip(body, { maxOutputLength: limit }).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ERR_BUFFER_TOO_LARGE')
          throw new LeewayError('body_too_large', `it unpacks to more than ${limit} bytes`);
        throw new LeewayError('invalid_json', `the body is not gzip: ${error.message}`);
      });
    },
  );

  for (const kind of ['predictions', 'labels', 'feedback', 'kpis'] as const) {
    app.post(
      `/models/:model/${kind}`,
      {
        config: { access: 'ingest' },
        schema: {
          tags: ['ingest'],
          summary: `Store ${kind}`,
          description:
            'One object, an array of them, or one a line. Good rows are stored; bad ones are kept in quarantine and named in the answer.',
          consumes: CONTENT_TYPES,
          params: z.object({ model: z.string() }),
          response: { 200: IngestResult },
        },
      },
      async (request) => {
        const rows = parseRows((request.body as Buffer).toString('utf8'), request.headers['content-type'] ?? '');
        return ingest[kind](request.params.model, rows);
      },
    );
  }

  app.get(
    '/models/:model/quarantine',
    {
      config: { access: 'read' },
      schema: {
        tags: ['ingest'],
        summary: 'Rows that were refused, newest first',
        params: z.object({ model: z.string() }),
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
        response: {
          200: z.object({
            rows: z.array(
              z.object({
                kind: z.string(),
                received: z.string(),
                code: z.string(),
                message: z.string(),
                row: z.string(),
              }),
            ),
          }),
        },
      },
    },
    async (request) => {
      const rows = await ctx.warehouse.query<{
        kind: string;
        received: string;
        code: string;
        message: string;
        row: string;
      }>(
        `SELECT kind, received, code, message, row FROM quarantine WHERE model = {model:String} ORDER BY received DESC LIMIT {limit:UInt32}`,
        { model: request.params.model, limit: request.query.limit },
        'quarantine',
      );
      return { rows };
    },
  );
};
