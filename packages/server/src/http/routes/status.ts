import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
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
export const installProbes: RoutePlugin = (app, { ctx }) => {
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

  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, labelNames: string[], collect: (gauge: Gauge) => Promise<void>) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset();
        await collect(this);
      },
    });
  const { db } = ctx.store;
  gauge(
    'leeway_alerts',
    'Alerts that are not resolved, by model, state and severity.',
    ['model', 'state', 'severity'],
    async (alerts) => {
      const rows = await db
        .selectFrom('alerts')
        .select(['model', 'state', 'severity', (e) => e.fn.countAll().as('n')])
        .where('state', '!=', 'resolved')
        .groupBy(['model', 'state', 'severity'])
        .execute();
      for (const { n, ...labels } of rows) alerts.set(labels, Number(n));
    },
  );
  gauge('leeway_jobs', 'Jobs by kind and state.', ['kind', 'state'], async (jobs) => {
    const rows = await db
      .selectFrom('jobs')
      .select(['kind', 'state', (e) => e.fn.countAll().as('n')])
      .groupBy(['kind', 'state'])
      .execute();
    for (const { n, ...labels } of rows) jobs.set(labels, Number(n));
  });
  gauge('leeway_deliveries', 'Messages by channel and state.', ['channel', 'state'], async (deliveries) => {
    const rows = await db
      .selectFrom('deliveries')
      .select(['channel', 'state', (e) => e.fn.countAll().as('n')])
      .groupBy(['channel', 'state'])
      .execute();
    for (const { n, ...labels } of rows) deliveries.set(labels, Number(n));
  });
  app.get('/metrics', { config: { access: 'read' }, schema: { hide: true } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
};
