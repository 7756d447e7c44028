import { Config, type Measurement } from '@leeway/contract';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Audit } from '../audit/audit.ts';
import { expandRules } from '../config/expand-rules.ts';
import { Events } from '../events/events.ts';
import { Jobs } from '../jobs/jobs.ts';
import { iso, ManualClock } from '../platform/clock.ts';
import { type OpenStore, openStore } from '../store/open.ts';
import { type EmptyStore, stores } from '../testing/stores.ts';
import type { AlertingContext } from './context.ts';
import { registerAlerting } from './index.ts';
import { measurement } from './testdata/measurement.ts';

const DAY = 86_400_000;
const START = Date.parse('2001-01-01T00:00:00Z');

type Given = Partial<Measurement>;
const auc = (value: number | null, over: Given = {}): Given => ({
  ...{ metric: 'roc_auc', value, coverage: 0.9, status: value === null ? 'no_data' : 'ok' },
  ...over,
});

describe.each(stores())('rules on $name', (form) => {
  let place: EmptyStore;
  let store: OpenStore;
  let clock: ManualClock;
  beforeEach(async () => {
    place = await form.make();
    store = await openStore(place.location);
    clock = new ManualClock(START);
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  function server(rules: object[], over: object = {}, top: object = {}) {
    const features = { age: { type: 'numeric' } };
    const model = { name: 'churn', task: 'binary', labels: { tier: 'gold' }, columns: { features }, ...over };
    const parsed = Config.parse({ apiVersion: 'leeway/v1', models: [{ ...model, rules }], ...top });
    const { config } = expandRules(parsed);
    const log = pino({ level: 'silent' });
    const said: string[] = [];
    let ids = 0;
    const ctx: AlertingContext = {
      ...{ clock, log, store, config: () => config, publicUrl: () => 'https://leeway.example.org' },
      newId: (prefix) => `${prefix}_${++ids}`,
      jobs: new Jobs({ store, clock, log }),
      ...{ events: new Events(clock), audit: new Audit(clock) },
    };
    const alerting = registerAlerting(ctx, { random: () => 0.5, write: (text) => void said.push(text) });
    const see = async (day: number, given: Given[], over: { final?: boolean } = {}) => {
      const [windowStart, windowEnd] = [START + day * DAY, START + (day + 1) * DAY];
      clock.set(Math.max(clock.now() + 600_000, windowEnd + 600_000));
      const span = { windowStart: iso(windowStart), windowEnd: iso(windowEnd) };
      const measurements = given.map((one) => measurement({ ...span, ...one }));
      const input = { model: config.models[0]!, monitor: 'daily', measurements, windowStart, windowEnd, ...over };
      const write = alerting.evaluateRules({ ...input, revision: 0 });
      await store.db.transaction().execute((tx) => write(tx));
      clock.advance(60_000);
      await ctx.jobs.drain();
      return said.splice(0).length;
    };
    const history = async (id: string) =>
      (await alerting.getAlert(id)).history.map(({ from, to, why }) => `${from} > ${to}: ${why}`);
    return { alerting, see, history };
  }
  const LOW = { name: 'auc-low', metric: 'roc_auc', below: 0.85 };

  test('provisional, confirmed when no label can change it any more', async () => {
    const { alerting, see } = server([LOW]);
    await see(0, [auc(0.81)]);
    expect(await alerting.listAlerts()).toMatchObject([{ state: 'firing', certainty: 'provisional', coverage: 0.9 }]);
    await see(0, [auc(0.81)], { final: true });
    expect(await alerting.listAlerts()).toMatchObject([{ state: 'firing', certainty: 'confirmed' }]);
    await see(1, [auc(0.8, { coverage: 1 })]);
    expect(await alerting.listAlerts()).toMatchObject([{ certainty: 'confirmed', value: 0.8 }]);
  });

  test('late labels that keep it say so, and those that end it retract it', async () => {
    const { alerting, see, history } = server([LOW]);
    expect(await see(0, [auc(0.81)])).toBe(1);
    expect(await see(0, [auc(0.83, { revision: 1 })])).toBe(0);
    const [alert] = await alerting.listAlerts();
    expect(alert).toMatchObject({ state: 'firing', certainty: 'revised', value: 0.83 });
    expect(await see(0, [auc(0.86, { revision: 2 })])).toBe(1);
    expect(await alerting.listAlerts()).toMatchObject([{ id: alert!.id, state: 'resolved', certainty: 'revised' }]);
    expect(await history(alert!.id)).toEqual([
      'inactive > firing: roc_auc is 0.81, below 0.85',
      'firing > firing: late labels changed roc_auc from 0.81 to 0.83: still below 0.85',
      'firing > resolved: late labels changed roc_auc from 0.83 to 0.86: retracted',
    ]);
  });

  test('labels of an older window retract it too', async () => {
    const { alerting, see, history } = server([{ ...LOW, for: 2 }]);
    await see(0, [auc(0.81)]);
    await see(1, [auc(0.82)]);
    await see(2, [auc(0.83)]);
    const [alert] = await alerting.listAlerts();
    expect(await see(1, [auc(0.9, { revision: 1 })])).toBe(1);
    // The newest window alone is bad: what was announced is taken back, and one more window would bring it again.
    expect(await alerting.listAlerts()).toMatchObject([
      { id: alert!.id, state: 'pending', certainty: 'revised', value: 0.83 },
    ]);
    expect(await see(2, [auc(0.95, { revision: 1 })])).toBe(0);
    expect((await history(alert!.id)).slice(-2)).toEqual([
      'firing > pending: late labels changed roc_auc of 2001-01-02 00:00 to 2001-01-03 00:00 UTC from 0.82 to 0.9: roc_auc is 0.9, not below 0.85',
      'pending > resolved: late labels changed roc_auc from 0.83 to 0.95: retracted',
    ]);
  });

  test('a second replica, a restart and labels in another order come to the same alerts', async () => {
    const rules = [
      { ...LOW, for: 2, keepFiring: 1, noData: 'separate' },
      { name: 'falls', metric: 'roc_auc', below: -0.05, against: 'previous' },
    ];
    const first = [0.9, 0.8, null, 0.81, 0.82, 0.95, 0.84, 0.7];
    const late = new Map([
      [1, 0.83],
      [4, 0.88],
      [5, 0.8],
    ]);
    const play = async (again: boolean, order: number[]) => {
      let one = server(rules);
      const see = async (day: number, given: Given[]) => {
        await one.see(day, given);
        if (!again) return;
        one = server(rules); // another process, which sees the same once more
        await one.see(day, given);
      };
      for (const [day, value] of first.entries()) await see(day, [auc(value)]);
      for (const day of order) await see(day, [auc(late.get(day)!, { revision: 1 })]);
      const rows = await store.db.selectFrom('ruleStates').selectAll().orderBy('rule').orderBy('instance').execute();
      const now = rows.map(({ rule, instance, state }) => [rule, instance, JSON.parse(state as string).memory.current]);
      const alerts = (await one.alerting.listAlerts()).map(({ rule, state, labels }) => [rule, state, labels]);
      const told = await store.db
        .selectFrom('alertHistory')
        .select((e) => e.fn.countAll().as('n'))
        .executeTakeFirst();
      for (const table of ['ruleStates', 'alertHistory', 'alerts', 'groups', 'groupMembers', 'jobs'] as const)
        await store.db.deleteFrom(table).execute();
      return { now, alerts: alerts.filter(([, state]) => state !== 'resolved').sort(), told: Number(told!.n) };
    };
    const plain = await play(false, [1, 4, 5]);
    expect(plain.now.length).toBeGreaterThan(2);
    expect(await play(true, [1, 4, 5])).toEqual(plain);
    const { told: _, ...ends } = plain;
    expect(await play(true, [5, 4, 1])).toMatchObject(ends);
  });

  test('what late labels do to an alert that is over is written there', async () => {
    const { alerting, see } = server([LOW]);
    await see(0, [auc(0.81)]);
    await see(1, [auc(0.9)]);
    expect(await alerting.listAlerts()).toMatchObject([{ state: 'resolved', certainty: 'provisional' }]);
    await see(0, [auc(0.88, { revision: 1 })]);
    expect(await alerting.listAlerts()).toMatchObject([{ state: 'resolved', certainty: 'revised' }]);
    await see(2, [auc(0.81)]);
    await see(3, [auc(0.9)]);
    await see(2, [auc(0.81)], { final: true });
    expect((await alerting.listAlerts()).map(({ certainty }) => certainty)).toEqual(['confirmed', 'revised']);
  });

  test('a combined rule keeps what each condition said', async () => {
    const conditions = [
      { metric: 'roc_auc', below: 0.85 },
      { metric: 'drift.share', above: 0.3 },
    ];
    const { alerting, see } = server([{ name: 'both', all: conditions }]);
    await see(0, [auc(0.8), { metric: 'drift.share', value: 0.5 }]);
    expect(await alerting.listAlerts()).toMatchObject([
      {
        ...{ rule: 'both', metric: 'roc_auc', value: 0.8, threshold: 0.85 },
        conditions: [
          { metric: 'roc_auc', verdict: 'breach', value: 0.8 },
          { metric: 'drift.share', verdict: 'breach', value: 0.5, threshold: 0.3 },
        ],
      },
    ]);
  });

  test('no data told apart is an alert of its own, which silences of the rule still match', async () => {
    const { alerting, see } = server([{ ...LOW, noData: 'separate', labels: { team: 'ops' } }]);
    await alerting.createSilence({
      ...{ matchers: { rule: 'auc-low', team: 'ops' }, endsAt: clock.now() + 90 * DAY, comment: '', actor: 'ann' },
    });
    expect(await see(0, [auc(null)])).toBe(0);
    const [alert] = await alerting.listAlerts();
    expect(alert).toMatchObject({
      ...{ state: 'firing', noData: false, value: null, summary: 'roc_auc has no data' },
      labels: { rule: 'auc-low', team: 'ops', tier: 'gold', condition: 'no_data' },
      muted: { by: 'silence' },
    });
    await see(1, [auc(0.9)]);
    expect(await alerting.listAlerts()).toMatchObject([{ id: alert!.id, state: 'resolved' }]);
  });

  test('the severity follows the cost, and its rise is told in the same alert', async () => {
    const cost = { falsePositive: 1, falseNegative: 10 };
    const severity = { cost: { warning: 100, critical: 1000, currency: 'EUR' } };
    const { alerting, see, history } = server([{ ...LOW, severity }], { cost });
    const day = (i: number, missed: number) =>
      see(i, [
        ...[auc(0.8), auc(0.1, { metric: 'prevalence' }), auc(0, { metric: 'false_positive_rate' })],
        auc(missed, { metric: 'false_negative_rate' }),
      ]);
    await day(0, 0.08);
    expect(await alerting.listAlerts()).toMatchObject([{ severity: 'info', labels: { severity: 'info' } }]);
    await day(1, 0.9);
    await day(2, 0.08);
    const [alert] = await alerting.listAlerts();
    expect(alert).toMatchObject({ severity: 'critical', labels: { severity: 'critical' } });
    expect(alert!.cost).toBeCloseTo(88.9, 1);
    expect((await history(alert!.id)).slice(1)).toEqual([
      'firing > firing: the severity rose from info to critical: the window cost about 1,000 EUR',
    ]);
  });

  test('rules of templates are rules of the models that have the labels', async () => {
    const top = {
      rules: [
        { ...LOW, models: { tier: 'gold' } },
        { ...LOW, name: 'silver', models: { tier: 'silver' } },
      ],
    };
    const { alerting, see } = server([], {}, top);
    await see(0, [auc(0.8)]);
    expect(await alerting.listAlerts()).toMatchObject([{ rule: 'auc-low', labels: { tier: 'gold' } }]);
  });

  test('a memory of an earlier release goes on: its alert is ended by a well window', async () => {
    const { alerting, see } = server([LOW]);
    await see(0, [auc(0.8)]);
    const row = await store.db.selectFrom('ruleStates').selectAll().executeTakeFirstOrThrow();
    const { fingerprint, memory } = JSON.parse(row.state as string);
    const { values, blank: _, ...current } = memory.current;
    const former = { windowEnd: memory.windowEnd, revision: 0, before: {}, current: { ...current, value: values[0] } };
    const state = JSON.stringify({ fingerprint, memory: former }) as typeof row.state;
    await store.db.updateTable('ruleStates').set({ state }).execute();
    await see(1, [auc(0.9)]);
    expect(await alerting.listAlerts()).toMatchObject([{ state: 'resolved' }]);
  });
});
