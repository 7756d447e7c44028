import type { Measurement } from '@leeway/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type TestApp } from '../../testing/app.ts';
import { DAY, documentOf, MINUTE, modelConfig, random, START } from '../../testing/models.ts';
import { measureWindow } from '../measure.ts';
import { readMeasurements } from '../measurements.ts';

/** Days 0 to 2 are the reference. */
const QUIET_DAY = 3;
const TURNED_DAY = 4;
const CHANGED_DAY = 5;
const SMALL_DAY = 6;

const MODEL = {
  name: 'tickets',
  task: 'regression',
  columns: {
    features: {
      a: { type: 'numeric' },
      b: { type: 'numeric' },
      c: { type: 'numeric' },
      comment: { type: 'text' },
      embedding: { type: 'vector', dimension: 4 },
      ignored: { type: 'text', drift: false },
    },
    prediction: 'hours',
    label: 'took',
  },
  reference: { kind: 'period', start: '2026-03-02', end: '2026-03-04' },
  monitors: [
    {
      name: 'daily',
      window: '1d',
      grace: '10m',
      minimumRows: 50,
      checks: ['drift', 'quality', 'multivariate'],
    },
  ],
  rules: [
    { name: 'turned', metric: 'multivariate.domain_auc', above: 0.65 },
    { name: 'other-words', metric: 'drift.unseen_token_share', column: 'comment', above: 0.2 },
  ],
};

const WORDS = 'the bus was late again and nobody told us when it would come so we walked home in the rain'.split(' ');
const NEW_WORDS = 'refund please my invoice shows two charges and support never answers mails about billing'.split(' ');

function rowsOf(day: number) {
  const chance = random(900 + day);
  const normal = () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  const texts = (words: readonly string[]) =>
    Array.from({ length: 8 + Math.floor(chance() * 6) }, () => words[Math.floor(chance() * words.length)]!).join(' ');
  return Array.from({ length: day === SMALL_DAY ? 20 : 300 }, (_, i) => {
    const a = normal();
    const changed = day === CHANGED_DAY;
    return {
      ...{ id: `${day}-${i}`, time: START + day * DAY + Math.floor(chance() * DAY), hours: 3 + normal() },
      ...{ a, b: 0.9 * (day === TURNED_DAY ? -a : a) + 0.44 * normal(), c: normal() },
      comment: i % 20 === 0 ? '' : `${texts(changed && i % 2 === 0 ? NEW_WORDS : WORDS)}!`,
      embedding: i % 25 === 0 ? null : [2, 1, 0, changed ? 2 : 0].map((mean) => mean + normal()),
      ignored: `${day} ${i}`,
    };
  });
}

let server: TestApp;
let measurements: Measurement[];
beforeAll(async () => {
  server = await openTestApp({ config: documentOf(MODEL) });
  for (let day = 0; day <= SMALL_DAY; day++) {
    server.clock.set(START + (day + 1) * DAY);
    const rows = rowsOf(day);
    const answer = await server.app.services.ingest.predictions(MODEL.name, rows);
    expect(answer).toMatchObject({ accepted: rows.length, rejected: [] });
    server.clock.set(START + (day + 1) * DAY + 11 * MINUTE);
    await server.app.settle();
  }
  const span = { from: START, to: START + 9 * DAY };
  measurements = await readMeasurements(server.app.ctx.warehouse, { model: MODEL.name, column: '*', ...span });
}, 240_000);
afterAll(() => server.close());

function of(day: number, metric: string, column = ''): Measurement {
  const windowStart = new Date(START + day * DAY).toISOString();
  const found = measurements.find((m) => m.windowStart === windowStart && m.metric === metric && m.column === column);
  if (!found) throw new Error(`${metric} of ${column} was not measured on day ${day}`);
  return found;
}
const drifted = (day: number, metric: string, column = '') => of(day, metric, column).detail['drifted'];

const JOINT = ['multivariate.reconstruction_error', 'multivariate.domain_auc', 'multivariate.mmd'];
const COLUMNS = ['a', 'b', 'c', 'comment.characters', 'comment.words', 'embedding.norm'];

test('a correlation that turned round is found by all methods together, while every column stays quiet', () => {
  for (const metric of JOINT) expect([metric, drifted(TURNED_DAY, metric)]).toEqual([metric, true]);
  for (const column of COLUMNS) expect([column, drifted(TURNED_DAY, 'drift.score', column)]).toEqual([column, false]);
  const { separating } = of(TURNED_DAY, 'multivariate.domain_auc').detail as { separating: { column: string }[] };
  expect(
    separating
      .slice(0, 2)
      .map(({ column }) => column)
      .sort(),
  ).toEqual(['a', 'b']);
  const error = of(TURNED_DAY, 'multivariate.reconstruction_error');
  expect(error.value).toBeGreaterThan(error.threshold!);
  expect(error.lower!).toBeLessThan(error.value!);
});

