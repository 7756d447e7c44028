import { Config, type ModelConfig } from '@leeway/contract';

/** The day on which the stories of the tests begin. */
export const START = Date.parse('2026-03-02T00:00:00Z'); // a Monday
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

const monitors = [
  {
    name: 'daily',
    window: '1d',
    grace: '10m',
    maturity: { delay: '1d', coverage: 0.8, timeout: '3d', revise: '6d' },
    minimumRows: 50,
    slices: ['region'],
  },
];
const reference = { kind: 'period', start: '2026-03-02', end: '2026-03-04' };

/** Names of features that want quoting wherever they stand in SQL. */
export const BINARY = {
  name: 'loans.eu-1',
  task: 'binary',
  owner: 'credit',
  columns: {
    time: 'asked_at',
    features: {
      amount: { type: 'numeric', min: 0 },
      'debt.ratio-1': { type: 'numeric' },
      purpose: { type: 'categorical' },
      employed: { type: 'boolean' },
    },
    prediction: 'decision',
    score: 'probability',
    label: 'defaulted',
    slices: ['region'],
    protected: ['region'],
  },
  reference,
  monitors,
};

export const REGRESSION = {
  name: 'houses',
  task: 'regression',
  columns: {
    features: { area: { type: 'numeric' }, kind: { type: 'categorical' } },
    prediction: 'price',
    label: 'paid',
    slices: ['region'],
  },
  reference,
  monitors,
};

export const MULTICLASS = {
  name: 'tickets',
  task: 'multiclass',
  columns: {
    features: { words: { type: 'numeric' }, product: { type: 'categorical' } },
    prediction: 'queue',
    scores: { billing: 'p_billing', delivery: 'p_delivery', returns: 'p_returns', other: 'p.other-1' },
    label: 'solved_by',
    slices: ['region'],
  },
  reference,
  monitors,
};

/** A configuration as written, with these models and nobody to be told. */
export const documentOf = (...models: object[]): Record<string, unknown> => ({
  apiVersion: 'leeway/v1',
  server: { port: 0 },
  channels: [],
  routes: { channels: [] },
  models,
});

/** A model's configuration with the defaults filled in. */
export const modelConfig = (model: object): ModelConfig => Config.parse(documentOf(model)).models[0]!;

/** Numbers from 0 to 1 that look like chance and are the same every time (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
