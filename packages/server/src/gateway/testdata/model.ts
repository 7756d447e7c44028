import { ModelConfig } from '@leeway/contract';
import type { ColumnBatch } from '../columns.ts';
import type { Prediction, Runner } from '../runtime.ts';

/** A model with a feature of each kind and a column that is only recorded. */
export const FLIGHTS = ModelConfig.parse({
  name: 'flights',
  task: 'binary',
  columns: {
    id: 'flight',
    time: 'at',
    features: { distance: { type: 'numeric' }, carrier: { type: 'categorical' }, holiday: { type: 'boolean' } },
    positive: 'late',
    protected: ['region'],
  },
});

/** A runner that scores as a test says, and remembers whether it was closed. */
export class FakeRunner implements Runner {
  readonly task = 'binary';
  closed = false;
  readonly #score: (batch: ColumnBatch) => number | Promise<number>;

  constructor(score: number | ((batch: ColumnBatch) => number | Promise<number>)) {
    this.#score = typeof score === 'number' ? () => score : score;
  }

  async predict(batch: ColumnBatch): Promise<Prediction> {
    if (this.closed) throw new Error('it is closed');
    const score = await this.#score(batch);
    return {
      prediction: Array.from({ length: batch.rows }, () => (score > 0.5 ? 'late' : 'on_time')),
      score: new Float64Array(batch.rows).fill(score),
    };
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
