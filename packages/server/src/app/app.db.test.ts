import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { rawDocument } from '../config/load.ts';
import { lockDirectory } from '../platform/lock.ts';
import { promote } from '../registry/promote.ts';
import { registerVersion } from '../registry/versions.ts';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { DAY, documentOf, HOUR, MINUTE, REGRESSION, START } from '../testing/models.ts';
import { stores } from '../testing/stores.ts';
import { App } from './app.ts';

const config = documentOf({ ...REGRESSION, monitors: [{ ...REGRESSION.monitors[0], slices: [] }] });
const rows = (day: number, n = 60) =>
  Array.from({ length: n }, (_, i) => ({
    id: `${day}-${i}`,
    time: START + day * DAY + i * MINUTE,
    price: i,
    area: i,
    kind: 'flat',
  }));
const windowsOf = ({ app }: TestApp) =>
  app.ctx.store.db.selectFrom('windows').select(['startAt', 'state', 'rows']).orderBy('startAt').execute();

describe.each(stores())('a server on $name', ({ name, make }) => {
  test('goes on after a restart where it stood', async () => {
    const empty = await make();
    const server = await openTestApp({ warehouse: 'served', store: empty.location, config });
    await server.app.services.ingest.predictions('houses', rows(0));
    server.clock.set(START + DAY + HOUR);
    await server.app.settle();
    expect(await windowsOf(server)).toEqual([{ startAt: START, state: 'closed', rows: 60 }]);
    await server.restart();
    await server.app.services.ingest.predictions('houses', rows(1));
    server.clock.set(START + 2 * DAY + HOUR);
    await server.app.settle();
    expect((await windowsOf(server)).map(({ rows: n }) => n)).toEqual([60, 60]);
    await server.close();
    await empty.remove();
  });

  test.runIf(name === 'postgres')(
    'shares its work with a replica: windows are measured once, rows counted once, promotions reach both',
    async () => {
      const empty = await make();
      const one = await openTestApp({ warehouse: 'served', store: empty.location, config });
      const two = await openTestApp({ clickhouse: one.clickhouse!, store: empty.location, config, clock: one.clock });
      for (let day = 0; day < 3; day++) {
        one.clock.set(START + day * DAY + 2 * HOUR);
        // The same rows come to both at once, as they do when a client gives up too early.
        await Promise.all([one, two].map(({ app }) => app.services.ingest.predictions('houses', rows(day))));
        one.clock.set(START + (day + 1) * DAY + HOUR);
        await Promise.all([one.app.settle(), two.app.settle()]);
      }
      expect((await windowsOf(one)).map(({ rows: n }) => n)).toEqual([60, 60, 60]);
      const measured = await one.app.ctx.warehouse.query<{ n: number; revisions: number }>(
        `SELECT count() AS n, uniqExact(window_start) AS revisions FROM measurements WHERE metric = 'drift.share'`,
      );
      expect(measured).toEqual([{ n: 3, revisions: 3 }]);
      const told = await one.app.ctx.store.db
        .selectFrom('events')
        .select('id')
        .where('name', '=', 'window.measured')
        .execute();
      // each of three windows was closed, and the first two were looked at for labels
      expect(told.length).toBeGreaterThanOrEqual(3);
      const dead = await one.app.ctx.store.db.selectFrom('jobs').selectAll().where('state', '=', 'dead').execute();
      expect(dead).toEqual([]);

      const { ctx } = one.app;
      await ctx.store.db.transaction().execute((tx) =>
        registerVersion(tx, {
          model: 'houses',
          createdAt: 0,
          createdBy: 'test',
          run: null,
          parent: null,
          dataset: null,
          metrics: {},
          params: {},
          artifact: { hash: 'h', bytes: 1, format: 'other' },
        }),
      );
      await promote(ctx, async () => {}, { model: 'houses', version: 'v1', actor: 'ada', reason: 'first' });
      const { body } = await two.call<{ versions: { aliases: string[] }[] }>('/api/v1/models/houses/versions');
      expect(body.versions).toMatchObject([{ aliases: ['champion'] }]);
      await two.close();
      await one.close();
      await empty.remove();
    },
  );
});

test('a start that fails half way lets go of what it had: the directory is free again', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'leeway-app-'));
  const nobody = { ...config, store: { url: 'postgres://leeway@127.0.0.1:1/nowhere' } };
  const failed = App.open({ dataDir, config: rawDocument(nobody), log: pino({ level: 'silent' }) });
  await expect(failed).rejects.toThrow(/ECONNREFUSED/);
  lockDirectory(dataDir)();
  rmSync(dataDir, { recursive: true });
});
