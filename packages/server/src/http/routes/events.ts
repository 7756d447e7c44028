import { AuditEntry } from '@leeway/contract';
import { z } from 'zod';
import type { RoutePlugin } from '../server.ts';

/** Another replica's events show after so long at most. */
const POLL_MS = 1_000;
const KEEP_ALIVE_MS = 15_000;

/** What happens, as it happens, and the record of who did what. */
export const eventRoutes: RoutePlugin = (app, { ctx }) => {
  app.get(
    '/events',
    {
      config: { access: 'read' },
      schema: {
        tags: ['events'],
        summary: 'Server-sent events; Last-Event-ID goes on where a stream broke off',
        querystring: z.object({ after: z.coerce.number().int().min(0).optional() }),
      },
    },
    async (request, reply) => {
      const { db } = ctx.store;
      const header = request.headers['last-event-id'];
      let last = typeof header === 'string' ? Number(header) : (request.query.after ?? (await ctx.events.lastId(db)));
      if (!Number.isSafeInteger(last)) last = 0;
      const reader = ctx.events.reader(db, last);
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      raw.write('retry: 2000\n\n');
      let reading = false;
      const pump = async () => {
        if (reading || raw.destroyed) return;
        reading = true;
        try {
          for (const event of await reader.next()) {
            raw.write(`id: ${event.id}\nevent: ${event.name}\ndata: ${JSON.stringify(event)}\n\n`);
          }
        } catch (error) {
          ctx.log.warn({ err: error }, 'could not read events');
        } finally {
          reading = false;
        }
      };
      const stop = ctx.events.onNudge(pump);
      const poll = setInterval(pump, POLL_MS);
      const keepAlive = setInterval(() => raw.write(': still here\n\n'), KEEP_ALIVE_MS);
      raw.on('close', () => {
        stop();
        clearInterval(poll);
        clearInterval(keepAlive);
      });
      await pump();
    },
  );

  app.get(
    '/audit',
    {
      config: { access: 'read' },
      schema: {
        tags: ['events'],
        summary: 'The audit trail, newest first',
        querystring: z.object({
          limit: z.coerce.number().int().min(1).max(1000).default(200),
          before: z.coerce.number().int().optional(),
        }),
        response: { 200: z.object({ entries: z.array(AuditEntry), firstBroken: z.int().nullable() }) },
      },
    },
    async (request) => ({
      entries: await ctx.audit.list(ctx.store.db, request.query.limit, request.query.before),
      firstBroken: await ctx.audit.firstBroken(ctx.store.db),
    }),
  );
};
