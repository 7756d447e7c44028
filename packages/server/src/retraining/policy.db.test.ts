import type { Problem, RetrainingStatus, Run, RunState } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToken } from '../access/tokens.ts';
import { storeMeasurements } from '../monitoring/measurements.ts';
import type { Message } from '../notify/message.ts';
import { ManualClock } from '../platform/clock.ts';
import { registerVersion } from '../registry/versions.ts';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { type ClickHouse, startClickHouse } from '../testing/clickhouse.ts';
import { DAY, HOUR, REGRESSION, START } from '../testing/models.ts';
import { type EmptyStore, stores } from '../testing/stores.ts';
import type { RetrainingContext } from './context.ts';
import { gateResult } from './gates/gate-result.ts';
import { changeRun, type RunChange, runRow } from './runs.ts';

const NOW = START + 30 * DAY + 12 * HOUR;
const iso = (at: number) => new Date(at).toISOString();

const model = (name: string, retrain: object) => ({
  ...{ ...REGRESSION, name, rules: [{ name: 'poor', metric: 'mae', above: 5 }], retrain },
});
const onAlert = { triggers: [{ on: 'alert', rule: 'poor' }] };
const freeze = [{ name: 'release', from: iso(NOW - DAY), until: iso(NOW + 60 * DAY) }];

const document = {
  apiVersion: 'leeway/v1',
  channels: [
    { name: 'team', type: 'console' },
    { name: 'elsewhere', type: 'console' },
  ],
  routes: { channels: ['elsewhere'], routes: [{ match: { owner: 'credit' }, channels: ['team'] }] },
  models: [
    model('suggested', {
      ...{
        triggers: [...onAlert.triggers, { on: 'schedule', cron: '0 3 * * *' }],
        approval: 'suggest',
        cooldown: '0s',
      },
      notify: { channels: ['team'] },
    }),
    model('linked', { ...onAlert, notify: { channels: ['team'] } }),
    { ...model('routed', { ...onAlert, approval: { comment: 'required', expires: '2d' } }), owner: 'credit' },
    model('strict', { approval: { role: 'admin', by: ['ann'] }, notify: { channels: ['team'] } }),
    model('failing', {
      ...onAlert,
      cooldown: '0s',
      circuitBreaker: { failures: 2, after: '1d' },
      notify: { channels: ['team'] },
    }),
    model('frozen', { ...onAlert, freeze, budget: { runs: 1, per: '90d' }, notify: { on: [] } }),
    model('measured', {
      triggers: [
        {
          all: [
            { on: 'metric', metric: 'mae', monitor: 'daily', above: 5 },
            { on: 'labels', atLeast: 3 },
          ],
        },
      ],
      notify: { on: [] },
    }),
  ],
};

