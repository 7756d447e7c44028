// Alerting: rules evaluated, alerts grouped and put into the outbox, the outbox sent; each beside the bare work under it in the
// same run: as many rows inserted into a store of the same kind, and as many posts by the same HTTP client.
//
//   node bench/alerts.mjs [--quick]
//
// Build first. The store is embedded, in a temporary folder; the receiver is a process of its own on loopback.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quick, report, result, timed } from './lib.mjs';

if (process.argv.includes('--receiver')) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('ok'));
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit());
} else {
  await main();
}

async function main() {
  const dist = new URL('../packages/server/dist/', import.meta.url);
  const load = (path) => import(new URL(path, dist).href);
  const [{ openStore }, { Jobs }, { Events }, { Audit }, { registerAlerting }, { ManualClock }, { createLogger }] =
    await Promise.all(
      [
        'store/open.js',
        'jobs/jobs.js',
        'events/events.js',
        'audit/audit.js',
        'alerting/index.js',
        'platform/clock.js',
        'platform/log.js',
      ].map(load),
    );
  const { Config } = await import('../packages/contract/dist/index.js');
  // Of the server: what it depends on may lie in its own folder.
  const { Pool } = createRequire(new URL('../packages/server/package.json', import.meta.url))('undici');

  const folder = await mkdtemp(join(tmpdir(), 'leeway-bench-'));
  const receiver = fork(fileURLToPath(import.meta.url), ['--receiver']);
  try {
    const port = await new Promise((resolve) => receiver.once('message', resolve));
    const url = `http://127.0.0.1:${port}/hook`;
    const models = quick ? 10 : 100;
    const rulesEach = 10;
    const alertsWanted = quick ? 1_000 : 10_000;
    const messages = quick ? 500 : 5_000;
    const START = Date.parse('2001-01-01T00:00:00Z');
    const clock = new ManualClock(START);
    const log = createLogger('silent');
    const columns = { features: { x: { type: 'numeric' } }, score: 'score' };
    const model = (name, rules) => ({ name, task: 'binary', columns, rules });
    let config;
    let stores = 0;
    const open = async (document) => {
      config = Config.parse({
        apiVersion: 'leeway/v1',
        server: { allowPrivateNetworks: ['127.0.0.0/8'] },
        channels: [{ name: 'hook', type: 'webhook', url }],
        routes: { channels: ['hook'], groupBy: ['model', 'rule'], groupWait: '0s' },
        ...document,
      });
      const store = await openStore(join(folder, `store-${stores++}.db`));
      const ctx = {
        clock,
        newId: (prefix) => `${prefix}_${Math.random().toString(36).slice(2)}`,
        log,
        store,
        dataDir: folder,
        jobs: new Jobs({ store, clock, log }),
        events: new Events(clock),
        audit: new Audit(clock),
        config: () => config,
        publicUrl: () => 'http://127.0.0.1:7373',
      };
      return { ctx, store, alerting: registerAlerting(ctx) };
    };
    const measurement = (name, day, over) => ({
      model: name,
      monitor: 'daily',
      metric: 'roc_auc',
      column: '',
      slice: '',
      version: '',
      windowStart: new Date(START + day * 86_400_000).toISOString(),
      windowEnd: new Date(START + (day + 1) * 86_400_000).toISOString(),
      revision: 0,
      value: 0.7,
      lower: 0.69,
      upper: 0.71,
      n: 5_000,
      coverage: 0.9,
      reference: 0.8,
      status: 'ok',
      reason: '',
      computedAt: new Date(START).toISOString(),
      detail: {},
      ...over,
    });
    const evaluate = async ({ alerting, store }, of, day, measurements) => {
      const window = { windowStart: START + day * 86_400_000, windowEnd: START + (day + 1) * 86_400_000, revision: 0 };
      const write = await alerting.evaluateRules({ model: of, monitor: 'daily', measurements, ...window });
      await store.db.transaction().execute((tx) => write(tx));
    };
    /** Rows into a store of the same kind, so many transactions. */
    const insert = async (rows, transactions) => {
      const store = await openStore(join(folder, `bare-${stores++}.db`));
      const each = Math.ceil(rows / transactions);
      const { seconds } = await timed(async () => {
        for (let done = 0; done < rows; done += each) {
          await store.db.transaction().execute(async (tx) => {
            for (let i = done; i < Math.min(rows, done + each); i++) {
              await tx
                .insertInto('events')
                .values({ at: i, name: 'x', model: 'm', data: JSON.stringify({ i, text: 'x'.repeat(300) }) })
                .execute();
            }
          });
        }
      });
      await store.close();
      return rows / seconds;
    };
    // 1. Rules: every rule judges a window; one in ten fires.
    {
      const rules = Array.from({ length: rulesEach }, (_, i) => ({
        name: `rule-${i}`,
        metric: 'roc_auc',
        below: i === 0 ? 0.75 : 0.1,
      }));
      const server = await open({ models: Array.from({ length: models }, (_, i) => model(`model-${i}`, rules)) });
      const round = (day) =>
        timed(async () => {
          for (const of of config.models) await evaluate(server, of, day, [measurement(of.name, day)]);
        });
      await round(0); // so that the code is compiled, and there is a past
      const { seconds } = await round(1);
      await server.store.close();
      result(`rules evaluated, ${models * rulesEach} over ${models} models`, {
        ours: (models * rulesEach) / seconds,
        bare: await insert(models * rulesEach, models),
        against: 'as many rows inserted, a transaction for each model',
        unit: 'rules/s',
        note: `(${seconds.toFixed(2)} s; a thousand are wanted within 1 s)`,
      });
    }

    // 2. Groups: many alerts fire at once, are grouped by model and rule, routed and put into the outbox.
    {
      const slices = 100;
      const rule = { name: 'low', metric: 'roc_auc', slice: '*', below: 0.75 };
      const names = Array.from({ length: alertsWanted / slices }, (_, i) => `model-${i}`);
      const server = await open({ models: names.map((name) => model(name, [rule])) });
      const { seconds } = await timed(async () => {
        for (const of of config.models) {
          const measured = Array.from({ length: slices }, (_, i) => measurement(of.name, 0, { slice: `origin=${i}` }));
          await evaluate(server, of, 0, measured);
        }
        clock.advance(60_000);
        for (;;) {
          // Only the groups: what they put into the outbox is sent in the third part.
          const due = await server.store.db
            .selectFrom('jobs')
            .select('key')
            .where('kind', '=', 'flush-group')
            .where('state', '=', 'queued')
            .where('runAt', '<=', clock.now())
            .limit(1_000)
            .execute();
          if (due.length === 0) break;
          for (let i = 0; i < due.length; i += 16)
            await Promise.all(due.slice(i, i + 16).map(({ key }) => server.ctx.jobs.runNow('flush-group', key)));
        }
      });
      const count = async (table) =>
        Number(
          (
            await server.store.db
              .selectFrom(table)
              .select((e) => e.fn.countAll().as('n'))
              .executeTakeFirst()
          ).n,
        );
      const [alerts, told, queued] = [await count('alerts'), await count('deliveryAlerts'), await count('deliveries')];
      await server.store.close();
      if (alerts !== alertsWanted || told !== alertsWanted) throw new Error(`${alerts} alerts, ${told} told of`);
      result(`alerts evaluated, grouped, routed, enqueued, ${alerts.toLocaleString('en')} in ${queued} messages`, {
        ours: alerts / seconds,
        bare: await insert(alerts, names.length),
        against: 'as many rows inserted, a transaction for each model',
        unit: 'alerts/s',
        note: `(${seconds.toFixed(2)} s; ten thousand are wanted within 5 s)`,
      });
    }

    // 3. Outbox: messages of groups of their own, sent to a receiver on this machine, until there is none.
    {
      const { enqueueDelivery } = await load('notify/outbox.js');
      const { testMessage } = await load('notify/message.js');
      const server = await open({ models: [] });
      const message = { ...testMessage('hook', 'http://127.0.0.1:7373', START), reason: 'first', status: 'firing' };
      for (let i = 0; i < messages; i += 500) {
        await server.store.db.transaction().execute(async (tx) => {
          for (let k = i; k < Math.min(messages, i + 500); k++) {
            await enqueueDelivery(server.ctx, tx, { id: `d${k}`, key: `g${k}`, channel: 'hook', message });
          }
        });
      }
      const { seconds } = await timed(async () => {
        server.ctx.jobs.start();
        const left = server.store.db.selectFrom('jobs').select('id').limit(1);
        while (await left.executeTakeFirst()) await new Promise((resolve) => setTimeout(resolve, 50));
        await server.ctx.jobs.stop();
      });
      const { n } = await server.store.db
        .selectFrom('deliveries')
        .select((e) => e.fn.countAll().as('n'))
        .where('state', '=', 'sent')
        .executeTakeFirst();
      await server.store.close();
      if (Number(n) !== messages) throw new Error(`${n} of ${messages} messages were sent`);

      const pool = new Pool(new URL(url).origin, { connections: 24 });
      const body = JSON.stringify(message);
      let left = messages;
      const bare = await timed(() =>
        Promise.all(
          Array.from({ length: 24 }, async () => {
            while (left-- > 0) {
              const answer = await pool.request({ path: '/hook', method: 'POST', body });
              await answer.body.text();
            }
          }),
        ),
      );
      await pool.close();
      result(`outbox drained, ${messages.toLocaleString('en')} messages`, {
        ours: messages / seconds,
        bare: messages / bare.seconds,
        against: 'bare posts, nothing written down',
        unit: 'messages/s',
        note: '(500 a second are wanted)',
      });
    }
  } finally {
    receiver.disconnect();
    await rm(folder, { recursive: true, force: true });
  }
  report();
}
