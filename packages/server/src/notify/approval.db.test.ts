import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../platform/clock.ts';
import { type OpenStore, openStore } from '../store/open.ts';
import { type EmptyStore, stores } from '../testing/stores.ts';
import { approveDelivery } from './approval.ts';
import type { Channel } from './channel.ts';
import { CHANNELS } from './channels/index.ts';
import { openOutbox, said } from './testdata/outbox.ts';

describe.each(stores())('messages that everybody would see, on $name', ({ make }) => {
  let empty: EmptyStore;
  let store: OpenStore;
  let outbox: ReturnType<typeof openOutbox>;
  let told: string[];
  let failing: boolean;
  let clock: ManualClock;
  beforeEach(async () => {
    told = [];
    failing = false;
    empty = await make();
    store = await openStore(empty.location);
    /** Wants an approval for all but ends, as a public page does. */
    const kind: Channel = {
      ...(CHANNELS.find(({ type }) => type === 'console') as Channel),
      type: 'page',
      needsApproval: ({ status }) => status === 'firing',
      async deliver({ reason }) {
        if (failing) return { outcome: 'retry', reason: 'server', detail: 'HTTP 503' };
        told.push(reason);
        return { outcome: 'sent', receipt: { incident: '7' } };
      },
    };
    clock = new ManualClock('2001-01-01T00:00:00Z');
    outbox = openOutbox({ store, clock, channels: [{ name: 'page', type: 'page' }], kinds: [kind] });
  });
  afterEach(async () => {
    await store.close();
    await empty.remove();
  });

  const send = async (id: string, reason: string) => {
    const message = said(id, reason);
    await outbox.send(id, 'page', reason === 'all resolved' ? { ...message, status: 'resolved' } : message);
    await outbox.ctx.jobs.drain();
  };
  const approve = async (id: string) => {
    await approveDelivery(outbox.ctx, { id, actor: 'user:ann' });
    await outbox.ctx.jobs.drain();
  };
  const states = async () => {
    const rows = await store.db.selectFrom('deliveries').select(['id', 'state']).orderBy('id').execute();
    return Object.fromEntries(rows.map(({ id, state }) => [id, state]));
  };

  test('wait, and go out when a person says so; the end needs nobody', async () => {
    await send('a', 'first');
    expect(await states()).toEqual({ a: 'awaiting_approval' });
    expect(told).toEqual([]);
    await approve('a');
    await send('b', 'all resolved');
    expect(await states()).toEqual({ a: 'sent', b: 'sent' });
    expect(told).toEqual(['first', 'all resolved']);
    const { actor, action } = (await outbox.ctx.audit.list(store.db, 1))[0]!;
    expect({ actor, action }).toEqual({ actor: 'user:ann', action: 'delivery.approve' });
  });

  test('what was over before anybody approved it is never told, and neither is its end', async () => {
    await send('a', 'first');
    await send('b', 'all resolved');
    expect(await states()).toEqual({ a: 'superseded', b: 'superseded' });
    await expect(approve('a')).rejects.toThrow('is superseded; only one that waits for approval is approved');
    expect(told).toEqual([]);
  });

  test('only the newest of a group waits', async () => {
    await send('a', 'first');
    await send('b', 'new alerts');
    expect(await states()).toEqual({ a: 'superseded', b: 'awaiting_approval' });
    await approve('b');
    expect(told).toEqual(['new alerts']);
  });

  test('an approval outlives a try that fails', async () => {
    await send('a', 'first');
    failing = true;
    await approve('a');
    expect(await states()).toEqual({ a: 'queued' });
    failing = false;
    clock.advance(600_000);
    await outbox.ctx.jobs.drain();
    expect(await states()).toEqual({ a: 'sent' });
  });

  test('approved twice is sent once; nothing else can be approved', async () => {
    await send('a', 'first');
    await approve('a');
    await expect(approve('a')).rejects.toThrow('is sent');
    await expect(approve('none')).rejects.toThrow('none');
    expect(told).toEqual(['first']);
  });
});
