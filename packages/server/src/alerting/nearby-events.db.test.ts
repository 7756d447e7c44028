import type { Alert } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alert } from '../notify/testdata/messages.ts';
import { iso } from '../platform/clock.ts';
import { encode } from '../store/json.ts';
import { type OpenStore, openStore } from '../store/open.ts';
import { type EmptyStore, stores } from '../testing/stores.ts';
import { readBackground } from './nearby-events.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T = Date.parse('2026-03-10T00:00:00Z');

/** An alert whose newest bad window is the day before T, and whose first is the day before that. */
const subject = alert({
  id: 'now',
  windowStart: iso(T - DAY),
  windowEnd: iso(T),
  activeAt: iso(T - DAY + HOUR),
  firedAt: iso(T + HOUR),
});

describe.each(stores())('what happened near an alert, on $name', ({ make }) => {
  let empty: EmptyStore;
  let store: OpenStore;
  beforeAll(async () => {
    empty = await make();
    store = await openStore(empty.location);
    await seed(store);
  });
  afterAll(async () => {
    await store.close();
    await empty.remove();
  });

  const read = async (alerts: Alert[]) => store.db.transaction().execute((tx) => readBackground(tx, alerts));

  test('deploys, changes, gaps and trouble with the data, by nearness to the first bad window', async () => {
    const background = (await read([subject])).get('now')!;
    expect(background.firstWindow).toEqual({ start: iso(T - 2 * DAY), end: iso(T - DAY) });
    expect(background.events.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'deploy: version 7 was promoted 3 h before the first bad window',
      'configuration: ann changed rules.auc-low.below and 1 more 6 h before the first bad window',
      'data: distance-range fired (distance is broken) 1 d before the first bad window',
      'data: no rows came from 2026-03-05 00:00 to 2026-03-07 00:00 UTC, beginning 3 d before the first bad window',
    ]);
  });

  test('earlier alerts of the same rule and column, with what was said of them and what may have ended them', async () => {
    const { past, pastCount } = (await read([subject])).get('now')!;
    expect(pastCount).toBe(2);
    expect(past).toEqual([
      {
        id: 'older',
        firedAt: iso(T - 20 * DAY),
        resolvedAt: iso(T - 18 * DAY),
        verdict: 'useful',
        endedBy: 'version 6 was promoted',
        comment: 'the feed sent kilometres',
      },
      {
        id: 'oldest',
        firedAt: iso(T - 40 * DAY),
        resolvedAt: iso(T - 39 * DAY),
        verdict: 'noise',
        endedBy: null,
        comment: null,
      },
    ]);
  });

  test('the last lesson of its rule, else of the model', async () => {
    const lesson = (id: string, rule: string | null, at: number, text: string) =>
      store.db
        .insertInto('lessons')
        .values({ id, model: subject.model, rule, alert: null, run: null, at, actor: 'ann', text })
        .execute();
    const learnt = async () => (await read([subject])).get('now')!.lesson;
    await lesson('les_1', null, 3, 'of the model');
    await lesson('les_2', 'another-rule', 9, 'of another rule');
    expect(await learnt()).toBe('of the model');
    await lesson('les_3', subject.rule, 1, 'older');
    await lesson('les_4', subject.rule, 2, 'newer');
    expect(await learnt()).toBe('newer');
  });

  test('another model has nothing to do with it, and no alert is no question', async () => {
    const other = (await read([{ ...subject, id: 'other', model: 'houses' }])).get('other')!;
    expect(other).toEqual({ firstWindow: null, events: [], past: [], pastCount: 0, lesson: null });
    expect((await read([])).size).toBe(0);
  });

  test('of very many alerts it is told of the worst only', async () => {
    const many = Array.from({ length: 200 }, (_, i) => ({ ...subject, id: `a${i}`, severity: 'info' as const }));
    const found = await read([...many, subject]);
    expect(found.size).toBe(20);
    expect(found.has('now')).toBe(true);
  });
});

