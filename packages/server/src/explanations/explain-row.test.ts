import { ModelConfig } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import type { ColumnBatch } from '../gateway/columns.ts';
import { explainRow, type RowQuestion } from './explain-row.ts';
import { UnreadableTrees } from './read-ensemble.ts';

const model = ModelConfig.parse({
  name: 'flights',
  task: 'regression',
  columns: {
    features: { distance: { type: 'numeric' }, carrier: { type: 'categorical' }, holiday: { type: 'boolean' } },
  },
});
const batch = (rows: [number, string | null, number][]): ColumnBatch => ({
  rows: rows.length,
  columns: new Map<string, Float64Array | (string | null)[]>([
    ['distance', Float64Array.from(rows, ([distance]) => distance)],
    ['carrier', rows.map(([, carrier]) => carrier)],
    ['holiday', Float64Array.from(rows, ([, , holiday]) => holiday)],
  ]),
});
/** distance, plus 10 for AA, twice on holidays. */
const predict: RowQuestion['predict'] = async ({ rows, columns }) => {
  const [distance, carrier, holiday] = ['distance', 'carrier', 'holiday'].map((name) => columns.get(name)!);
  return {
    prediction: Float64Array.from({ length: rows }, (_, i) => {
      const far = Number.isNaN(distance![i]) ? 0 : (distance![i] as number);
      return far + (carrier![i] === 'AA' ? 10 : 0) * (1 + (holiday![i] as number));
    }),
    score: null,
  };
};
const question = (row: [number, string | null, number], method: RowQuestion['method'] = 'auto'): RowQuestion => ({
  ...{ model, row: batch([row]), method, predict, trees: new UnreadableTrees('it has no trees') },
  background: batch([
    [1, 'DL', 0],
    [3, 'DL', 0],
  ]),
});
const contributionsOf = async (asked: RowQuestion) => {
  const found = await explainRow(asked);
  return { found, by: Object.fromEntries(found.contributions.map((each) => [each.feature, each.contribution])) };
};

describe('a model that has no trees', () => {
  it('has its SHAP values, exact where features are few, and says why not by trees', async () => {
    const { found, by } = await contributionsOf(question([7, 'AA', 1]));
    // 10 for AA alone; the other 10 are of AA and the holiday together, half each.
    expect(by).toEqual({
      distance: expect.closeTo(5, 9),
      carrier: expect.closeTo(15, 9),
      holiday: expect.closeTo(5, 9),
    });
    expect(found).toMatchObject({ method: 'kernel_shap', base: 2, output: 27, exact: true, unit: 'value' });
    expect(found.note).toContain('it has no trees');
  });

  it('gives nothing to what is as in the background, without asking for it', async () => {
    const { found, by } = await contributionsOf(question([7, 'DL', 0]));
    expect(by).toEqual({ distance: 5, carrier: 0, holiday: 0 });
    // Itself, and two coalitions against two rows.
    expect(found.evaluations).toBe(1 + 4);
  });

  it('has nothing to say of a row like all others', async () => {
    const alike = { ...question([3, 'DL', 0]), background: batch([[3, 'DL', 0]]) };
    const { found, by } = await contributionsOf(alike);
    expect(by).toEqual({ distance: 0, carrier: 0, holiday: 0 });
    expect(found).toMatchObject({ base: 3, output: 3 });
  });

  it('takes missing values for what they are', async () => {
    const { found } = await contributionsOf(question([Number.NaN, null, 0]));
    expect(found.contributions.find(({ feature }) => feature === 'distance')).toMatchObject({
      value: null,
      contribution: -2,
    });
  });

  it('is near itself the linear model that LIME finds', async () => {
    const many = batch(Array.from({ length: 200 }, (_, i) => [i % 40, i % 3 === 0 ? 'AA' : 'DL', 0]));
    const { found, by } = await contributionsOf({ ...question([35, 'AA', 0], 'lime'), background: many });
    expect(by['carrier']).toBeCloseTo(10, 0);
    expect(by['distance']).toBeGreaterThan(10);
    expect(found.contributions.map(({ condition }) => condition)).toContain('carrier = AA');
    expect(found.fit).toBeGreaterThan(0.5);
  });
});
