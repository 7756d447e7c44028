import { afterEach, describe, expect, test } from 'vitest';
import { stores } from '../testing/stores.ts';
import { configured, MIN, RoutingStory, START } from './testdata/routing-story.ts';

const open: RoutingStory[] = [];
afterEach(async () => {
  for (const { story } of open.splice(0)) await story.end();
});

describe.each(stores())('on $name', (form) => {
  const begin = async (...config: Parameters<typeof configured>) => {
    const told = await RoutingStory.begin(form, configured(...config));
    open.push(told);
    return told;
  };
  const silence = (told: RoutingStory, over: object = {}) =>
    told.story.alerting.createSilence({
      matchers: ['rule=~latency|drift'],
      endsAt: told.story.clock.now() + 60 * MIN,
      comment: 'known',
      actor: 'ann',
      ...over,
    });

  describe('inhibition', () => {
    test('what follows from broken data is told when the data are well again', async () => {
      const told = await begin();
      expect(await told.next(['quality', 'auc'])).toEqual(['ops first: quality firing']);
      const [auc] = await told.story.alerting.listAlerts({ rule: 'auc' });
      expect(auc?.muted).toMatchObject({
        by: 'inhibition',
        text: 'quality explains it: data quality before performance',
      });
      expect(await told.next(['auc'])).toEqual(['ops new alerts: auc firing, quality resolved']);
      expect(await told.next([])).toEqual(['ops all resolved: auc resolved']);
    });

    test('the end of what was told before is told though it is inhibited', async () => {
      const told = await begin();
      expect(await told.next(['auc'])).toEqual(['ops first: auc firing']);
      expect(await told.next(['auc', 'quality'])).toEqual(['ops new alerts: quality firing']);
      expect(await told.next(['quality'])).toEqual(['ops resolved: auc resolved, quality firing']);
    });

    test('in groups of their own, the target speaks soon after the source ends', async () => {
      const told = await begin({}, { route: { groupBy: ['rule'] } });
      expect(await told.next(['quality', 'auc'])).toEqual(['ops first: quality firing']);
      const said = await told.next(['auc'], 2);
      expect(said.sort()).toEqual(['ops all resolved: quality resolved', 'ops first: auc firing']);
    });

    test('of the configuration, and it ends with it', async () => {
      const inhibitions = [{ source: { rule: 'page' }, target: ['rule=~lat.*'], equal: ['model'] }];
      const told = await begin({ inhibitions });
      expect(await told.next(['page', 'latency'])).toEqual(['ops first: page firing']);
      told.story.config.inhibitions = [];
      await told.story.store.db.transaction().execute((tx) => told.story.alerting.reconcileRules(tx));
      expect(await told.after(10)).toEqual(['ops new alerts: latency firing, page firing']);
    });
  });

  describe('silences', () => {
    test('when one ends over what was told before, that is said once', async () => {
      const told = await begin();
      expect(await told.next(['latency'])).toEqual(['ops first: latency firing']);
      await silence(told);
      expect(await told.after(59)).toEqual([]);
      expect(await told.after(2)).toEqual(['ops silence ended: latency firing']);
      expect(await told.after(600)).toEqual([]);
    });

    test('by choice nothing is said of its end, and something of its start', async () => {
      const told = await begin();
      await told.next(['latency']);
      await silence(told, { tellEnd: false, tellStart: true });
      expect(await told.after(10)).toEqual(['ops silence started: latency firing']);
      expect(await told.after(200)).toEqual([]);
    });

    test('one that is to come is noticed when it begins', async () => {
      const told = await begin();
      await told.next(['latency']);
      const from = told.story.clock.now();
      await silence(told, { startsAt: from + 60 * MIN, endsAt: from + 120 * MIN });
      expect(await told.after(119)).toEqual([]);
      expect(await told.after(2)).toEqual(['ops silence ended: latency firing']);
    });

    test('until resolved: ends with the last alert that it matched', async () => {
      const told = await begin();
      await told.next(['latency', 'drift']);
      const { id, endsAt } = await silence(told, { endsAt: undefined, untilResolved: true });
      expect(Date.parse(endsAt) - told.story.clock.now()).toBeGreaterThan(80 * 1440 * MIN);
      expect(await told.next(['latency'])).toEqual(['ops resolved: drift resolved']);
      expect((await told.story.alerting.listSilences({ active: true })).map((one) => one.id)).toEqual([id]);
      expect(await told.next([])).toEqual(['ops all resolved: latency resolved']);
      expect(await told.story.alerting.listSilences({ active: true })).toEqual([]);
      expect(await told.next(['latency'])).toEqual(['ops first: latency firing']);
    });

    test('idle: ends when nothing has matched for so long', async () => {
      const told = await begin();
      const { id } = await silence(told, { endsAt: START + 30 * 1440 * MIN, expireWhenIdle: '2h' });
      const active = async () => (await told.story.alerting.listSilences({ active: true })).length;
      await told.after(100);
      await told.next(['latency'], 300);
      expect(await active()).toBe(1);
      await told.next([], 100);
      expect(await active()).toBe(1);
      await told.after(150);
      expect(await active()).toBe(0);
      const audit = await told.story.ctx.audit.list(told.story.store.db, 1);
      expect(audit[0]).toMatchObject({ action: 'silence.expire', subject: id, actor: 'leeway' });
    });

    test('only the end of one in force may be moved; it is forgotten 120 hours after it', async () => {
      const told = await begin();
      const { id } = await silence(told);
      const { alerting, clock } = told.story;
      await alerting.changeSilence({ id, endsAt: clock.now() + 10 * MIN, actor: 'ann' });
      await told.next(['latency'], 9);
      expect(await told.after(2)).toEqual(['ops first: latency firing']);
      await expect(alerting.changeSilence({ id, endsAt: clock.now() + MIN, actor: 'ann' })).rejects.toMatchObject({
        code: 'wrong_state',
      });
      await told.after(119 * 60);
      expect(await alerting.listSilences()).toHaveLength(1);
      await told.after(2 * 60);
      expect(await alerting.listSilences()).toHaveLength(0);
    });

    test('its end by hand tells too', async () => {
      const told = await begin();
      await told.next(['latency']);
      const { id } = await silence(told);
      await told.after(20);
      await told.story.alerting.expireSilence({ id, actor: 'ann' });
      expect(await told.after(10)).toEqual(['ops silence ended: latency firing']);
    });
  });

  describe('maintenance and hours', () => {
    test('maintenance mutes what is new, lets ends through, and is listed', async () => {
      const maintenance = [
        { name: 'move', match: { model: 'flights' }, from: '2026-03-02T01:00', to: '2026-03-02T05:00' },
      ];
      const told = await begin({ maintenance });
      expect(await told.next(['latency'], 60)).toEqual(['ops first: latency firing']);
      expect(await told.next(['drift'])).toEqual(['ops all resolved: latency resolved']);
      expect(await told.story.alerting.listSilences()).toMatchObject([
        { id: 'move', kind: 'maintenance', automatic: true },
      ]);
      expect(await told.after(225)).toEqual([]);
      expect(await told.after(10)).toEqual(['ops first: drift firing']);
    });

    const timeIntervals = [
      { name: 'office', times: ['09:00-17:00'], weekdays: ['monday:friday'], zone: 'Europe/Berlin' },
    ];
    const routes = {
      channels: ['ops'],
      groupWait: '1m',
      groupInterval: '5m',
      repeatInterval: '30d',
      routes: [{ match: ['severity!=critical'], activeTimes: ['office'] }],
    };

    test('what came outside of hours is told in one message when they begin', async () => {
      const told = await begin({ timeIntervals, routes });
      expect(await told.next(['latency'], 60)).toEqual([]);
      expect(await told.next(['latency', 'drift', 'page'], 60)).toEqual(['ops first: page firing']);
      expect((await told.story.alerting.listAlerts({ rule: 'drift' }))[0]?.muted).toMatchObject({
        by: 'hours',
        until: '2026-03-02T08:00:00.000Z',
      });
      expect(await told.after(361)).toEqual(['ops first: drift firing, latency firing']);
      expect((await told.log()).map(({ reason }) => reason)).toContain('outside hours');
      // In the evening: ends are told all the same.
      await told.after(600);
      const said = await told.next(['latency']);
      expect(said.sort()).toEqual(['ops all resolved: page resolved', 'ops resolved: drift resolved']);
    });
  });

  describe('grace', () => {
    const serve = async (told: RoutingStory, version: string) => {
      const { db } = told.story.store;
      const at = told.story.clock.now();
      await db.updateTable('servings').set({ endedAt: at }).where('endedAt', 'is', null).execute();
      const serving = { model: 'flights', version, startedAt: at, endedAt: null, actor: 'ann', reason: '' };
      await db.insertInto('servings').values(serving).execute();
    };

    test('after a promotion drift is not told for a window, and everything else is', async () => {
      const told = await begin({}, { model: { causalOrder: false } });
      await serve(told, 'v1');
      await told.after(10);
      expect(await told.next(['drift'])).toEqual(['ops first: drift firing']);
      expect(await told.next([])).toEqual(['ops all resolved: drift resolved']);
      await serve(told, 'v2');
      expect(await told.next(['drift', 'auc'])).toEqual(['ops first: auc firing']);
      expect(await told.story.alerting.listSilences()).toMatchObject([
        { id: 'promotion of flights v2', kind: 'grace', automatic: true, matchers: { model: 'flights' } },
      ]);
      expect(await told.after(60)).toEqual(['ops new alerts: auc firing, drift firing']);
      expect(await told.story.alerting.listSilences()).toEqual([]);
    });

    test('after another reference too, for as long as the model says', async () => {
      const told = await begin({}, { model: { grace: '3h' } });
      const apply = () => told.story.store.db.transaction().execute((tx) => told.story.alerting.reconcileRules(tx));
      await apply();
      expect(await told.story.alerting.listSilences()).toEqual([]);
      told.story.config.models[0]!.reference = { kind: 'trailing', length: '7d' } as never;
      await apply();
      await apply();
      expect(await told.story.alerting.listSilences()).toMatchObject([{ kind: 'grace', automatic: true }]);
      expect(await told.next(['drift'], 170)).toEqual([]);
      expect(await told.after(15)).toEqual(['ops first: drift firing']);
    });
  });

  test('a digest tells once, together, and only what it collects', async () => {
    const told = await begin({}, { channel: { digest: { every: 'day', at: '09:00' } } });
    expect(await told.next(['note', 'latency'], 60)).toEqual(['ops first: latency firing']);
    await told.next([]);
    expect(await told.next(['note'], 60)).toEqual([]);
    await told.after(7 * 60);
    expect(told.story.minute()).toBeGreaterThan(9 * 60);
    const log = await told.log();
    expect(log.filter(({ reason }) => reason === 'digest')).toHaveLength(1);
    // Nothing more the next day, and on the third its end.
    expect(await told.after(1440)).toEqual([]);
    await told.firing();
    expect(await told.after(1440)).toEqual(['ops digest: note resolved']);
    expect(await told.after(2880)).toEqual([]);
  });

  test('an alert that comes and goes is told of as such, once, and again when it is steady', async () => {
    const told = await begin({}, { rule: { flapping: { windows: 10, high: 0.4, low: 0.2 } } });
    const said: string[] = [];
    for (let hour = 0; hour < 12; hour++) said.push(...(await told.next(hour % 2 === 0 ? ['latency'] : [], 60)));
    expect(said).toEqual([
      'ops first: latency firing',
      'ops all resolved: latency resolved',
      'ops first: latency firing',
      'ops all resolved: latency resolved',
      'ops flapping: latency firing',
    ]);
    expect((await told.story.alerting.listAlerts()).some(({ flapping }) => flapping)).toBe(true);
    expect(await told.after(6 * 60)).toEqual([]);
    expect(await told.after(2 * 60)).toEqual(['ops all resolved: latency resolved']);
    expect((await told.story.alerting.listAlerts()).every(({ flapping }) => !flapping)).toBe(true);
    expect(await told.next(['latency'])).toEqual(['ops first: latency firing']);
  });

  describe('a rate limit', () => {
    const limited = {
      channel: { rateLimit: { most: 2, per: '1h' } },
      route: { groupBy: ['rule'] },
      model: { causalOrder: false },
    };

    test('keeps a channel from more, and tells what waited in one message', async () => {
      const told = await begin({}, limited);
      const first = await told.next(['latency', 'drift', 'auc', 'quality']);
      expect(first).toHaveLength(2);
      expect(await told.after(40)).toEqual([]);
      const rest = await told.after(20);
      expect(rest).toHaveLength(1);
      expect(rest[0]).toMatch(/^ops rate limited: \w+ firing, \w+ firing$/);
      expect(
        new Set([...first, ...rest].flatMap((line) => [...line.matchAll(/(\w+) firing/g)].map(([, rule]) => rule)))
          .size,
      ).toBe(4);
      // Still firing in later windows: nobody is told a second time.
      expect(await told.next(['latency', 'drift', 'auc', 'quality'], 120)).toEqual([]);
      // Each is told of its end, in as many messages as the limit lets through.
      const ends = await told.next([], 300);
      expect(
        ends.flatMap((line) => [...line.matchAll(/(\w+) resolved(?=,|$)/g)].map(([, rule]) => rule)).sort(),
      ).toEqual(['auc', 'drift', 'latency', 'quality']);
      expect((await told.log()).some(({ reason, sent }) => reason === 'rate limited' && sent === 0)).toBe(true);
    });

    test('lets what is critical pass', async () => {
      const told = await begin({}, limited);
      expect(await told.next(['latency', 'drift'])).toHaveLength(2);
      expect(await told.next(['latency', 'drift', 'page'])).toEqual(['ops first: page firing']);
    });
  });

  test('the log says why, and does not grow where nothing changes', async () => {
    const told = await begin();
    await told.next(['quality', 'auc']);
    for (let hour = 0; hour < 5; hour++) await told.next(['quality', 'auc'], 60);
    const log = await told.log();
    expect(log.length).toBeLessThanOrEqual(2);
    const first = log[0]!;
    expect(first).toMatchObject({ reason: 'first', sent: 1 });
    expect(first.alerts).toContainEqual(expect.objectContaining({ state: 'muted', by: 'inhibition' }));
  });
});