async function seed({ db }: OpenStore): Promise<void> {
  const served = (version: string, startedAt: number, endedAt: number | null) =>
    db
      .insertInto('servings')
      .values({ model: 'flights', version, startedAt, endedAt, actor: 'ann', reason: 'better' })
      .execute();
  await served('5', T - 60 * DAY, T - 18.5 * DAY);
  await served('6', T - 18.5 * DAY, T - 2 * DAY - 3 * HOUR);
  await served('7', T - 2 * DAY - 3 * HOUR, null);

  const document = (below: number, keep: number) => ({
    models: [
      { name: 'flights', rules: [{ name: 'auc-low', below, keepFiring: keep }] },
      { name: 'houses', x: 1 },
    ],
  });
  for (const [appliedAt, value] of [
    [T - 50 * DAY, document(0.7, 0)],
    [T - 2 * DAY - 6 * HOUR, document(0.75, 1)],
  ] as const) {
    await db
      .insertInto('configRevisions')
      .values({ appliedAt, actor: 'ann', hash: String(appliedAt), document: encode<unknown>(value) })
      .execute();
  }
  for (let day = -10; day < 0; day++) {
    const rows = day === -5 || day === -4 ? 0 : 100;
    const startAt = T + day * DAY;
    await db
      .insertInto('windows')
      .values({
        model: 'flights',
        monitor: 'daily',
        startAt,
        endAt: startAt + DAY,
        state: 'final',
        revision: 0,
        rows,
        labelled: 0,
      })
      .execute();
  }
  const row = (id: string, over: object) => ({
    ...{ id, model: 'flights', rule: 'auc-low', instance: '|', state: 'resolved', noData: 0, severity: 'critical' },
    ...{ labels: encode<Record<string, string>>({}), metric: 'roc_auc', column: '', slice: '', version: '' },
    ...{ value: 0.7, threshold: 0.75, windowStart: T - DAY, windowEnd: T, summary: 's', cause: null },
    ...{
      evidence: encode<unknown>({}),
      runbook: null,
      activeAt: T,
      firedAt: T as number | null,
      resolvedAt: null as number | null,
    },
    ...{ acknowledgedBy: null, acknowledgedAt: null, acknowledgedUntil: null, assignee: null },
    ...{ verdict: null as string | null, certainty: 'confirmed', cost: null, flapping: 0 },
    ...over,
  });
  const long = (from: number, to: number) => ({
    activeAt: T - from * DAY,
    firedAt: T - from * DAY,
    resolvedAt: T - to * DAY,
    windowStart: T - (from + 1) * DAY,
    windowEnd: T - from * DAY,
  });
  await db
    .insertInto('alerts')
    .values([
      row('now', { state: 'firing', activeAt: T - DAY + HOUR }),
      row('older', { ...long(20, 18), verdict: 'useful' }),
      row('oldest', { ...long(40, 39), verdict: 'noise' }),
      row('elsewhere', { ...long(30, 29), instance: 'distance|' }),
      row('broken', {
        state: 'firing',
        rule: 'distance-range',
        metric: 'quality.range_share',
        column: 'distance',
        summary: 'distance is broken',
        windowStart: T - 3 * DAY,
        windowEnd: T - 2 * DAY,
        activeAt: T - 2 * DAY,
      }),
    ])
    .execute();
  await db
    .insertInto('alertComments')
    .values({ alert: 'older', at: T, actor: 'ann', text: 'the feed sent kilometres' })
    .execute();
  await db
    .insertInto('ruleStates')
    .values({
      model: 'flights',
      rule: 'auc-low',
      instance: '|',
      state: encode<unknown>({ fingerprint: 'f', memory: { windowEnd: T, revision: 0, began: T - DAY } }),
      windowEnd: T,
      revision: 0,
    })
    .execute();
}
