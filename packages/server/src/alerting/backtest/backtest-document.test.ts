import { describe, expect, it } from 'vitest';
import { backtestDocument } from './backtest-document.ts';

const model = (over: object = {}) => ({
  name: 'flights',
  monitors: [{ name: 'daily', window: '1d' }],
  rules: [{ name: 'low', metric: 'roc_auc' }],
  retrain: { triggers: [] },
  rollout: { shadow: ['v1'] },
  ...over,
});
const made = (over: object = {}, asked: { windows?: string[]; referenceUntil?: string } = {}) => {
  const { windows = [], referenceUntil = null } = asked;
  const options = { windows, rule: null, referenceUntil, from: '2001-01-01' };
  const document = { channels: [{ name: 'mail', type: 'smtp' }], models: [model(over), model({ name: 'houses' })] };
  return backtestDocument(document, 'flights', options) as { models: { monitors: object[] }[]; channels: object[] };
};

describe('backtestDocument', () => {
  it('keeps one model, and nothing that tells, trains or serves', () => {
    expect(made()).toEqual({
      apiVersion: 'leeway/v1',
      server: { port: 0 },
      store: { url: ':memory:' },
      channels: [],
      routes: { channels: [] },
      models: [
        {
          name: 'flights',
          monitors: [{ name: 'daily', window: '1d', checks: ['performance'] }],
          rules: [{ name: 'low', metric: 'roc_auc' }],
        },
      ],
    });
  });

  it('makes monitors for lengths of windows that none has', () => {
    const [found] = made({}, { windows: ['24h', '6h'] }).models;
    expect(found!.monitors).toMatchObject([
      { name: 'daily', window: '1d' },
      { name: 'backtest-6h', window: '6h' },
    ]);
  });

  it('takes a period of the file as the reference where asked', () => {
    expect(made({}, { referenceUntil: '2001-02-01' }).models[0]).toMatchObject({
      reference: { kind: 'period', start: '2001-01-01', end: '2001-02-01' },
    });
  });

  it.each([
    [
      [{ metric: 'drift.share' }, { metric: 'estimated.f1' }],
      ['drift', 'estimate'],
    ],
    [[{ any: [{ metric: 'roc_auc' }, { not: { metric: 'quality.rows' } }] }], ['performance', 'quality']],
    [[{ expression: 'value("roc_auc") < 0.7' }], undefined],
    [[{ metric: 'unheard.of' }], undefined],
  ])('measures what the rules read: %j', (rules, checks) => {
    expect(made({ rules }).models[0]!.monitors[0]).toEqual({
      ...{ name: 'daily', window: '1d' },
      ...(checks ? { checks } : {}),
    });
  });
});
