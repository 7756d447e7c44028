import { describe, expect, it } from 'vitest';
import type { Episode } from './backtest-rule.ts';
import { countPages } from './count-pages.ts';

const MIN = 60_000;
const HOUR = 60 * MIN;

const episode = (firedAt: number, resolvedAt: number | null, labels: Record<string, string> = {}): Episode => ({
  ...{ model: 'flights', rule: 'low', column: '', slice: '', severity: 'warning' },
  ...{ aboutFrom: 0, aboutTo: 0, retracted: false, value: null, threshold: null, why: '' },
  ...{ firedAt, resolvedAt, labels: { model: 'flights', severity: 'warning', ...labels } },
});
const hook = { name: 'hook', type: 'console', sendResolved: true };
const routing = (over: object = {}) => ({
  channels: [hook],
  routes: { channels: ['hook'], groupWait: '30s', groupInterval: '5m', repeatInterval: '4h', ...over },
});

describe('countPages', () => {
  it('counts a message for what fires together, after the wait of the group', () => {
    const { pages, messages } = countPages(
      [episode(HOUR, 2 * HOUR), episode(HOUR + 20_000, 2 * HOUR)],
      routing(),
      3 * HOUR,
    );
    expect(pages).toEqual([HOUR + 30_000]);
    expect(messages).toEqual([HOUR + 30_000, 2 * HOUR + 30_000]);
  });

  it('counts one more for what joins later, and none for repetitions', () => {
    const { pages, messages } = countPages([episode(0, null), episode(HOUR, null)], routing(), 10 * HOUR);
    expect(pages).toEqual([30_000, HOUR + 30_000]);
    expect(messages.slice(2)).toEqual([5 * HOUR + 30_000, 9 * HOUR + 30_000]);
  });

  it('counts nothing for what is over before the group has spoken', () => {
    expect(countPages([episode(0, 10_000)], routing(), HOUR)).toEqual({ pages: [], messages: [] });
  });

  it('counts a page once however many channels tell it, and each message', () => {
    const channels = [hook, { name: 'mail', type: 'smtp', sendResolved: false }];
    const routes = { channels: ['hook', 'mail'] };
    expect(countPages([episode(0, HOUR)], { channels, routes }, 2 * HOUR)).toEqual({
      pages: [30_000],
      messages: [30_000, 30_000, HOUR + 30_000],
    });
  });

  it('goes by the routes: what is grouped apart is told apart', () => {
    const routes = { groupBy: ['model', 'severity'], routes: [{ match: { severity: 'info' }, groupWait: '1h' }] };
    const { pages } = countPages([episode(0, null), episode(0, null, { severity: 'info' })], routing(routes), 2 * HOUR);
    expect(pages).toEqual([30_000, HOUR]);
  });

  it('counts what a route without a channel would have told', () => {
    expect(countPages([episode(0, null)], { routes: {}, channels: [] }, HOUR).pages).toEqual([30_000]);
  });

  it('waits for the interval of the group when something flaps', () => {
    const flapping = [episode(0, MIN), episode(2 * MIN, 3 * MIN), episode(4 * MIN, null)];
    expect(countPages(flapping, routing(), HOUR).pages).toEqual([30_000, 30_000 + 5 * MIN]);
  });
});
