import type { IngestResult, Measurement } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { BINARY, DAY, HOUR, START } from '../testing/models.ts';

const MODEL = {
  ...BINARY,
  name: 'loans',
  feedback: {
    corrections: 'label',
    minimum: 2,
    questions: [
      { type: 'choice', name: 'clear', text: 'Was it clear?', choices: ['yes', 'no'] },
      { type: 'scale', name: 'trust', text: 'Do you trust it?', min: 0, max: 10 },
      { type: 'text', name: 'why', text: 'Why?' },
    ],
  },
};

let server: TestApp;
beforeAll(async () => {
  server = await openTestApp({ config: { apiVersion: 'leeway/v1', models: [MODEL] } });
});
afterAll(() => server.close());

const send = async (what: string, body: unknown) =>
  (await server.call<IngestResult>(`/api/v1/models/loans/${what}`, { body })).body;
const prediction = (id: string, at: number, region = 'north') => ({
  id,
  asked_at: new Date(at).toISOString(),
  region,
  decision: '1',
  probability: 0.7,
});
const labelsOf = async (id: string) =>
  (
    await server.app.ctx.warehouse.query<{ label: string; source: string }>(
      'SELECT label, source FROM labels_loans WHERE id = {id:String} ORDER BY seq',
      { id },
    )
  ).map(({ label, source }) => `${label} ${source}`);

describe('what is taken', () => {
  test.each([
    { name: 'a rating', row: { id: 'a', rating: 4 }, code: null },
    { name: 'a thumb', row: { id: 'a', rating: 'up' }, code: null },
    { name: 'a correction', row: { id: 'a', correction: '0' }, code: null },
    { name: 'words', row: { id: 'a', comment: 'hm' }, code: null },
    { name: 'answers', row: { id: 'a', answers: { trust: 7, clear: 'no', why: 'x' } }, code: null },
    { name: 'an answer in digits, as forms have it', row: { id: 'a', answers: { trust: '7' } }, code: null },
    { name: 'nothing', row: { id: 'a' }, code: 'empty_feedback' },
    { name: 'no prediction', row: { rating: 4 }, code: 'missing_id' },
    { name: 'a rating off the scale', row: { id: 'a', rating: 6 }, code: 'wrong_type' },
    { name: 'an answer off the scale', row: { id: 'a', answers: { trust: 11 } }, code: 'wrong_type' },
    { name: 'a choice that is none', row: { id: 'a', answers: { clear: 'maybe' } }, code: 'wrong_type' },
    { name: 'a question that nobody asked', row: { id: 'a', answers: { mood: 1 } }, code: 'unknown_question' },
    { name: 'a list', row: [['a']], code: 'row_not_an_object' },
  ])('$name', async ({ row, code }) => {
    // Of a model of its own, so that nothing is counted below.
    const { accepted, rejected } = await send('feedback', row);
    expect(rejected.map((rejection) => rejection.code)).toEqual(code ? [code] : []);
    expect(accepted).toBe(code ? 0 : 1);
  });
});

