import type { Measurement } from '@leeway/contract';

/** A measurement for tests: of the whole, sound, and with whatever is said otherwise. */
export const measurement = (over: Partial<Measurement> = {}): Measurement => ({
  model: 'flights',
  monitor: 'daily',
  metric: 'roc_auc',
  column: '',
  slice: '',
  version: '',
  windowStart: '2001-01-01T00:00:00.000Z',
  windowEnd: '2001-01-02T00:00:00.000Z',
  revision: 0,
  value: 0.8,
  lower: null,
  upper: null,
  n: 1000,
  coverage: null,
  reference: null,
  threshold: null,
  status: 'ok',
  reason: '',
  detail: {},
  computedAt: '2001-01-02T00:10:00.000Z',
  ...over,
});
