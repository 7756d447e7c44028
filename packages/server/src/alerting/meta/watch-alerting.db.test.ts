import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hook, openOutbox, Receiver, said } from '../../notify/testdata/outbox.ts';
import { ManualClock } from '../../platform/clock.ts';
import { type OpenStore, openStore } from '../../store/open.ts';
import { type EmptyStore, stores } from '../../testing/stores.ts';
import { registerAlerting } from '../index.ts';

const MIN = 60_000;

describe.each(stores())('on $name', ({ make }) => {
  let empty: EmptyStore;
  let store: OpenStore;
  let clock: ManualClock;
  let one: Receiver;
  let two: Receiver;
  let watchdog: Server;
  let beats: string[];
  beforeEach(async () => {
    empty = await make();
    store = await openStore(empty.location);
    clock = new ManualClock('2001-01-01T00:00:00Z');
    one = await new Receiver().open();
    two = await new Receiver().open();
    beats = [];
    watchdog = createServer((request, response) => {
      beats.push(`${request.method} ${request.url}`);
      response.end();
    });
    await new Promise<void>((done) => watchdog.listen(0, '127.0.0.1', done));
  });
  afterEach(async () => {
    for (const receiver of [one, two]) receiver.close();
    watchdog.closeAllConnections();
    watchdog.close();
    await store.close();
    await empty.remove();
  });

  async function start() {
    const heartbeat = { url: `http://127.0.0.1:${(watchdog.address() as AddressInfo).port}/ping/s3cr3t` };
    const outbox = openOutbox({
      store,
      clock,
      channels: [hook('a', one), hook('b', two)],
      config: {
        server: { allowPrivateNetworks: ['127.0.0.0/8'], heartbeat },
        routes: { channels: ['a'], groupWait: '30s', groupInterval: '1m' },
      },
      register: (ctx) => registerAlerting(ctx, { random: () => 0.5 }),
    });
    await store.db.transaction().execute((tx) => outbox.registered!.schedule(tx));
    const pass = async (minutes: number) => {
      await outbox.ctx.jobs.drain();
      for (let i = 0; i < minutes * 2; i++) {
        clock.advance(MIN / 2);
        await outbox.ctx.jobs.drain();
      }
    };
    return { outbox, pass };
  }
  const alerts = () =>
    store.db.selectFrom('alerts').select(['rule', 'instance', 'state', 'summary']).orderBy('activeAt').execute();

  test('a channel that is gone is told of on another one, though no route leads there, and so is its return', async () => {
    const { outbox, pass } = await start();
    await pass(3);
    expect(beats).toHaveLength(4);
    expect(beats[0]).toBe('POST /ping/s3cr3t');
    one.always = { status: 410 };
    await outbox.send('d1', 'a', said('fires', 'first'));
    await pass(3);
    expect(await alerts()).toEqual([
      {
        rule: 'leeway.alerting-broken',
        instance: 'channel:a',
        state: 'firing',
        summary: 'channel a is disabled: the address answered HTTP 410: it is gone, or its key is',
      },
    ]);
    expect(two.said()).toEqual([expect.stringContaining('channel a is disabled')]);
    const silent = beats.length;
    await pass(3);
    expect(beats).toHaveLength(silent);

    one.always = null;
    await outbox.registered!.enableChannel({ name: 'a', actor: 'ann' });
    await outbox.registered!.testChannel({ name: 'a', actor: 'ann' });
    await pass(3);
    expect((await alerts()).map(({ state }) => state)).toEqual(['resolved']);
    expect(two.said()).toEqual([expect.stringContaining('[RESOLVED]')]);
    expect(beats.length).toBeGreaterThan(silent);
  });

  test('work that failed for good, until it is a day old', async () => {
    const { pass } = await start();
    const job = { kind: 'measure-window', key: 'k', lane: null, payload: '{}', attempts: 5, state: 'dead' };
    await store.db
      .insertInto('jobs')
      .values({ ...job, runAt: clock.now(), leaseOwner: null, leaseUntil: null, error: 'broken' })
      .execute();
    await pass(3);
    expect((await alerts()).map(({ instance, state }) => [instance, state])).toEqual([['jobs', 'firing']]);
    expect(one.said()).toHaveLength(1);
    clock.advance(24 * 60 * MIN);
    await pass(3);
    expect((await alerts()).map(({ state }) => state)).toEqual(['resolved']);
  });
});
