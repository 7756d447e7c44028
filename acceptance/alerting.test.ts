import type { Alert, AlertDetail, AlertExplanation, AlertsReview, Delivery, Run } from '@leeway/contract';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { eventOptions, fakePagerDuty } from '../packages/server/src/notify/channels/pagerduty/testdata/kit.ts';
import { apiOptions, fakeSlack } from '../packages/server/src/notify/channels/slack/testdata/kit.ts';
import { mailOptions, startMail } from '../packages/server/src/notify/channels/smtp/testdata/kit.ts';
import { fakeTeams, flowOptions } from '../packages/server/src/notify/channels/teams/testdata/kit.ts';
import { SIGNING } from '../packages/server/src/notify/channels/webhook/testdata/kit.ts';
import { type HttpFake, startHttp } from '../packages/server/src/notify/testdata/channel-kit.ts';
import { openTestApp, type TestApp } from '../packages/server/src/testing/app.ts';
import { DAY, HOUR, MINUTE, random, START } from '../packages/server/src/testing/models.ts';

/** A feed sends kilometres below zero for a day and a half, and everybody is told of that, and of nothing that follows from it. */
const BROKEN = { from: START + 3 * DAY, to: START + 4 * DAY };
const ROWS_A_DAY = 400;
const OPS = ['mail', 'slack', 'teams', 'pagerduty', 'hook'];

function configOf(at: Record<'slack' | 'teams' | 'pagerduty' | 'hook' | 'mail', string>) {
  const mail = (to: string) => ({ type: 'smtp', ...mailOptions(at.mail, { to: [to] }) });
  return {
    apiVersion: 'leeway/v1',
    server: { publicUrl: 'https://leeway.example.org', allowPrivateNetworks: ['127.0.0.1/32'] },
    channels: [
      { name: 'mail', ...mail('ops@example.org') },
      { name: 'slack', type: 'slack', ...apiOptions(at.slack) },
      { name: 'teams', type: 'teams', ...flowOptions(at.teams) },
      { name: 'pagerduty', type: 'pagerduty', ...eventOptions(at.pagerduty) },
      { name: 'hook', type: 'webhook', url: `${at.hook}/hook`, secret: SIGNING },
      { name: 'mail-ann', ...mail('ann@example.org') },
      { name: 'mail-ben', ...mail('ben@example.org') },
    ],
    routes: { channels: OPS, groupWait: '1m', groupInterval: '5m', repeatInterval: '30d', escalation: 'wake' },
    onCall: {
      people: { ann: { channels: ['mail-ann'] }, ben: { channels: ['mail-ben'] } },
      escalations: {
        wake: {
          steps: [
            { after: '5m', notify: ['person:ann'] },
            { after: '15m', notify: ['person:ben'] },
            { after: '15m', notify: ['person:ann', 'person:ben'] },
          ],
        },
      },
    },
    models: [
      {
        name: 'taxi',
        task: 'regression',
        owner: 'rides',
        columns: {
          time: 'asked_at',
          features: { distance: { type: 'numeric', min: 0 }, district: { type: 'categorical' } },
          prediction: 'minutes',
          label: 'took',
        },
        reference: { kind: 'period', start: '2026-03-02', end: '2026-03-04' },
        monitors: [
          {
            ...{ name: 'daily', window: '1d', grace: '10m', minimumRows: 50 },
            maturity: { delay: '2h', coverage: 0.8, timeout: '1d', revise: '2d' },
          },
        ],
        rules: [
          { name: 'broken-feed', metric: 'quality.range_share', column: 'distance', above: 0.01, severity: 'critical' },
          { name: 'input-drift', metric: 'drift.score', column: 'distance', above: 1, severity: 'warning' },
          { name: 'poor', metric: 'mae', above: 5, severity: 'warning' },
        ],
        retrain: {
          triggers: [{ on: 'alert', rule: 'poor' }],
          data: { window: '14d', holdout: '1d', minimumRows: 50 },
          executor: { type: 'builtin' },
          gates: [{ type: 'threshold', metric: 'mae', below: 5 }],
          approval: { mode: 'auto', first: 'auto' },
          notify: { on: [] },
        },
      },
    ],
  };
}

/** Sends a day of rides, and what they took in truth. */
async function sendDay(server: TestApp, day: number): Promise<void> {
  const chance = random(day + 1);
  const rides = Array.from({ length: ROWS_A_DAY }, (_, i) => {
    const time = START + day * DAY + Math.floor((i * DAY) / ROWS_A_DAY);
    const km = 1 + 9 * chance();
    const distance = BROKEN.from <= time && time < BROKEN.to ? -km : km;
    const took = 3 * km + 2 + chance();
    const row = { id: `${day}-${i}`, distance, district: ['north', 'south'][i % 2] };
    return { row: { ...row, asked_at: new Date(time).toISOString(), minutes: 3 * distance + 2 }, took };
  });
  await server.call('/api/v1/models/taxi/predictions', { body: rides.map(({ row }) => row) });
  await server.call('/api/v1/models/taxi/labels', { body: rides.map(({ row, took }) => ({ id: row.id, took })) });
}