test('measured by the time at which it was given: shares, means, answers, slices; an edit counts once', async () => {
  const day = START + DAY;
  server.clock.set(day + HOUR);
  const north = Array.from({ length: 6 }, (_, i) => prediction(`n${i}`, day));
  const south = Array.from({ length: 4 }, (_, i) => prediction(`s${i}`, day, 'south'));
  // The reference knows both regions.
  server.clock.set(day + 2 * HOUR);
  await send('predictions', [...north, ...south]);
  const given = [
    { feedback_id: 'f1', id: 'n0', rating: 5, answers: { trust: 8, clear: 'yes' } },
    { feedback_id: 'f2', id: 'n1', rating: 'down', correction: '0' },
    { feedback_id: 'f3', id: 's0', rating: 4, answers: { trust: 4, clear: 'no' } },
    { feedback_id: 'f4', id: 's1', rating: 1 },
  ];
  expect(await send('feedback', given)).toMatchObject({ accepted: 4 });
  expect(await send('feedback', given)).toMatchObject({ accepted: 4 });
  await send('feedback', { feedback_id: 'f4', id: 's1', rating: 2, comment: 'after a second look' });
  server.clock.set(day + DAY + HOUR);
  await server.app.settle();
  const { measurements } = (
    await server.call<{ measurements: Measurement[] }>(
      `/api/v1/models/loans/measurements?column=*&from=${new Date(day).toISOString()}&to=${new Date(day + DAY).toISOString()}`,
    )
  ).body;
  const of = (metric: string, column = '') =>
    measurements.find((m) => m.metric === metric && m.slice === '' && m.column === column);
  expect(of('feedback.count')).toMatchObject({ value: 4, n: 10 });
  expect(of('feedback.rate')).toMatchObject({ value: 0.4, n: 10 });
  expect(of('feedback.positive_share')).toMatchObject({ value: 0.5, n: 4, status: 'ok' });
  expect(of('feedback.positive_share')!.lower).toBeCloseTo(0.15, 2); // Wilson, 2 of 4
  expect(of('feedback.rating_mean')).toMatchObject({ value: 3, n: 4 });
  expect(of('feedback.correction_share')).toMatchObject({ value: 0.25, n: 4 });
  expect(of('feedback.answer.trust')).toMatchObject({ value: 6, n: 2 });
  expect(of('feedback.answer.clear', 'yes')).toMatchObject({ value: 0.5, n: 2 });
  expect(of('feedback.answer.clear', 'no')).toMatchObject({ value: 0.5, n: 2 });
});

describe('corrections as labels', () => {
  test('one without a label becomes it; a true label stays, and takes its place', async () => {
    expect(await labelsOf('n1')).toContain('0 feedback');
    await send('labels', { id: 'n1', defaulted: '1' });
    expect((await labelsOf('n1')).at(-1)).toMatch(/^1 /);
    const before = await labelsOf('n1');
    await send('feedback', { feedback_id: 'late', id: 'n1', correction: '0' });
    expect(await labelsOf('n1')).toEqual(before);
  });
});

describe('the form behind a signed link', () => {
  const link = async (id: string) => {
    const body = { ids: [id] };
    const answer = await server.call<{ links: { url: string }[] }>('/api/v1/models/loans/feedback-links', { body });
    return new URL(answer.body.links[0]!.url).pathname;
  };
  const post = (path: string, fields: Record<string, string>) =>
    server.call(path, {
      method: 'POST',
      token: null,
      body: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });

  test('asks what the model asks, and lets no script and no frame in', async () => {
    const { status, text, headers } = await server.call(await link('n2'), { token: null });
    expect(status).toBe(200);
    for (const asked of ['Was it clear?', 'Do you trust it?', 'Why?', 'name="rating"', 'name="correction"'])
      expect(text).toContain(asked);
    expect(text).not.toContain('<script');
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  });

  test('an answer is stored; a second one by the same link takes its place', async () => {
    const path = await link('n3');
    expect(await post(path, { rating: '2', 'answer.clear': 'no', comment: '<b>why</b>' })).toMatchObject({
      status: 200,
    });
    expect((await post(path, { rating: '5', 'answer.trust': '9', correction: '' })).text).toContain('Thank you.');
    const { feedback } = (await server.call<{ feedback: { prediction: string }[] }>('/api/v1/models/loans/feedback'))
      .body;
    expect(feedback.filter(({ prediction }) => prediction === 'n3')).toMatchObject([
      { rating: 5, comment: '', answers: { trust: '9' }, source: 'form', correction: null },
    ]);
  });

  test('a mistake is told on the form, with what was written and nothing of it as markup', async () => {
    const { status, text } = await post(await link('n4'), { rating: '7', comment: '"><script>alert(1)</script>' });
    expect(status).toBe(422);
    expect(text).toContain('expected a number from 1 to 5');
    expect(text).toContain('&lt;script&gt;alert(1)');
    expect(text).not.toContain('<script');
  });

  test('a link that was changed, or has run out, is none', async () => {
    const path = await link('n5');
    expect((await server.call(`${path}x`, { token: null })).status).toBe(404);
    expect((await post('/feedback/nonsense', { rating: '5' })).status).toBe(404);
    server.clock.set(server.clock.now() + 31 * DAY);
    expect((await server.call(path, { token: null })).status).toBe(410);
    expect((await post(path, { rating: '5' })).status).toBe(410);
  });
});
