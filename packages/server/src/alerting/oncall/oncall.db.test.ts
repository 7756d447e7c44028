import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stores } from '../../testing/stores.ts';
import { startEscalations } from './escalations.ts';
import { MIN, START, Story } from './testdata/story.ts';

const CONFIG = {
  channels: ['team', 'mail-ann', 'mail-ben', 'sms'].map((name) => ({ name, type: 'kept', to: name })),
  routes: { channels: ['team'], groupWait: '1m', groupInterval: '1m', repeatInterval: '30d', escalation: 'default' },
  onCall: {
    people: { ann: { channels: ['mail-ann'] }, ben: { channels: ['mail-ben', 'sms'] } },
    schedules: { ops: { rotation: { every: 'week', at: 'Mon 00:00', people: ['ann', 'ben'], from: '2026-03-02' } } },
    escalations: {
      default: {
        steps: [
          { after: '5m', notify: ['schedule:ops'] },
          { after: '15m', notify: ['person:ben'] },
        ],
        repeat: 1,
        repeatAfter: '30m',
      },
    },
  },
  models: [
    {
      name: 'flights',
      task: 'binary',
      columns: { features: { distance: { type: 'numeric' } }, score: 'score' },
      monitors: [{ name: 'daily' }],
      rules: [{ name: 'loss', metric: 'log_loss', above: 0.5, severity: 'critical' }],
    },
  ],
};