test('a day like the reference is quiet in everything', () => {
  for (const metric of JOINT) expect([metric, drifted(QUIET_DAY, metric)]).toEqual([metric, false]);
  for (const column of COLUMNS) expect([column, drifted(QUIET_DAY, 'drift.score', column)]).toEqual([column, false]);
  for (const metric of ['drift.text_domain_auc', 'drift.unseen_token_share'])
    expect([metric, drifted(QUIET_DAY, metric, 'comment')]).toEqual([metric, false]);
  for (const metric of ['drift.vector_distance', 'drift.vector_component_share', 'drift.vector_mmd'])
    expect([metric, drifted(QUIET_DAY, metric, 'embedding')]).toEqual([metric, false]);
});

test('new words and moved vectors are found, and what they are is told', () => {
  expect(drifted(CHANGED_DAY, 'drift.text_domain_auc', 'comment')).toBe(true);
  expect(drifted(CHANGED_DAY, 'drift.unseen_token_share', 'comment')).toBe(true);
  const { tokens } = of(CHANGED_DAY, 'drift.text_domain_auc', 'comment').detail as {
    tokens: Record<'reference' | 'current', { token: string }[]>;
  };
  for (const { token } of tokens.current) expect(NEW_WORDS).toContain(token);
  expect(tokens.current.length).toBeGreaterThan(4);
  // Half of the texts hold words that the reference never had; "and" is in both.
  expect(of(CHANGED_DAY, 'drift.unseen_token_share', 'comment').value).toBeCloseTo(0.46, 1);
  expect(of(CHANGED_DAY, 'drift.vector_component_share', 'embedding').value).toBe(0.25);
  expect(drifted(CHANGED_DAY, 'drift.vector_distance', 'embedding')).toBe(true);
  expect(drifted(CHANGED_DAY, 'drift.vector_mmd', 'embedding')).toBe(true);
  expect(drifted(CHANGED_DAY, 'drift.score', 'embedding.norm')).toBe(true);
});

test('missing texts and vectors are counted, and a small day is not judged', () => {
  expect(of(QUIET_DAY, 'quality.missing_share', 'comment').value).toBeCloseTo(1 / 20, 12);
  expect(of(QUIET_DAY, 'quality.missing_share', 'embedding').value).toBeCloseTo(1 / 25, 12);
  for (const metric of JOINT) expect([metric, of(SMALL_DAY, metric).status]).toEqual([metric, 'insufficient']);
  expect(of(SMALL_DAY, 'drift.vector_distance', 'embedding').status).toBe('insufficient');
  expect(measurements.some(({ column }) => column.startsWith('ignored') && column !== 'ignored')).toBe(false);
});

test('a vector of another length goes to quarantine, with the length in the reason', async () => {
  const row = { ...rowsOf(CHANGED_DAY)[1]!, id: 'odd', embedding: [1, 2, 3] };
  const { accepted, rejected } = await server.app.services.ingest.predictions(MODEL.name, [row]);
  expect(accepted).toBe(0);
  expect(rejected[0]).toMatchObject({ code: 'wrong_type' });
  expect(rejected[0]!.message).toContain('a vector of 4 numbers and holds [1,2,3], 3 values');
});

test('measured again, with nothing kept from before, every number is the same', async () => {
  await server.restart();
  const model = modelConfig(MODEL);
  const span = { start: START + CHANGED_DAY * DAY, end: START + (CHANGED_DAY + 1) * DAY };
  const numbers = ['drift.text_domain_auc', 'drift.unseen_token_share', 'drift.vector_mmd', ...JOINT];
  const before = new Map(measurements.map((m) => [`${m.metric} ${m.column} ${m.windowStart}`, m.value]));
  await measureWindow(server.app.ctx, model, model.monitors[0]!, span, 'closed', 0);
  const again = await readMeasurements(server.app.ctx.warehouse, {
    ...{ model: MODEL.name, column: '*', from: span.start, to: span.start + 1, metrics: numbers },
  });
  expect(again.length).toBe(numbers.length);
  for (const m of again) expect(m.value).toBeCloseTo(before.get(`${m.metric} ${m.column} ${m.windowStart}`)!, 10);
});
