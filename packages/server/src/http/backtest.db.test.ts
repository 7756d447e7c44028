import type { Backtest, Measurement } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measurement } from '../alerting/testdata/measurement.ts';
import { storeMeasurements } from '../monitoring/measurements.ts';
import { iso } from '../platform/clock.ts';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { BINARY, DAY, documentOf, START } from '../testing/models.ts';

const MODEL = { ...BINARY, rules: [{ name: 'auc-low', metric: 'roc_auc', below: 0.75 }] };
const PATH = '/api/v1/models/loans.eu-1/backtest';

const day = (n: number, value: number, revision = 0): Measurement =>
  measurement({
    ...{ model: MODEL.name, monitor: 'daily', value, revision, coverage: 0.9 },
    ...{ windowStart: iso(START + n * DAY), windowEnd: iso(START + (n + 1) * DAY) },
    computedAt: iso(START + (n + 2 + revision) * DAY),
  });

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp({ config: documentOf(MODEL) });
  const days = [0.8, 0.8, 0.7, 0.8, 0.6, 0.6, 0.8].map((value, n) => day(n, value));
  await storeMeasurements(test.app.ctx.warehouse, [...days, day(2, 0.85, 1), { ...day(1, 0.1), version: 'v2' }]);
  test.clock.set(START + 20 * DAY);
});
afterAll(() => test.close());

describe('POST /models/{model}/backtest', () => {
  it('replays what was stored as it became known, with every revision', async () => {
    const { status, body } = await test.call<Backtest>(PATH, { body: {} });
    expect(status).toBe(200);
    expect(body.episodes).toMatchObject([
      { firedAt: iso(START + 4 * DAY), resolvedAt: iso(START + 5 * DAY), retracted: true, value: 0.7 },
      { firedAt: iso(START + 6 * DAY), resolvedAt: iso(START + 8 * DAY), retracted: false },
    ]);
    expect(body.total).toMatchObject({ retracted: 1, recall: null, incidents: 0 });
  });

  it('scores against incidents, and sweeps', async () => {
    const { body } = await test.call<Backtest>(PATH, {
      body: {
        incidents: [{ start: iso(START + 4 * DAY), end: iso(START + 6 * DAY) }],
        sweep: { rule: 'auc-low', values: { below: [0.65, 0.75] } },
      },
    });
    expect(body.total).toMatchObject({ recall: { count: 1, of: 1 }, precision: { count: 1, of: 2 } });
    expect(body.total.medianDelayMs).toBe(2 * DAY);
    expect(body.variants.map(({ chosen, pareto }) => [chosen, pareto])).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  it.each([
    [{ rules: ['auc'] }, 400, 'it has auc-low'],
    [{ set: { 'auc-low': { for: 0 } } }, 400, 'for'],
    [{ rule: 'auc-low' }, 400, ''],
    [{ holdout: 2 }, 400, ''],
  ])('refuses %j', async (body, status, text) => {
    const answer = await test.call(PATH, { body });
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
  });

  it('needs a model that there is, and a token', async () => {
    expect((await test.call('/api/v1/models/cats/backtest', { body: {} })).status).toBe(404);
    expect((await test.call(PATH, { body: {}, token: null })).status).toBe(401);
  });

  it('holds nobody up for long', async () => {
    const began = performance.now();
    const values = { below: Array.from({ length: 400 }, (_, i) => i / 500) };
    const [sweep, other] = await Promise.all([
      test.call<Backtest>(PATH, { body: { sweep: { rule: 'auc-low', values } } }),
      test.call('/healthz', { token: null }).then(() => performance.now() - began),
    ]);
    expect(sweep.body.variants).toHaveLength(400);
    expect(other).toBeLessThan(performance.now() - began);
  });
});