describe.each(stores())('on call, on $name', (form) => {
  let story: Story;
  beforeEach(async () => {
    story = await Story.begin(form, CONFIG);
  });
  afterEach(() => story.end());

  const steps = async () =>
    (await story.store.db.selectFrom('escalationSteps').selectAll().orderBy('at').execute()).map(
      ({ generation, loop, step }) => `${generation}.${loop}.${step}`,
    );

  test('nobody acts: each step in its time, a round more, and all who were told hear of the end', async () => {
    await story.measure(true);
    await story.pass(600);
    expect(story.heard()).toEqual([
      '1 team first',
      '5 mail-ann escalation step 1',
      '20 mail-ben escalation step 2',
      '20 sms escalation step 2',
      '50 mail-ann escalation step 1',
      '65 mail-ben escalation step 2',
      '65 sms escalation step 2',
    ]);
    await story.measure(false);
    await story.pass(610);
    expect(story.heard().sort()).toEqual([
      '600 mail-ann all resolved',
      '600 mail-ben all resolved',
      '600 sms all resolved',
      '601 team all resolved',
    ]);
    const { history } = await story.alerting.getAlert((await story.alerting.listAlerts())[0]!.id);
    expect(history.map(({ why }) => why).filter((why) => why.startsWith('escalation'))).toEqual([
      'escalation default, step 1: schedule:ops (ann) by mail-ann',
      'escalation default, step 2: person:ben by mail-ben, sms',
      'escalation default, step 1, round 2: schedule:ops (ann) by mail-ann',
      'escalation default, step 2, round 2: person:ben by mail-ben, sms',
    ]);
  });

  test('acknowledged for an hour: no step, then the rest of the wait, and the one who took it over', async () => {
    await story.measure(true);
    await story.pass(10);
    const id = await story.open();
    const until = START + 70 * MIN;
    expect(await story.alerting.acknowledge({ id, actor: 'ann', until })).toMatchObject({
      acknowledgedBy: 'ann',
      acknowledgedUntil: '2026-03-02T01:10:00.000Z',
    });
    await story.restart();
    await story.pass(79);
    expect(story.heard()).toEqual(['1 team first', '5 mail-ann escalation step 1']);
    expect(await story.alerting.listAlerts({ state: 'open' })).toMatchObject([{ acknowledgedBy: null }]);
    await story.pass(80); // ten of the fifteen minutes were left
    expect(story.heard()).toEqual(['80 mail-ben escalation step 2', '80 sms escalation step 2']);
    await story.alerting.acknowledge({ id, actor: 'ben' });
    await story.pass(10_000);
    expect(story.heard()).toEqual([]);
    await story.alerting.unacknowledge({ id, actor: 'ann', note: 'ben is ill' });
    await story.pass(10_045);
    expect(story.heard()).toEqual([
      '10030 mail-ann escalation step 1',
      '10045 mail-ben escalation step 2',
      '10045 sms escalation step 2',
    ]);
    const audit = await story.ctx.audit.list(story.store.db, 10);
    expect(audit.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      'ann alert.unacknowledge',
      'ben alert.acknowledge',
      'leeway alert.acknowledgement-ended',
      'ann alert.acknowledge',
    ]);
  });

  test('over before the step: whoever was not told hears nothing; it comes back: from the first step', async () => {
    await story.measure(true);
    await story.pass(6);
    await story.measure(false);
    await story.pass(100);
    expect(story.heard().map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'team first',
      'mail-ann escalation step 1',
      'mail-ann all resolved',
      'team all resolved',
    ]);
    await story.measure(true);
    await story.pass(120);
    expect(story.heard()).toEqual([
      '101 team first',
      '105 mail-ann escalation step 1',
      '120 mail-ben escalation step 2',
      '120 sms escalation step 2',
    ]);
  });

  test('a silenced alert does not escalate until the silence ends', async () => {
    await story.alerting.createSilence({
      matchers: { model: 'flights' },
      endsAt: START + 60 * MIN,
      comment: 'known',
      actor: 'ann',
    });
    await story.measure(true);
    await story.pass(59);
    expect(story.heard()).toEqual([]);
    await story.pass(75);
    expect(story.heard().filter((line) => !line.includes('team'))).toEqual([
      '60 mail-ann escalation step 1',
      '75 mail-ben escalation step 2',
      '75 sms escalation step 2',
    ]);
  });

  test('a silence that is ended before its time lets the step come', async () => {
    const silence = await story.alerting.createSilence({
      matchers: { model: 'flights' },
      endsAt: START + 600 * MIN,
      comment: 'known',
      actor: 'ann',
    });
    await story.measure(true);
    await story.pass(30);
    await story.alerting.expireSilence({ id: silence.id, actor: 'ann' });
    await story.pass(31);
    expect(story.heard().filter((line) => !line.includes('team'))).toEqual(['31 mail-ann escalation step 1']);
  });

  test('a policy is that of the time when the alert fired; people and schedules are those of today', async () => {
    await story.measure(true);
    await story.pass(6);
    const { onCall } = story.config;
    onCall.escalations['default']!.steps[1]!.notify = ['person:ann'];
    onCall.people['ben'] = { channels: ['sms'] };
    await story.pass(20);
    expect(story.heard()).toEqual(['1 team first', '5 mail-ann escalation step 1', '20 sms escalation step 2']);
  });

  test('an alert whose severity rises escalates from then on; one that is on its way is left alone', async () => {
    const [model] = CONFIG.models;
    const rules = model!.rules.map((rule) => ({ ...rule, severity: 'warning' }));
    const mild = await Story.begin(form, { ...CONFIG, models: [{ ...model, rules }] });
    try {
      await mild.measure(true);
      await mild.pass(60);
      expect(mild.heard()).toEqual(['1 team first']);
      const [alert] = await mild.alerting.listAlerts({ state: 'open' });
      const rise = () =>
        mild.store.db
          .transaction()
          .execute((tx) => startEscalations(mild.ctx, tx, { ...alert!, severity: 'critical' }, { again: false }));
      await rise();
      await mild.pass(66);
      await rise();
      await mild.pass(75);
      expect(mild.heard()).toEqual(['65 mail-ann escalation step 1']);
    } finally {
      await mild.end();
    }
  });

  test('a page that waits to be tried again is withdrawn when somebody takes the alert', async () => {
    await story.measure(true);
    await story.pass(4);
    story.heard();
    story.answers.push({ outcome: 'retry', reason: 'server', detail: 'busy', retryAfterMs: 5 * MIN });
    await story.pass(6);
    await story.alerting.acknowledge({ id: await story.open(), actor: 'ann' });
    await story.pass(600);
    expect(story.heard()).toEqual([]);
    const [delivery] = await story.alerting.listDeliveries({ channel: 'mail-ann' });
    expect(delivery).toMatchObject({ state: 'cancelled', attempts: 1 });
  });

  test('a page that no worker has taken is withdrawn, and its channel hears nothing of the end', async () => {
    await story.measure(true);
    await story.pass(4);
    story.heard();
    const id = await story.open();
    // Something else is before it in its lane.
    await story.ctx.jobs.enqueue(story.store.db, {
      kind: 'deliver',
      key: 'none',
      payload: { delivery: 'none' },
      runAt: START + 500 * MIN,
      lane: `deliver|mail-ann|escalation:default:${id}`,
    });
    await story.pass(6);
    await story.alerting.acknowledge({ id, actor: 'ann' });
    await story.pass(10);
    await story.measure(false);
    await story.pass(1_000);
    expect(story.heard().map((line) => line.replace(/^\d+ /, ''))).toEqual(['team all resolved']);
    expect(await story.alerting.listDeliveries({ channel: 'mail-ann' })).toMatchObject([{ state: 'cancelled' }]);
  });

  test('assigned, commented, judged: all of it in the record', async () => {
    await story.measure(true);
    await story.pass(2);
    const id = await story.open();
    await story.alerting.acknowledge({ id, actor: 'ann' });
    story.heard();
    expect(await story.alerting.assign({ id, assignee: 'ben', actor: 'ann', tell: true })).toMatchObject({
      assignee: 'ben',
    });
    await story.pass(3);
    expect(story.heard()).toEqual(['2 mail-ben assigned', '2 sms assigned']);
    await expect(story.alerting.assign({ id, assignee: 'zoe', actor: 'ann', tell: true })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await story.alerting.comment({ id, actor: 'ben', text: 'the feed of JFK is late' });
    const detail = await story.alerting.getAlert(id);
    expect(detail.comments).toEqual([
      { at: '2026-03-02T00:03:00.000Z', actor: 'ben', text: 'the feed of JFK is late' },
    ]);
    expect(detail.history.map(({ why }) => why)).toContain('assigned to ben by ann');
    expect(await story.alerting.listAlerts({ assignee: 'ben' })).toHaveLength(1);
    expect(await story.alerting.listAlerts({ assignee: '' })).toHaveLength(0);
  });

  test('whatever happens: no step twice, and nobody is paged while somebody has it', async () => {
    const acts = fc.array(
      fc.record({
        minutes: fc.integer({ min: 0, max: 40 }),
        act: fc.constantFrom('acknowledge', 'for', 'unacknowledge', 'resolve', 'fire', 'restart'),
      }),
      { minLength: 3, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(acts, async (happenings) => {
        const one = await Story.begin(form, CONFIG);
        try {
          await one.measure(true);
          for (const { minutes, act } of happenings) {
            await one.pass(one.minute() + minutes);
            const [alert] = await one.alerting.listAlerts({ state: 'open' });
            if (act === 'restart') await one.restart();
            else if (act === 'fire') await one.measure(true);
            else if (act === 'resolve') await one.measure(false);
            else if (alert && act === 'unacknowledge') await one.alerting.unacknowledge({ id: alert.id, actor: 'ben' });
            else if (alert)
              await one.alerting.acknowledge({
                id: alert.id,
                actor: 'ann',
                ...(act === 'for' ? { until: one.clock.now() + 25 * MIN } : {}),
              });
          }
          const [alert] = await one.alerting.listAlerts({ state: 'open' });
          if (alert) await one.alerting.unacknowledge({ id: alert.id, actor: 'ben' });
          await one.pass(one.minute() + 200);
          const fired = await one.store.db.selectFrom('escalationSteps').selectAll().execute();
          const pages = one.said.filter(({ message }) => message.reason.startsWith('escalation'));
          // One message for each channel of each step, but for steps that were taken back at the very minute.
          expect(pages.length).toBeLessThanOrEqual(fired.reduce((n, { step }) => n + (step === 0 ? 1 : 2), 0));
          for (const { minute, message } of pages) {
            expect(message.alerts.every(({ acknowledgedBy }) => acknowledgedBy === null)).toBe(true);
            expect(fired.some(({ at }) => (at - START) / MIN === minute)).toBe(true);
          }
          if (alert) {
            const last = fired
              .filter((step) => step.alert === alert.id)
              .toSorted((a, b) => a.at - b.at)
              .at(-1);
            expect(last).toMatchObject({ loop: 1, step: 1 });
          }
        } finally {
          await one.end();
        }
      }),
      { numRuns: form.name === 'sqlite' ? 12 : 3, seed: 20260302 },
    );
  });

  test('the steps are gone through once, though two processes look for them', async () => {
    await story.measure(true);
    const before = story.ctx.jobs;
    await story.pass(4);
    story.clock.set(START + 5 * MIN);
    await Promise.all([before.drain(), story.ctx.jobs.drain()]);
    expect(await steps()).toEqual(['1.0.0']);
  });
});