/** Lets the time pass, from one job that falls due to the next. */
async function passTo(server: TestApp, time: number): Promise<void> {
  for (;;) {
    await server.app.settle();
    const { at } = await server.app.ctx.store.db
      .selectFrom('jobs')
      .select((e) => e.fn.min('runAt').as('at'))
      .where('state', '=', 'queued')
      .where('runAt', '>', server.clock.now())
      .executeTakeFirstOrThrow();
    if (at === null || Number(at) > time) break;
    server.clock.set(Number(at));
  }
  server.clock.set(time);
  await server.app.settle();
}

/** A mail as its reader has it: one line for each header, and the body without its transport encoding. */
const readable = (mail: string): string =>
  mail
    .replace(/\r\n[ \t]+/g, ' ')
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

test('a feed breaks: one alarm, two people, one acknowledgement, and an end for everybody who was told', async () => {
  const incidents = new Map<string, string>();
  const hooked: { type: string; data: { reason: string; alerts: { rule: string; state: string }[] } }[] = [];
  const fakes = {
    slack: await startHttp(fakeSlack()),
    teams: await startHttp(fakeTeams()),
    pagerduty: await startHttp(fakePagerDuty(incidents)),
    hook: await startHttp(({ path, text, headers }) => {
      expect(path).toBe('/hook');
      hooked.push(new Webhook(SIGNING).verify(text, headers as Record<string, string>) as (typeof hooked)[number]);
      return { status: 204 };
    }),
  } satisfies Record<string, HttpFake>;
  const mail = await startMail();
  const mailsTo = (who: string) =>
    mail.received.map(readable).filter((text) => new RegExp(`^to: ${who}@example.org`, 'im').test(text));
  const server = await openTestApp({
    config: configOf({
      ...{ slack: fakes.slack.origin, teams: fakes.teams.origin, pagerduty: fakes.pagerduty.origin },
      ...{ hook: fakes.hook.origin, mail: mail.origin },
    }),
  });
  const get = async <T>(path: string) => (await server.call<T>(`/api/v1${path}`)).body;
  const alertOf = async (rule: string) => {
    const { alerts } = await get<{ alerts: Alert[] }>(`/alerts?rule=${rule}`);
    expect(alerts).toHaveLength(1);
    return alerts[0]!;
  };
  const follow = (link: string, form = '') =>
    server.call(new URL(link).pathname, {
      ...{ method: 'POST', token: null, body: form },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  try {
    // Three days are well, then the feed breaks. Labels come in the night.
    for (let day = 0; day < 3; day++) {
      server.clock.set(START + (day + 1) * DAY + MINUTE);
      await sendDay(server, day);
      await passTo(server, START + (day + 1) * DAY + 4 * HOUR);
    }
    expect(await get('/alerts')).toMatchObject({ alerts: [] });
    const night = START + 4 * DAY;
    server.clock.set(night + MINUTE);
    await sendDay(server, 3);

    // Ten minutes after midnight the window closes: the feed is told of, and what follows from it is not.
    await passTo(server, night + 12 * MINUTE);
    const feed = await alertOf('broken-feed');
    expect(feed).toMatchObject({ state: 'firing', severity: 'critical', column: 'distance', muted: null });
    expect(await alertOf('input-drift')).toMatchObject({ state: 'firing', muted: { by: 'inhibition', ref: feed.id } });
    expect(hooked.map(({ type, data }) => [type, data.reason, data.alerts.map(({ rule }) => rule)])).toEqual([
      ['alert.firing', 'first', ['broken-feed']],
    ]);
    expect(mailsTo('ops')).toHaveLength(1);
    expect(fakes.teams.received).toHaveLength(1);
    expect([...incidents.values()]).toEqual(['triggered']);

    // Nobody says anything: ann is woken, and then ben.
    await passTo(server, night + 16 * MINUTE);
    expect([mailsTo('ann').length, mailsTo('ben').length]).toEqual([1, 0]);
    await passTo(server, night + 31 * MINUTE);
    expect([mailsTo('ann').length, mailsTo('ben').length]).toEqual([1, 1]);

    // Ben takes it, by the link in his mail: everybody sees it, and the third step wakes nobody.
    const [, acknowledgeLink = ''] = /Acknowledge: (https:\S+)/.exec(mailsTo('ben')[0]!) ?? [];
    const page = await server.call(new URL(acknowledgeLink).pathname, { token: null });
    expect(page.text).toContain('Acknowledge this alert?');
    expect((await alertOf('broken-feed')).acknowledgedBy).toBeNull(); // to look does nothing
    expect((await follow(acknowledgeLink, 'comment=on+my+way')).text).toContain('acknowledged');
    expect((await follow(acknowledgeLink)).text).toContain('done already');
    await passTo(server, night + 90 * MINUTE);
    expect((await alertOf('broken-feed')).acknowledgedBy).toBe('link in mail-ben');
    expect([...incidents.values()]).toEqual(['acknowledged']);
    expect([mailsTo('ann').length, mailsTo('ben').length]).toEqual([1, 1]);

    // Labels come, and the model looks poor: that is muted too, and nothing is learned from a broken feed.
    await passTo(server, night + 4 * HOUR);
    expect(await alertOf('poor')).toMatchObject({ state: 'firing', muted: { by: 'inhibition' } });
    const { runs } = await get<{ runs: Run[] }>('/runs');
    expect(runs).toMatchObject([{ trigger: 'alert:poor', state: 'vetoed', error: { code: 'quality_veto' } }]);
    expect(hooked.flatMap(({ data }) => data.alerts.map(({ rule }) => rule))).not.toContain('poor');

    // The feed is repaired. A day later all is well, and whoever was told of it hears that, where it was told.
    server.clock.set(night + DAY + MINUTE);
    await sendDay(server, 4);
    await passTo(server, night + DAY + 6 * HOUR);
    for (const rule of ['broken-feed', 'input-drift', 'poor']) expect((await alertOf(rule)).state).toBe('resolved');
    expect(incidents.size).toBe(0);
    const last = hooked.at(-1)!;
    expect([last.type, last.data.alerts.map(({ rule, state }) => [rule, state])]).toEqual([
      'alert.resolved',
      [['broken-feed', 'resolved']],
    ]);
    const slack = fakes.slack.received.map(({ path, json }) => ({ path, body: json() as Record<string, string> }));
    const posts = slack.filter(({ path }) => path === '/api/chat.postMessage');
    expect(posts.map(({ body }) => body['thread_ts'] === undefined)).toEqual(posts.map((_, i) => i === 0));
    expect(slack.findLast(({ path }) => path === '/api/chat.update')?.body['text']).toMatch(/resolved/i);
    for (const who of ['ops', 'ann', 'ben']) {
      const [begin = '', ...others] = mailsTo(who);
      const end = others.at(-1) ?? '';
      expect(end).toMatch(/^subject: .*resolved/im);
      const thread = (text: string) => /^references: (<[^>]+>)/im.exec(text)?.[1];
      expect(thread(end)).toBe(thread(begin));
    }
    expect(JSON.stringify(fakes.teams.received.at(-1)!.json())).toMatch(/resolved/i);
    for (const told of [...mail.received.map(readable), ...fakes.teams.received.map(({ text }) => text)]) {
      expect(told).not.toMatch(/FIRING.*(input-drift|poor)/);
    }
    const { deliveries } = await get<{ deliveries: Delivery[] }>('/deliveries');
    expect(deliveries.filter(({ state }) => state !== 'sent')).toEqual([]);

    // What it was worth, by the link; and what is known of it afterwards.
    const [, usefulLink = ''] = /Useful: (https:\S+)/.exec(mailsTo('ops')[0]!) ?? [];
    expect((await follow(usefulLink)).status).toBe(200);
    const { rules, alerts } = await get<AlertsReview>('/review/alerts');
    const review = (name: string) => rules.find(({ rule }) => rule === name)!;
    expect(review('broken-feed')).toMatchObject({ alerts: 1, verdicts: { useful: 1, none: 0 }, noiseShare: 0 });
    expect(review('broken-feed').messages).toBeGreaterThanOrEqual(OPS.length + 2);
    expect(review('input-drift')).toMatchObject({ alerts: 1, messages: 0, verdicts: { none: 1 } });
    expect(alerts.find(({ alert }) => alert.id === feed.id)?.verdicts).toMatchObject([{ verdict: 'useful' }]);

    const explained = await get<AlertExplanation>(`/alerts/${feed.id}/explain`);
    for (const channel of [...OPS, 'mail-ann', 'mail-ben']) {
      expect(explained.channels.find((one) => one.channel === channel)).toMatchObject({ outcome: 'sent' });
    }
    const muted = await get<AlertExplanation>(`/alerts/${(await alertOf('input-drift')).id}/explain`);
    for (const channel of OPS) {
      const found = muted.channels.find((one) => one.channel === channel);
      expect(found).toMatchObject({ channel, outcome: 'not_sent' });
      expect(found!.stages.map(({ text }) => text).join('\n')).toContain('broken-feed');
    }

    // Everybody's doing is on record, and the record holds.
    const { history } = await get<AlertDetail>(`/alerts/${feed.id}`);
    expect(history.map(({ why }) => why).join('\n')).toMatch(
      /escalation wake, step 1.*ann[\s\S]*step 2.*ben[\s\S]*acknowledged by link in mail-ben: on my way/,
    );
    expect(await get<{ firstBroken: number | null }>('/audit')).toMatchObject({ firstBroken: null });
    // Nothing of it has shown a secret.
    expect(server.log.join('\n')).not.toMatch(/s3cr3t|xoxb-1|whsec_/);
  } finally {
    await server.close();
  }
});
