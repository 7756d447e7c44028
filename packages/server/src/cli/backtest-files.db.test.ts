import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BacktestRequest } from '@leeway/contract';
import { afterAll, expect, it } from 'vitest';
import { random } from '../testing/models.ts';
import { backtestFiles } from './backtest-files.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-03-02T00:00:00Z');
const on = (day: number): string => new Date(START + day * DAY).toISOString();

const folder = mkdtempSync(join(tmpdir(), 'leeway-backtest-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const csv = (name: string, rows: readonly Record<string, unknown>[]): string => {
  const path = join(folder, name);
  const lines = rows.map((row) => Object.values(row).join(','));
  writeFileSync(path, [Object.keys(rows[0]!).join(','), ...lines].join('\n'));
  return path;
};

const SECRET = ['$', '{env:NOT_THERE}'].join('');

const CONFIG = {
  apiVersion: 'leeway/v1',
  // Neither is there: nobody is told, and no secret is looked up.
  channels: [{ name: 'mail', type: 'smtp', password: SECRET }],
  routes: { channels: ['mail'] },
  models: [
    {
      name: 'houses',
      task: 'regression',
      columns: {
        id: 'house',
        time: 'asked',
        features: { area: { type: 'numeric' } },
        prediction: 'price',
        label: 'paid',
      },
      reference: { kind: 'period', start: '2026-03-02', end: '2026-03-05' },
      monitors: [
        { name: 'daily', window: '1d', minimumRows: 50, maturity: { delay: '1d', timeout: '4d', revise: '6d' } },
      ],
      rules: [{ name: 'error-high', metric: 'mae', above: 10 }],
      retrain: { triggers: [{ on: 'alert', rule: 'error-high' }], executor: { type: 'builtin' } },
    },
  ],
};

/** Eighteen days of 120 houses; from the tenth to the twelfth the price is off by 20. What was paid is known two days later. */
const chance = random(7);
const HOUSES = Array.from({ length: 18 * 120 }, (_, house) => {
  const at = START + house * (DAY / 120);
  const day = Math.floor((at - START) / DAY);
  const paid = 100 + 50 * chance();
  const price = paid + (chance() - 0.5) * 8 + (day >= 10 && day <= 12 ? 20 : 0);
  return {
    house,
    asked: new Date(at).toISOString(),
    area: 80,
    price,
    paid,
    known: new Date(at + 2 * DAY).toISOString(),
  };
});
const PREDICTIONS = csv(
  'predictions.csv',
  HOUSES.map(({ paid: _, known: __, ...row }) => row),
);
const LABELS = csv(
  'labels.csv',
  HOUSES.map(({ house, paid, known }) => ({ house, paid, known })),
);

it('measures files as production would have, and tells what the rules would have done', async () => {
  const request = BacktestRequest.parse({
    incidents: [{ start: on(10), end: on(13) }],
    sweep: { rule: 'error-high', values: { above: [10, 30], window: ['1d', '12h'] } },
  });
  const found = await backtestFiles({
    ...{ document: CONFIG, model: 'houses', request, referenceUntil: null },
    files: { predictions: PREDICTIONS, labels: LABELS, labelTime: 'known', labelDelay: '0s' },
  });

  expect(found.episodes).toMatchObject([{ rule: 'error-high', aboutFrom: on(10), aboutTo: on(13), incident: 0 }]);
  const { firedAt, resolvedAt, value } = found.episodes[0]!;
  expect(value).toBeGreaterThan(15);
  // Four fifths of the labels of the tenth day are there 1.8 days after its beginning and a day; not before, and not long after.
  expect(Date.parse(firedAt)).toBeGreaterThanOrEqual(START + 12.8 * DAY - HOUR);
  expect(Date.parse(firedAt)).toBeLessThanOrEqual(START + 13.5 * DAY);
  expect(Date.parse(resolvedAt!)).toBeGreaterThan(Date.parse(on(15)));
  expect(found.total).toMatchObject({ recall: { count: 1 }, falseAlarms: { count: 0 }, pages: { count: 1 } });
  expect(found.rules).toMatchObject([{ rule: 'error-high', withoutData: 0 }]);

  // Windows of half a day were measured, too, since the sweep asks for them.
  expect(found.variants.map(({ values, score }) => [values['above'], values['window'], score.recall?.count])).toEqual([
    [10, '1d', 1],
    [10, '12h', 1],
    [30, '1d', 0],
    [30, '12h', 0],
  ]);
  expect(found.variants[1]!.score.transitions).toBeGreaterThanOrEqual(2);
}, 180_000);
