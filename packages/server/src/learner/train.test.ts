import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { FeatureType } from './encode.ts';
import { tableOf } from './testdata/table.ts';
import { TrainParams, type TrainSchema, train } from './train.ts';

const vector = JSON.parse(readFileSync(new URL('./testdata/sklearn.json', import.meta.url), 'utf8'));
const FEATURES: Record<string, { type: FeatureType }> = {
  distance: { type: 'numeric' },
  hour: { type: 'numeric' },
  holiday: { type: 'boolean' },
  carrier: { type: 'categorical' },
};
const params = TrainParams.parse({});

function tableFor(task: 'binary' | 'multiclass' | 'regression', relabel = (label: unknown) => label) {
  const kinds = Object.fromEntries(Object.entries(FEATURES).map(([name, { type }]) => [name, type]));
  const rows = vector.rows.map((row: [], i: number) => [...row, relabel(vector.labels[task][i])]);
  return tableOf({ ...kinds, label: task === 'regression' ? 'numeric' : 'categorical' }, rows);
}

const schema = (task: TrainSchema['task'], positive = 'late'): TrainSchema => ({
  task,
  positive,
  label: 'label',
  features: FEATURES,
});

test('the same table gives the same bytes', () => {
  const [first, second] = [1, 2].map(() => train(tableFor('binary'), schema('binary'), params).onnx);
  expect(Buffer.compare(first!, second!)).toBe(0);
});

test('metrics of each task', () => {
  // Expected: sklearn.metrics.log_loss, and the RMSE, of the fits in testdata/sklearn.json on their own rows.
  const { metrics } = train(tableFor('binary'), schema('binary'), params);
  expect(metrics).toMatchObject({ train_rows: 400, log_loss_train: expect.closeTo(0.59862, 4) });
  expect(train(tableFor('multiclass'), schema('multiclass'), params).metrics).toMatchObject({
    log_loss_train: expect.closeTo(0.88574, 4),
  });
  expect(train(tableFor('regression'), schema('regression'), params).metrics).toMatchObject({
    rmse_train: expect.closeTo(5.53169, 3),
  });
});

interface Refused {
  what: string;
  run: () => unknown;
  message: RegExp;
}

const REFUSED: Refused[] = [
  {
    what: 'a single class',
    run: () =>
      train(
        tableFor('binary', () => 'late'),
        schema('binary'),
        params,
      ),
    message: /has 1 class \(late\); at least two are needed/,
  },
  {
    what: 'three classes for a binary task',
    run: () => train(tableFor('multiclass'), schema('binary', 'a'), params),
    message: /has 3 classes \(a, b, c\); a binary task has two/,
  },
  {
    what: 'a positive class that does not occur',
    run: () => train(tableFor('binary'), schema('binary', '1'), params),
    message: /has 2 classes \(late, on_time\); columns.positive, "1", is none of them/,
  },
  {
    what: 'a row without a label',
    run: () =>
      train(
        tableFor('binary', (label) => (label === 'late' ? null : label)),
        schema('binary'),
        params,
      ),
    message: /row \d+ has no label/,
  },
  {
    what: 'a row without a number to learn',
    run: () =>
      train(
        tableFor('regression', () => null),
        schema('regression'),
        params,
      ),
    message: /row 0 has no number in the label/,
  },
];

test.each(REFUSED)('refuses $what', ({ run, message }) => {
  expect(run).toThrow(message);
});
