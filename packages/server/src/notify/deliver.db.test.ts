import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../platform/clock.ts';
import { type OpenStore, openStore } from '../store/open.ts';
import { type EmptyStore, stores } from '../testing/stores.ts';
import type { Channel, Receipt } from './channel.ts';
import { CHANNELS } from './channels/index.ts';
import { enableChannel, listChannels } from './health.ts';
import { cancelDeliveries, retryDeliveries } from './outbox.ts';
import { testChannel } from './test-channel.ts';
import { hook, openOutbox, Receiver, said } from './testdata/outbox.ts';

const MIN = 60_000;
const HOUR = 60 * MIN;
const START = Date.parse('2001-01-01T00:00:00Z');
/** A kind of channel without options, for what a test wants it to do. */
const NOTE: Channel = { ...(CHANNELS.find(({ type }) => type === 'console') as Channel), type: 'note' };

describe.each(stores())('on $name', ({ make }) => {
  let empty: EmptyStore;
  let store: OpenStore;
  let clock: ManualClock;
  let one: Receiver;
  let two: Receiver;
  beforeEach(async () => {
    empty = await make();
    store = await openStore(empty.location);
    clock = new ManualClock(START);
    one = await new Receiver().open();
    two = await new Receiver().open();
  });
  afterEach(async () => {
    one.close();
    two.close();
    await store.close();
    await empty.remove();
  });

  const open = (channels: object[]) => openOutbox({ store, clock, channels });
  /** Lets time pass in steps, and everything that falls due be done. */
  const pass = async (outbox: ReturnType<typeof open>, ms = 0, step = 30_000) => {
    await outbox.ctx.jobs.drain();
    for (const until = clock.now() + ms; clock.now() < until; ) {
      clock.advance(Math.min(step, until - clock.now()));
      await outbox.ctx.jobs.drain();
    }
  };
  const health = async (outbox: ReturnType<typeof open>, name: string) =>
    (await listChannels(outbox.ctx)).find((channel) => channel.name === name);
  const delivery = (id: string) =>
    store.db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

  describe('receipts', () => {
    test('what a channel leaves behind is given to the next message of the group, until all is resolved', async () => {
      const given: { reason: string; receipt: Receipt | null }[] = [];
      const kind: Channel = {
        ...NOTE,
        async deliver({ reason }, _options, { receipt }) {
          given.push({ reason, receipt });
          return { outcome: 'sent', receipt: { ts: String(given.length) } };
        },
      };
      const outbox = openOutbox({ store, clock, channels: [{ name: 'c', type: 'note' }], kinds: [kind] });
      for (const [i, reason] of ['first', 'new alerts', 'all resolved', 'first', 'repeat'].entries()) {
        await outbox.send(`d${i}`, 'c', said(`m${i}`, reason));
        await outbox.send(`e${i}`, 'c', said(`m${i}`, reason), 'other group');
        await pass(outbox);
      }
      const receipts = (wanted: string) => given.flatMap(({ reason, receipt }) => (reason === wanted ? [receipt] : []));
      expect(receipts('first')).toEqual([null, null, null, null]);
      for (const reason of ['new alerts', 'all resolved', 'repeat']) {
        expect(receipts(reason)).toEqual(Array.from({ length: 2 }, () => ({ ts: expect.stringMatching(/^\d+$/) })));
      }
      const rows = await store.db.selectFrom('receipts').selectAll().execute();
      expect(rows.map(({ told }) => told)).toEqual([1, 1]);
    });
  });

  describe('limits of a service', () => {
    test('a limit rests the whole channel, not only the message; others go on', async () => {
      const outbox = open([hook('a', one), hook('b', two)]);
      one.answers = [{ status: 429, headers: { 'retry-after': '120' } }];
      await outbox.send('d1', 'a', said('one', 'first'), 'g1');
      await pass(outbox);
      await outbox.send('d2', 'a', said('two', 'first'), 'g2');
      await outbox.send('d3', 'b', said('three', 'first'), 'g3');
      await pass(outbox, 100_000, 10_000);
      expect(one.calls).toBe(1);
      expect(two.said()).toEqual(['three']);
      expect(await health(outbox, 'a')).toMatchObject({ state: 'paused', queued: 2, failures: 1 });
      await pass(outbox, 60_000, 10_000);
      expect(one.said().sort()).toEqual(['one', 'two']);
      expect(await health(outbox, 'a')).toMatchObject({ state: 'ok', queued: 0, failures: 0, pausedUntil: null });
    });

    test('an empty bucket is respected before it overflows', async () => {
      const outbox = open([hook('a', one)]);
      one.answers = [{ status: 200, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '30.5' } }];
      await outbox.send('d1', 'a', said('one', 'first'), 'g1');
      await pass(outbox);
      await outbox.send('d2', 'a', said('two', 'first'), 'g2');
      await pass(outbox, 29_000, 1_000);
      expect(one.calls).toBe(1);
      await pass(outbox, 5_000, 1_000);
      expect(one.said()).toEqual(['one', 'two']);
    });
  });

  describe('what has lost its point', () => {
    test('a beginning whose end came before anything was sent', async () => {
      const outbox = open([hook('a', one)]);
      one.always = { status: 429, headers: { 'retry-after': '600' } };
      await outbox.send('d1', 'a', said('fires', 'first'));
      await pass(outbox);
      await outbox.send('d2', 'a', said('is over', 'all resolved'));
      one.always = null;
      await pass(outbox, HOUR);
      expect(one.said()).toEqual([]);
      expect(await outbox.states()).toEqual({ d1: 'superseded', d2: 'superseded' });
    });

    test('not if a try may have got through', async () => {
      const outbox = open([hook('a', one)]);
      one.answers = [{ status: 504 }];
      await outbox.send('d1', 'a', said('fires', 'first'));
      await pass(outbox);
      await outbox.send('d2', 'a', said('is over', 'all resolved'));
      await pass(outbox, HOUR);
      expect(one.said()).toEqual(['fires', 'is over']);
    });

    test('and the next beginning is told again', async () => {
      const outbox = open([hook('a', one)]);
      for (const [i, reason] of ['first', 'all resolved', 'first', 'all resolved', 'first'].entries()) {
        await outbox.send(`d${i}`, 'a', said(`m${i}`, reason));
        if (i % 2 === 0) await pass(outbox);
      }
      await pass(outbox);
      expect(one.said()).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
    });

    test('what is taken back is not sent; ends are not taken back unless asked for', async () => {
      const outbox = open([hook('a', one)]);
      one.answers = [{ status: 503 }];
      await outbox.send('d1', 'a', said('fires', 'first'));
      await outbox.send('d2', 'a', said('still', 'repeat'));
      await outbox.send('d3', 'a', said('is over', 'resolved'));
      await pass(outbox);
      const cancelled = await store.db
        .transaction()
        .execute((tx) => cancelDeliveries(outbox.ctx, tx, { channel: 'a', key: 'group' }, 'acknowledged by ann'));
      expect(cancelled).toBe(2);
      await pass(outbox, HOUR);
      expect(one.said()).toEqual(['is over']);
      expect(await outbox.states()).toEqual({ d1: 'cancelled', d2: 'cancelled', d3: 'sent' });
    });
  });

  describe('failover', () => {
    const pair = () => [hook('a', one, { failover: 'b' }), hook('b', two)];

    test('a refusal hands over at once and says why, and the end follows', async () => {
      const outbox = open(pair());
      one.answers = [{ status: 403 }];
      await outbox.send('d1', 'a', said('fires', 'first'));
      await pass(outbox);
      expect(two.said()).toEqual(['fires (in place of a)']);
      expect(await delivery('d1')).toMatchObject({
        state: 'failed',
        failure: 'auth',
        error: 'auth: HTTP 403; handed to b',
      });
      const [copy] = await store.db.selectFrom('deliveries').selectAll().where('channel', '=', 'b').execute();
      expect(copy).toMatchObject({ failoverOf: 'd1', groupKey: 'group', state: 'sent' });
      expect(JSON.parse(copy!.message).lines[0]).toBe(
        'Sent here because the channel a did not take it (auth: HTTP 403).',
      );
      // The first channel never heard of it, so it hears of no end, though it works again.
      await outbox.send('d2', 'a', said('is over', 'all resolved'));
      await pass(outbox, HOUR);
      expect(two.said()).toEqual(['is over (in place of a)']);
      expect(one.said()).toEqual([]);
      // And that was all: the next one is an ordinary one.
      await outbox.send('d3', 'a', said('fires again', 'first'));
      one.answers = [{ status: 500 }];
      await pass(outbox, HOUR);
      await outbox.send('d4', 'a', said('is over again', 'all resolved'));
      await pass(outbox);
      expect(one.said()).toEqual(['fires again', 'is over again']);
      expect(two.said()).toEqual([]);
    });

    test('what is critical goes over after an hour, anything else after a day', async () => {
      const outbox = open(pair());
      one.always = { status: 500 };
      await outbox.send('d1', 'a', said('critical', 'first', 'critical'), 'g1');
      await outbox.send('d2', 'a', said('warning', 'first', 'warning'), 'g2');
      await pass(outbox, 55 * MIN);
      expect(two.calls).toBe(0);
      await pass(outbox, 35 * MIN);
      expect(two.said()).toEqual(['critical (in place of a)']);
      await pass(outbox, 24 * HOUR, 5 * MIN);
      expect(two.said()).toEqual(['warning (in place of a)']);
    });

    test('where both were told, both hear of the end', async () => {
      const outbox = open(pair());
      one.answers = [{ status: 200 }, { status: 403 }];
      await outbox.send('d1', 'a', said('fires', 'first'));
      await outbox.send('d2', 'a', said('more', 'new alerts'));
      await pass(outbox);
      await outbox.send('d3', 'a', said('is over', 'all resolved'));
      await pass(outbox);
      expect(one.said()).toEqual(['fires', 'is over']);
      expect(two.said()).toEqual(['more (in place of a)', 'is over (in place of a)']);
    });

    test('a channel that dies with the process each time hands over too', async () => {
      const broken = new Error('broken at https://x.example/T/s3cr3t');
      const kind: Channel = { ...NOTE, deliver: () => Promise.reject(broken) };
      const outbox = openOutbox({
        store,
        clock,
        channels: [{ name: 'a', type: 'note', failover: 'b' }, hook('b', two)],
        kinds: [kind, ...CHANNELS],
      });
      await outbox.send('d1', 'a', said('fires', 'first'));
      await pass(outbox, HOUR);
      expect(two.said()).toEqual(['fires (in place of a)']);
      expect((await delivery('d1')).error).not.toContain('s3cr3t');
    });
  });

  describe('channels that are gone', () => {
    test.each([401, 404, 410])(
      'HTTP %i disables, whatever is queued goes elsewhere, a test that works enables',
      async (status) => {
        const outbox = open([hook('a', one, { failover: 'b' }), hook('b', two)]);
        one.always = { status };
        await outbox.send('d1', 'a', said('one', 'first'), 'g1');
        await pass(outbox);
        await outbox.send('d2', 'a', said('two', 'first'), 'g2');
        await pass(outbox);
        expect(one.calls).toBe(1);
        expect(two.said()).toEqual(['one (in place of a)', 'two (in place of a)']);
        expect(await health(outbox, 'a')).toMatchObject({
          state: 'disabled',
          disabledReason: `the address answered HTTP ${status}: it is gone, or its key is`,
        });
        expect(await testChannel(outbox.ctx, { name: 'a', actor: 'ann' })).toMatchObject({ state: 'failed' });
        expect(await health(outbox, 'a')).toMatchObject({ state: 'disabled' });
        one.always = null;
        expect(await testChannel(outbox.ctx, { name: 'a', actor: 'ann' })).toMatchObject({ state: 'sent' });
        expect(await health(outbox, 'a')).toMatchObject({ state: 'ok', disabledReason: null });
      },
    );

    test('another configuration of it, or a person, enables it too', async () => {
      const outbox = open([hook('a', one)]);
      one.always = { status: 410 };
      await outbox.send('d1', 'a', said('one', 'first'), 'g1');
      await pass(outbox);
      expect(await health(outbox, 'a')).toMatchObject({ state: 'disabled' });
      outbox.setChannels([hook('a', two)]);
      expect(await health(outbox, 'a')).toMatchObject({ state: 'unused' });
      outbox.setChannels([hook('a', one)]);
      expect(await enableChannel(outbox.ctx, { name: 'a', actor: 'ann' })).toMatchObject({ state: 'failing' });
    });

    test('a refusal of the service for another reason disables nothing', async () => {
      const outbox = open([hook('a', one)]);
      one.always = { status: 400 };
      await outbox.send('d1', 'a', said('one', 'first'), 'g1');
      await pass(outbox);
      expect(await health(outbox, 'a')).toMatchObject({
        state: 'failing',
        failures: 1,
        lastError: 'rejected: HTTP 400',
      });
    });
  });

  describe('dead letters', () => {
    test('are sent once more when somebody asks, one or all of a channel', async () => {
      const outbox = open([hook('a', one)]);
      one.always = { status: 400 };
      for (const id of ['d1', 'd2', 'd3']) await outbox.send(id, 'a', said(id, 'first'), id);
      await pass(outbox, 30 * HOUR, HOUR);
      one.always = null;
      expect(await retryDeliveries(outbox.ctx, { id: 'd2', actor: 'ann' })).toEqual(['d2']);
      await pass(outbox);
      expect(one.said()).toEqual(['d2']);
      await expect(retryDeliveries(outbox.ctx, { id: 'd2', actor: 'ann' })).rejects.toThrow('only failed ones');
      await expect(retryDeliveries(outbox.ctx, { id: 'd9', actor: 'ann' })).rejects.toThrow('"d9"');
      expect(await retryDeliveries(outbox.ctx, { channel: 'a', actor: 'ann' })).toEqual(['d1', 'd3']);
      // As if it were new: what fails now has its time before it.
      one.answers = [{ status: 500 }, { status: 500 }];
      await pass(outbox, MIN);
      expect(one.said().sort()).toEqual(['d1', 'd3']);
    });
  });

  test('what a service in a private network answers is not shown, and stands in the log', async () => {
    const outbox = open([hook('a', one)]);
    one.always = { status: 400, body: 'admin panel of 10.0.0.7' };
    const row = await testChannel(outbox.ctx, { name: 'a', actor: 'ann' });
    expect(row.error).toBe('rejected: HTTP 400; what an address in a private network says is in the log of the server');
    expect(outbox.logged.join()).toContain('admin panel');
  });

  test('a channel that fails does not keep the others waiting', async () => {
    const outbox = open([hook('a', one), hook('b', two)]);
    one.always = { status: 500 };
    for (let i = 0; i < 3; i++) await outbox.send(`a${i}`, 'a', said('x', 'first'), `a${i}`);
    await pass(outbox);
    for (let i = 3; i < 60; i++) await outbox.send(`a${i}`, 'a', said('x', 'first'), `a${i}`);
    await outbox.send('b', 'b', said('through', 'first'));
    await pass(outbox);
    expect(two.said()).toEqual(['through']);
    expect(await health(outbox, 'a')).toMatchObject({ state: 'failing', queued: 60 });
  });
});
