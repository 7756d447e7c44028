import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IngestResult, Measurement } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { DAY, HOUR, REGRESSION, START } from '../testing/models.ts';

/** A Prometheus as its HTTP API is published: form in, matrix out, at most 11,000 points, a bearer token wanted. */
interface Fake {
  server: Server;
  url: string;
  asked: { start: number; end: number; step: number; query: string }[];
  answer: (query: string) => { status: number; body: unknown } | null;
}
async function fakePrometheus(): Promise<Fake> {
  const fake: Fake = { server: createServer(), url: '', asked: [], answer: () => null };
  fake.server.on('request', (request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const reply = (status: number, content: unknown) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
      const form = new URLSearchParams(body);
      const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(form.get(name))) as [
        number,
        number,
        number,
      ];
      const query = form.get('query') ?? '';
      if (request.method !== 'POST' || request.url !== '/api/v1/query_range') return reply(404, {});
      if (request.headers.authorization !== 'Bearer t0ken')
        return reply(401, { status: 'error', error: 'who are you?' });
      if (!(start <= end && step > 0) || (end - start) / step > 11_000)
        return reply(400, { status: 'error', errorType: 'bad_data', error: 'exceeded maximum resolution' });
      fake.asked.push({ start, end, step, query });
      const given = fake.answer(query);
      if (given) return reply(given.status, given.body);
      const values: [number, string][] = [];
      for (let t = start; t <= end; t += step) values.push([t, t % 7200 === 0 ? 'NaN' : String(t % 86_400)]);
      return reply(200, { status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values }] } });
    });
  });
  await new Promise<void>((done) => fake.server.listen(0, '127.0.0.1', done));
  fake.url = `http://127.0.0.1:${(fake.server.address() as AddressInfo).port}`;
  return fake;
}

let fake: Fake;
let server: TestApp;
beforeAll(async () => {
  fake = await fakePrometheus();
  const prometheus = {
    type: 'prometheus',
    url: fake.url,
    query: 'sum(orders)',
    step: '1h',
    every: '1h',
    token: 't0ken',
  };
  const model = {
    ...REGRESSION,
    monitors: REGRESSION.monitors.map((monitor) => ({ ...monitor, checks: ['service', 'kpis'] })),
    kpis: [
      { name: 'revenue', aggregate: 'sum' },
      { name: 'conversion' },
      { name: 'orders', aggregate: 'max', source: { ...prometheus, past: '2d' } },
    ],
  };
  server = await openTestApp({
    config: {
      apiVersion: 'leeway/v1',
      server: { allowPrivateNetworks: ['127.0.0.1/32'] },
      models: [model],
    },
  });
});
afterAll(async () => {
  await server.close();
  fake.server.close();
});

const url = '/api/v1/models/houses';
const send = async (body: unknown) => (await server.call<IngestResult>(`${url}/kpis`, { body })).body;
const point = (name: string, time: number, value: number | null) => ({
  name,
  time: new Date(time).toISOString(),
  value,
});

test('a point is taken, or told why not', async () => {
  const { accepted, rejected } = await send([
    point('revenue', START, 10),
    point('profit', START, 10),
    { name: 'revenue', time: 'noon', value: 1 },
    { name: 'revenue', time: START, value: 'much' },
  ]);
  expect(accepted).toBe(1);
  expect(rejected.map(({ code }) => code)).toEqual(['unknown_kpi', 'invalid_time', 'wrong_type']);
  expect(rejected[0]!.message).toContain('declared are revenue, conversion, orders');
});

