import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { Api } from './api.ts';
import { followEvents } from './event-stream.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

test('a stream of the real server is followed over a break, and nothing is missed or told twice', async () => {
  const seen: unknown[] = [];
  const broke: string[] = [];
  let opened = 0;
  const stop = new AbortController();
  const happen = (alert: string) => {
    const { ctx } = app.app;
    return ctx.events.emit(ctx.store.db, 'alert.changed', null, { alert });
  };
  await app.app.start({ work: false });
  const api = await Api.connect({ url: app.app.url ?? '', token: app.token });
  const done = followEvents(api, {
    signal: stop.signal,
    firstWaitMs: 20,
    onOpen: async () => {
      opened += 1;
    },
    onEvent: ({ name, data }) => {
      if (name === 'alert.changed') seen.push(data['alert']);
    },
    onBreak: (why) => broke.push(why),
  });
  await vi.waitFor(() => expect(opened).toBe(1), { timeout: 20_000 });
  await happen('one');
  await vi.waitFor(() => expect(seen).toEqual(['one']), { timeout: 20_000 });
  app.app.http.server.closeAllConnections();
  await happen('two');
  await vi.waitFor(() => expect(seen).toEqual(['one', 'two']), { timeout: 20_000 });
  expect({ opened, broke: broke.length }).toEqual({ opened: 2, broke: 1 });
  stop.abort();
  await done;

  const stranger = await Api.connect({ url: app.app.url ?? '', token: 'lw_wrong' });
  const nothing = { signal: AbortSignal.timeout(20_000), onOpen: async () => {}, onEvent: () => {}, onBreak: () => {} };
  await expect(followEvents(stranger, nothing)).rejects.toMatchObject({ code: 'unauthenticated' });
});