describe.each(stores())('the policy on $name', (form) => {
  let clickhouse: ClickHouse;
  let empty: EmptyStore;
  let server: TestApp;
  let ctx: RetrainingContext;
  const tokens: Record<string, string> = {};

  beforeAll(async () => {
    clickhouse = await startClickHouse();
    empty = await form.make();
    server = await openTestApp({ config: document, clickhouse, store: empty.location, clock: new ManualClock(NOW) });
    ctx = server.app.ctx as RetrainingContext;
    for (const [name, role] of [
      ['ann', 'admin'],
      ['bob', 'admin'],
      ['eve', 'operator'],
    ] as const)
      tokens[name] = await createToken(ctx, 'test', { name, role });
  });
  afterAll(async () => {
    await server?.close();
    await clickhouse?.stop();
    await empty?.remove();
  });

  const runs = async (of: string) => (await server.call<{ runs: Run[] }>(`/api/v1/runs?model=${of}`)).body.runs;
  const run = async (id: string) => (await server.call<Run>(`/api/v1/runs/${id}`)).body;
  const act = (id: string, what: string, body: object = {}, token = tokens['eve']!) =>
    server.call<Run & Problem>(`/api/v1/runs/${id}/${what}`, { body, token });
  const status = async (of: string) => (await server.call<RetrainingStatus>(`/api/v1/models/${of}/retraining`)).body;
  const retrain = (of: string, body: object = {}, headers: Record<string, string> = {}) =>
    server.call<Run & Problem>(`/api/v1/models/${of}/retrain`, { body: { reason: 'test', ...body }, headers });
  const audit = async (subject: string) =>
    (await ctx.audit.list(ctx.store.db, 1_000)).filter((entry) => entry.subject === subject).reverse();

  /** Lets an alert of a model begin to fire. */
  const fire = (of: string, id: string, summary = 'mae is 7') =>
    ctx.store.db
      .transaction()
      .execute((tx) =>
        server.app.services.retraining.onAlertFiring(tx, { id, model: of, rule: 'poor', summary, labels: {} }),
      );
  /** Moves a run on as its steps would. */
  const move = (id: string, to: RunState, change: RunChange = {}) =>
    ctx.store.db.transaction().execute(async (tx) => changeRun(ctx, tx, await runRow(tx, id), to, change));
  /** Brings a run to the end of its evaluation, with a version of its own. */
  async function evaluated(id: string, to: RunState, verdict: 'pass' | 'inconclusive' = 'pass'): Promise<void> {
    const { model: name, champion } = await run(id);
    for (const state of ['preparing', 'training', 'evaluating'] as const) await move(id, state);
    const numbers = { champion: 7, challenger: 5, difference: -2, lower: -2.5, upper: -1.5, n: 500 };
    const said = { metric: 'mae', verdict, reason: 'above_margin', statement: 'mae 5, was 7' };
    const gate = gateResult({ type: 'compare' }, { ...said, ...numbers });
    const challenger = await ctx.store.db.transaction().execute((tx) =>
      registerVersion(tx, {
        ...{ model: name, createdAt: ctx.clock.now(), createdBy: 'leeway', run: id, parent: champion, dataset: null },
        ...{ metrics: {}, params: {}, artifact: { hash: `hash-${id}`, bytes: 1, format: 'onnx' } },
      }),
    );
    await move(id, to, {
      champion,
      challenger,
      gates: [gate],
      decision: 'a person decides',
    });
  }
  const messages = async (id: string) => {
    const rows = await ctx.store.db
      .selectFrom('deliveries')
      .select(['channel', 'message'])
      .where('groupKey', '=', `run:${id}`)
      .orderBy('createdAt')
      .execute();
    return rows.map((row) => ({ channel: row.channel, ...(JSON.parse(row.message as string) as Message) }));
  };
  const linksOf = (message: Message) =>
    Object.fromEntries(message.links.map(({ label, url }) => [label, new URL(url).pathname]));
  const follow = (path: string, form = '') =>
    server.call(path, {
      ...{ method: 'POST', token: null, body: form },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });

  it('suggest: nothing is trained until a person starts it; there is one, and newer causes refresh it', async () => {
    await fire('suggested', 'al_1');
    await fire('suggested', 'al_1');
    const [first] = await runs('suggested');
    expect(first).toMatchObject({
      state: 'suggested',
      trigger: 'alert:poor',
      begunAt: null,
      expiresAt: iso(NOW + 7 * DAY),
    });
    expect(await status('suggested')).toMatchObject({ mode: 'suggest', triggers: [{ cause: 'alert:poor' }, {}] });
    const [told, ...more] = await messages(first!.id);
    expect(more).toEqual([]);
    expect(told).toMatchObject({ status: 'note', subject: '[SUGGESTED] suggested: retraining is suggested: mae is 7' });

    server.clock.set(NOW + DAY);
    await server.app.settle(); // the schedule came round
    const [again, ...others] = await runs('suggested');
    expect(others).toEqual([]);
    expect(again).toMatchObject({
      ...{ id: first!.id, state: 'suggested', trigger: 'schedule', expiresAt: iso(NOW + 8 * DAY) },
      asked: [{ trigger: 'alert:poor' }, { trigger: 'schedule' }],
    });
    expect(await messages(first!.id)).toHaveLength(1);

    const started = await act(first!.id, 'start', { reason: 'quarter end' });
    expect(started.body).toMatchObject({
      state: 'queued',
      begunAt: iso(NOW + DAY),
      decision: 'started by eve: quarter end',
    });
    expect((await act(first!.id, 'start')).body.code).toBe('wrong_state');
    // Neither occasion begins another.
    await move(first!.id, 'preparing');
    await move(first!.id, 'failed');
    await fire('suggested', 'al_1');
    expect(await runs('suggested')).toHaveLength(1);
  });

  it('suggest: dismissed by a link, dropped when nobody starts it, and pushed aside by a person', async () => {
    await fire('suggested', 'al_2');
    const [dismissed] = await runs('suggested');
    const { Dismiss } = linksOf((await messages(dismissed!.id))[0]!);
    const page = await server.call(Dismiss!, { token: null });
    expect(page.text).toContain('Dismiss this suggestion?');
    expect((await run(dismissed!.id)).state).toBe('suggested');
    expect((await follow(Dismiss!, 'comment=not+now')).text).toContain('The run is dismissed');
    expect(await run(dismissed!.id)).toMatchObject({
      state: 'cancelled',
      decision: 'dismissed by link in team: not now',
    });

    await fire('suggested', 'al_3');
    const [dropped] = await runs('suggested');
    await ctx.store.db.deleteFrom('jobs').where('kind', '=', 'schedule-retrain').execute();
    server.clock.advance(7 * DAY);
    await server.app.settle();
    expect(await run(dropped!.id)).toMatchObject({
      state: 'cancelled',
      decision: expect.stringMatching(/^nobody decided in time/),
    });

    await fire('suggested', 'al_4');
    const [aside] = await runs('suggested');
    const byHand = (await retrain('suggested')).body;
    expect(byHand.state).toBe('queued');
    expect(await run(aside!.id)).toMatchObject({ state: 'cancelled', decision: `superseded by run ${byHand.id}` });
    await move(byHand.id, 'cancelled');
  });

  it('approval: a link shows the evidence, acts once, and cannot force', async () => {
    await fire('linked', 'al_1');
    const [first] = await runs('linked');
    await evaluated(first!.id, 'awaiting_approval');
    expect(await run(first!.id)).toMatchObject({ firstPromotion: true, champion: null });
    const [told] = await messages(first!.id);
    expect(told!.lines.join('\n')).toMatch(/first version to serve[\s\S]*pass: [^\n]*: mae 5, was 7/);
    const { Approve, Reject } = linksOf(told!);
    const page = await server.call(Approve!, { token: null });
    expect(page.text).toMatch(/Approve this challenger\?[\s\S]*none: it would be the first[\s\S]*mae 5, was 7/);
    for (let i = 0; i < 3; i++) await server.call(Approve!, { token: null });
    expect((await run(first!.id)).state).toBe('awaiting_approval');
    expect((await follow(Approve!, 'comment=fine')).status).toBe(200);
    expect(await run(first!.id)).toMatchObject({ state: 'promoted', decidedBy: 'link in team', comment: 'fine' });
    expect((await follow(Approve!)).text).toContain('This was done already');
    expect((await follow(Reject!)).text).toContain('can’t be done');
    expect((await messages(first!.id)).map(({ subject }) => subject)).toEqual([
      '[APPROVAL] linked: v1 waits for a decision',
      '[PROMOTED] linked: v1 serves',
    ]);

    server.clock.advance(2 * DAY);
    await fire('linked', 'al_2');
    const [doubtful] = await runs('linked');
    await evaluated(doubtful!.id, 'awaiting_approval', 'inconclusive');
    expect(doubtful).toMatchObject({ firstPromotion: false, champion: 'v1' });
    expect(Object.keys(linksOf((await messages(doubtful!.id))[0]!))).toEqual(['Open', 'Reject']);
    expect((await act(doubtful!.id, 'approve')).body.code).toBe('approval_required');
    expect((await act(doubtful!.id, 'reject', { reason: 'no' })).body).toMatchObject({
      state: 'rejected',
      decidedBy: 'eve',
    });
    expect((await messages(doubtful!.id)).at(-1)!.subject).toBe('[REJECTED] linked: v2 was rejected, v1 serves on');
  });

  it('approval: goes where alerts of the model go, wants a comment, and runs out', async () => {
    await fire('routed', 'al_1');
    const [waits] = await runs('routed');
    const since = ctx.clock.now();
    await evaluated(waits!.id, 'awaiting_approval');
    expect((await messages(waits!.id)).map(({ channel }) => channel)).toEqual(['team']);
    expect((await act(waits!.id, 'approve')).body).toMatchObject({
      code: 'invalid_request',
      detail: expect.stringMatching(/comment/),
    });
    server.clock.set(since + 2 * DAY - 1);
    await server.app.settle();
    expect((await run(waits!.id)).state).toBe('awaiting_approval');
    server.clock.set(since + 2 * DAY);
    await server.app.settle();
    const ended = await run(waits!.id);
    expect(ended).toMatchObject({ state: 'rejected', decision: 'nobody decided in time: the challenger is refused' });
    expect(ended.decidedBy).toBeNull();
  });

  it('approval: only of the role and by those named; there are no links then', async () => {
    const begun = (await retrain('strict')).body;
    await evaluated(begun.id, 'awaiting_approval');
    expect(Object.keys(linksOf((await messages(begun.id))[0]!))).toEqual(['Open']);
    for (const who of ['eve', 'bob']) {
      expect((await act(begun.id, 'approve', {}, tokens[who])).status).toBe(403);
      expect((await act(begun.id, 'reject', {}, tokens[who])).status).toBe(403);
    }
    expect((await act(begun.id, 'approve', {}, tokens['ann'])).body).toMatchObject({
      state: 'promoted',
      decidedBy: 'ann',
    });
  });

  it('after runs in a row that failed the breaker opens, people are told, and a person closes it', async () => {
    for (const id of ['al_1', 'al_2']) {
      await fire('failing', id);
      const [begun] = await runs('failing');
      await move(begun!.id, 'failed', { error: { code: 'trainer_failed', detail: 'no such column' } });
    }
    const [last] = await runs('failing');
    expect((await messages(last!.id)).map(({ subject, lines }) => [subject, lines[0]])).toEqual([
      ['[FAILED] failing: retraining failed: trainer_failed', 'Nothing changes: No version serves yet.'],
      ['[STOPPED] failing: retraining stops after runs in a row that failed', expect.stringMatching(/circuit breaker/)],
    ]);
    await fire('failing', 'al_3');
    expect(await runs('failing')).toHaveLength(2);
    expect((await audit('failing')).map(({ action }) => action)).toEqual(['retraining.breaker_opened', 'run.refused']);
    const until = iso(Date.parse(last!.endedAt!) + DAY);
    expect((await audit('failing')).at(-1)!.detail).toMatchObject({ code: 'circuit_open', until: Date.parse(until) });
    const told = await status('failing');
    expect(told.triggers[0]!.guards.find(({ code }) => code === 'circuit_open')).toMatchObject({
      verdict: 'holds',
      until,
    });
    const closed = await server.call<RetrainingStatus>('/api/v1/models/failing/retraining/close-breaker', {
      body: { reason: 'the column is back' },
    });
    expect(closed.body.triggers[0]!.guards.every(({ verdict }) => verdict === 'pass')).toBe(true);
    await fire('failing', 'al_4');
    expect((await runs('failing'))[0]!.state).toBe('queued');
  });

  it('a freeze and a spent budget hold back what begins by itself; who begins by hand is on record', async () => {
    await fire('frozen', 'al_1');
    const api = await retrain('frozen', { trigger: 'api' });
    expect(api.body).toMatchObject({ code: 'held_back', guard: 'freeze', until: iso(NOW + 60 * DAY) });
    expect(await runs('frozen')).toEqual([]);
    expect(await status('frozen')).toMatchObject({
      would: 'nothing',
      hand: { would: 'start', passesOver: ['freeze'] },
    });

    const key = { 'idempotency-key': 'release-7' };
    const begun = await retrain('frozen', { params: { C: 2 } }, key);
    expect(begun.body).toMatchObject({ state: 'queued', params: { C: 2 }, passedOver: [{ code: 'freeze' }] });
    expect((await retrain('frozen', {}, key)).body.id).toBe(begun.body.id);
    expect((await retrain('frozen')).body.code).toBe('run_in_progress');
    await move(begun.body.id, 'cancelled');

    server.clock.set(NOW + 60 * DAY);
    expect((await retrain('frozen', { trigger: 'api' })).body).toMatchObject({
      ...{ code: 'held_back', guard: 'budget', until: iso(Date.parse(begun.body.begunAt!) + 90 * DAY) },
    });
    expect(await messages(begun.body.id)).toEqual([]);
  });

  it('a trigger of a metric and of labels is looked at when a window was judged; what is refused is on record once', async () => {
    const measurement = (windowEnd: number, value: number | null) => ({
      ...{ model: 'measured', monitor: 'daily', metric: 'mae', column: '', slice: '', version: '', revision: 0 },
      ...{
        windowStart: iso(windowEnd - DAY),
        windowEnd: iso(windowEnd),
        computedAt: iso(windowEnd),
        value,
        lower: null,
      },
      ...{
        upper: null,
        n: 100,
        coverage: 1,
        reference: null,
        threshold: null,
        status: 'ok' as const,
        reason: '',
        detail: {},
      },
    });
    const judged = async (windowEnd: number) => {
      await ctx.store.db
        .transaction()
        .execute((tx) => server.app.services.retraining.onWindowJudged(tx, 'measured', windowEnd));
      await server.app.settle();
    };
    const send = async (from: number, count: number) => {
      const rows = Array.from({ length: count }, (_, i) => ({ id: `${from}-${i}`, time: iso(from + i) }));
      const predictions = rows.map((row) => ({ ...row, area: 1, kind: 'flat', price: 3 }));
      const sent = await server.call('/api/v1/models/measured/predictions', { body: predictions });
      expect(sent.body).toMatchObject({ accepted: count });
      await server.call('/api/v1/models/measured/labels', { body: rows.map(({ id }) => ({ id, paid: 2 })) });
    };
    expect(await status('measured')).toMatchObject({
      ...{ would: 'nothing', sentence: expect.stringMatching(/no trigger is true/) },
      triggers: [
        { cause: 'condition-1', nodes: [{ truth: 'false' }, { truth: 'unknown' }, { truth: 'false', value: 0 }] },
      ],
    });
    const end = ctx.clock.now();
    await storeMeasurements(server.app.ctx.warehouse, [measurement(end, 7)]);
    await send(end - HOUR, 2);
    await judged(end);
    expect(await runs('measured')).toEqual([]);
    await send(end - HOUR / 2, 1);
    expect(await status('measured')).toMatchObject({
      would: 'start',
      sentence: 'A run would begin, from condition-1.',
    });
    await judged(end + 1);
    const [begun] = await runs('measured');
    // There is next to nothing to train on.
    expect(begun).toMatchObject({ trigger: 'condition-1', state: 'failed', error: { code: 'too_few_rows' } });
    expect(begun!.reason).toMatch(/MAE|mae/);

    const refusals = async () => (await audit('measured')).filter(({ action }) => action === 'run.refused');
    await judged(end + 2);
    await judged(end + 3);
    expect(await runs('measured')).toHaveLength(1);
    expect(await refusals()).toEqual([]); // the same occasion: nothing was asked
    await storeMeasurements(server.app.ctx.warehouse, [measurement(end + HOUR, 8)]);
    await judged(end + 4);
    await judged(end + 5);
    expect(await refusals()).toMatchObject([{ detail: { code: 'cooldown', trigger: 'condition-1' } }]);
  });
});
