import { Gauge, type Registry } from 'prom-client';
import type { Context } from '../context.ts';

/** Gauges on the store's state: alerts, jobs and messages, counted when they are asked for. */
export function stateGauges({ store: { db }, clock }: Pick<Context, 'store' | 'clock'>, registry: Registry): void {
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
  const secondsSince = (at: number): number => Math.max(0, (clock.now() - at) / 1000);

  gauge('leeway_alerts', 'Alerts that are not resolved.', ['model', 'rule', 'state', 'severity'], async (alerts) => {
    const rows = await db
      .selectFrom('alerts')
      .select(['model', 'rule', 'state', 'severity', (e) => e.fn.countAll().as('n')])
      .where('state', '!=', 'resolved')
      .groupBy(['model', 'rule', 'state', 'severity'])
      .execute();
    for (const { n, ...labels } of rows) alerts.set(labels, Number(n));
  });

  gauge('leeway_jobs', 'Jobs by kind and state.', ['kind', 'state'], async (jobs) => {
    const rows = await db
      .selectFrom('jobs')
      .select(['kind', 'state', (e) => e.fn.countAll().as('n')])
      .groupBy(['kind', 'state'])
      .execute();
    for (const { n, ...labels } of rows) jobs.set(labels, Number(n));
  });

  gauge('leeway_jobs_overdue_seconds', 'How long the oldest job that is due has waited.', ['kind'], async (overdue) => {
    const rows = await db
      .selectFrom('jobs')
      .select(['kind', (e) => e.fn.min('runAt').as('runAt')])
      .where('state', '=', 'queued')
      .groupBy('kind')
      .execute();
    for (const { kind, runAt } of rows) overdue.set({ kind }, secondsSince(Number(runAt)));
  });

  gauge('leeway_deliveries', 'Messages by channel and state.', ['channel', 'state'], async (deliveries) => {
    const rows = await db
      .selectFrom('deliveries')
      .select(['channel', 'state', (e) => e.fn.countAll().as('n')])
      .groupBy(['channel', 'state'])
      .execute();
    for (const { n, ...labels } of rows) deliveries.set(labels, Number(n));
  });

  gauge(
    'leeway_outbox_oldest_seconds',
    'Age of the oldest message that waits to be sent.',
    ['channel'],
    async (age) => {
      const rows = await db
        .selectFrom('deliveries')
        .select(['channel', (e) => e.fn.min('createdAt').as('createdAt')])
        .where('state', '=', 'queued')
        .groupBy('channel')
        .execute();
      for (const { channel, createdAt } of rows) age.set({ channel }, secondsSince(Number(createdAt)));
    },
  );

  gauge(
    'leeway_window_end_timestamp_seconds',
    'End of the newest window that was closed.',
    ['model', 'monitor'],
    async (ends) => {
      const rows = await db
        .selectFrom('windows')
        .select(['model', 'monitor', (e) => e.fn.max('endAt').as('endAt')])
        .where('state', '!=', 'open')
        .groupBy(['model', 'monitor'])
        .execute();
      for (const { endAt, ...labels } of rows) ends.set(labels, Number(endAt) / 1000);
    },
  );
}