describe('days', () => {
  const days = 12;
  beforeAll(async () => {
    const houses = (day: number) =>
      Array.from({ length: 60 }, (_, i) => ({
        id: `${day}-${i}`,
        time: START + day * DAY + i * 60_000,
        price: i,
        area: i,
      }));
    for (let day = 0; day < days; day += 1) {
      server.clock.set(START + day * DAY + 2 * HOUR);
      await server.call(`${url}/predictions`, { body: houses(day) });
      await send([
        ...[6, 12, 18].map((hour) => point('revenue', START + day * DAY + hour * HOUR, 100)),
        // Follows the mean of a day's prices two days later.
        ...(day === 3 ? [] : [point('conversion', START + day * DAY + HOUR, (day * 5) % 7)]),
      ]);
      // As it goes by the hour: what is asked for is there before the window is closed.
      for (const after of [60_000, HOUR]) {
        server.clock.set(START + (day + 1) * DAY + after);
        await server.app.settle();
      }
    }
  });
  const measured = async (metric: string) =>
    (
      await server.call<{ measurements: Measurement[] }>(
        `${url}/measurements?metric=${metric}&from=${new Date(START).toISOString()}&to=${new Date(START + days * DAY).toISOString()}`,
      )
    ).body.measurements;

  test('each comes to one number a window; a sum has a reference of its length', async () => {
    const [first, ...rest] = await measured('kpi.revenue');
    expect(first).toMatchObject({ value: 310, n: 4, status: 'ok' });
    expect(rest.at(-1)).toMatchObject({ value: 300, n: 3 });
    // The reference is the first three days, of which one had 310.
    expect(rest.at(-1)!.reference).toBeCloseTo(910 / 3, 9);
    expect((await measured('kpi.conversion'))[3]).toMatchObject({ value: null, status: 'no_data' });
  });

  test('a point that is sent again counts once, the last one; null takes it away', async () => {
    await send([point('revenue', START + days * DAY + HOUR, 5), point('revenue', START + days * DAY + HOUR, 7)]);
    await send([point('revenue', START + days * DAY + HOUR, 7), point('revenue', START + days * DAY + 2 * HOUR, 1)]);
    await send(point('revenue', START + days * DAY + 2 * HOUR, null));
    server.clock.set(START + (days + 1) * DAY + HOUR);
    await server.app.settle();
    const [row] = await server.app.ctx.warehouse.query<{ n: number; sum: number }>(
      `SELECT count(value) AS n, sum(value) AS sum FROM kpis FINAL WHERE name = 'revenue' AND time >= toDateTime64(${(START + days * DAY) / 1000}, 3, 'UTC')`,
    );
    expect(row).toEqual({ n: 1, sum: 7 });
  });

  test('a Prometheus is asked from where it was left, and after an absence for no more than `past`', async () => {
    const orders = (await measured('kpi.orders'))[days - 1];
    expect(orders).toMatchObject({ value: 23 * 3600, status: 'ok', n: 12 }); // every second hour is NaN
    expect(fake.asked[0]).toMatchObject({
      query: 'sum(orders)',
      step: 3600,
      start: (START + HOUR - DAY) / 1000,
    });
    const before = fake.asked.length;
    server.clock.set(START + 40 * DAY);
    await server.app.settle();
    expect(fake.asked[before]!.start).toBe((START + 38 * DAY) / 1000);
  });

  test('an answer that is no number is tried again, and does not stop the rest', async () => {
    fake.answer = () => ({
      status: 200,
      body: { status: 'success', data: { resultType: 'matrix', result: [{}, {}] } },
    });
    const before = fake.asked.length;
    server.clock.set(server.clock.now() + 2 * HOUR);
    await server.app.settle();
    expect(fake.asked.length).toBeGreaterThan(before);
    expect(server.log.join('')).toContain('expected one series, got 2 series');
    expect(server.log.join('')).not.toContain('t0ken');
    fake.answer = () => null;
    server.clock.set(server.clock.now() + HOUR);
    await server.app.settle();
    const [row] = await server.app.ctx.warehouse.query<{ last: number }>(
      `SELECT max(toUnixTimestamp64Milli(time)) AS last FROM kpis WHERE name = 'orders'`,
    );
    expect(row!.last).toBeGreaterThan(server.clock.now() - 3 * HOUR);
  });

  test('how it goes with a metric of the model, lags and all', async () => {
    const { status, body } = await server.call<{ same: { n: number }; lags: unknown[]; points: unknown[] }>(
      `${url}/kpis/conversion/relation?metric=service.requests&lags=2&from=${new Date(START).toISOString()}&to=${new Date(START + days * DAY).toISOString()}`,
    );
    expect(status).toBe(200);
    expect(body.same).toMatchObject({ n: days - 1, value: null, reason: expect.stringContaining('vary') });
    expect(body.lags).toHaveLength(5);
    expect(body.points).toHaveLength(days);
    const wrong = await server.call<{ detail: string }>(`${url}/kpis/profit/relation?metric=mae`);
    expect(wrong).toMatchObject({ status: 404 });
  });

  test('no secret of the source is shown', async () => {
    for (const path of [url, '/api/v1/models', '/api/v1/config/plan'])
      expect((await server.call(path)).text).not.toContain('t0ken');
  });
});
