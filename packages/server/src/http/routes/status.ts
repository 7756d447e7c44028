import { z } from 'zod';
import { iso } from '../../platform/clock.ts';
import type { RoutePlugin } from '../server.ts';

/** How the server itself is. */
export const statusRoutes: RoutePlugin = (app, { ctx, version }) => {
  app.get(
    '/status',
    {
      config: { access: 'read' },
      schema: {
        tags: ['status'],
        summary: 'Version, and the time that windows and timers go by',
        response: { 200: z.object({ version: z.string(), now: z.string() }) },
      },
    },
    async () => ({ version, now: iso(ctx.clock.now()) }),
  );
};

/** Routes outside of /api/v1 that watchdogs and Prometheus call. */
export const installProbes: RoutePlugin = (app, { ctx, exposition }) => {
  app.get('/healthz', { config: { access: 'public' }, schema: { hide: true } }, async () => ({ status: 'ok' }));

  app.get('/readyz', { config: { access: 'public' }, schema: { hide: true } }, async (_request, reply) => {
    try {
      await ctx.store.db.selectFrom('settings').select('name').limit(1).execute();
      await ctx.warehouse.query('SELECT 1', {}, 'ready');
      return { status: 'ready' };
    } catch (error) {
      ctx.log.warn({ err: error }, 'not ready');
      return reply.code(503).send({ status: 'not ready' });
    }
  });

  app.get('/metrics', { config: { access: 'read' }, schema: { hide: true } }, async (_request, reply) =>
    reply.type(exposition.contentType).send(await exposition.text()),
  );
};
