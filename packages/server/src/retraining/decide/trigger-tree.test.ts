import { causeOfTrigger, TriggerConfig, type TriggerNode } from '@leeway/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Drifted, Measured, Observation } from './observation.ts';
import { judgeTrigger } from './trigger-tree.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-03-10T12:00:00Z'); // a Tuesday
const ALWAYS = Date.parse('2026-01-01T00:00:00Z');

const measured = (value: number, more: Partial<Measured> = {}): Measured => ({
  ...{ value, windowEnd: NOW, better: 'higher', reference: 0.8, best: 0.85, promoted: 0.82 },
  ...more,
});
const drifted = (share: number | null, scores: Record<string, number>): Drifted => ({
  ...{ windowEnd: NOW, share },
  scores: new Map(Object.entries(scores)),
});

const nothing: Observation = {
  ...{ now: NOW, since: ALWAYS, lastBegun: null, championSince: null, firing: [] },
  ...{ measured: () => null, drifted: () => null, newLabels: null, newRows: null, dataEnd: null },
};

const fires = { firing: [{ id: 'al_1', rule: 'drop', windowEnd: NOW }] };
const auc = (limits: object) => ({ on: 'metric', metric: 'roc_auc', ...limits });
const of = (value: Measured | null) => ({ measured: () => value });
const scores = { drifted: () => drifted(0.4, { a: 1.2, b: 0.3, c: 0.9 }) };
const alert = { on: 'alert', rule: 'drop' };
const labels = { on: 'labels', atLeast: 100 };
const monday = { on: 'schedule', cron: '0 3 * * 1' };

const rows: [intent: string, trigger: object, seen: Partial<Observation>, truth: TriggerNode['truth']][] = [
  ['an alert of the rule fires', alert, fires, 'true'],
  ['an alert fires by a window from before the champion served', alert, { ...fires, championSince: NOW }, 'false'],
  ['an alert fires by a window of the champion', alert, { ...fires, championSince: NOW - 1 }, 'true'],
  [
    'the newest window is of the version before',
    auc({ below: 0.7 }),
    { ...of(measured(0.6)), championSince: Number.MAX_SAFE_INTEGER },
    'unknown',
  ],
  [
    'drift of a window before the champion',
    { on: 'drift', share: 0.4 },
    { ...scores, championSince: Number.MAX_SAFE_INTEGER },
    'unknown',
  ],
  ['an alert of another rule fires', { on: 'alert', rule: 'other' }, fires, 'false'],
  ['the time has come', monday, {}, 'true'],
  ['the time has come, and a run has begun before', monday, { lastBegun: NOW - 48 * HOUR }, 'true'],
  ['the time has come, and a run has begun since', monday, { lastBegun: NOW - HOUR }, 'false'],
  ['the time came before it was configured', monday, { since: NOW - HOUR }, 'false'],
  ['to the moment', { on: 'schedule', cron: '0 12 * * *' }, { since: NOW }, 'true'],
  [
    'a time of another zone has come',
    { ...monday, cron: '0 0 10 3 *', timeZone: 'Asia/Tokyo' },
    { since: NOW - 22 * HOUR },
    'true',
  ],
  [
    'in that zone, and before it was configured',
    { ...monday, cron: '0 0 10 3 *', timeZone: 'Asia/Tokyo' },
    { since: NOW - 13 * HOUR },
    'false',
  ],
  ['below the limit', auc({ below: 0.7 }), of(measured(0.69)), 'true'],
  ['at the limit', auc({ below: 0.7 }), of(measured(0.7)), 'false'],
  ['above the limit', auc({ above: 0.7 }), of(measured(0.71)), 'true'],
  ['outside of two limits', auc({ above: 0.9, below: 0.7 }), of(measured(0.6)), 'true'],
  ['within two limits', auc({ above: 0.9, below: 0.7 }), of(measured(0.8)), 'false'],
  ['no window has a value', auc({ below: 0.7 }), of(null), 'unknown'],
  ['worse than the champion was', auc({ drop: { absolute: 0.05 } }), of(measured(0.765)), 'true'],
  ['hardly worse than the champion was', auc({ drop: { absolute: 0.05 } }), of(measured(0.78)), 'false'],
  [
    'worse than the reference by a share',
    auc({ drop: { relative: 0.1, against: 'reference' } }),
    of(measured(0.72)),
    'true',
  ],
  ['hardly worse by a share', auc({ drop: { relative: 0.1, against: 'reference' } }), of(measured(0.73)), 'false'],
  ['worse than its best window', auc({ drop: { absolute: 0.05, against: 'best' } }), of(measured(0.79)), 'true'],
  ['of a loss, more is worse', auc({ drop: { absolute: 0.05 } }), of(measured(0.88, { better: 'lower' })), 'true'],
  ['of a loss, less is not', auc({ drop: { absolute: 0.05 } }), of(measured(0.7, { better: 'lower' })), 'false'],
  ['nothing to compare with', auc({ drop: { absolute: 0.05 } }), of(measured(0.1, { promoted: null })), 'unknown'],
  ['enough features drifted', { on: 'drift', share: 0.4 }, scores, 'true'],
  ['too few features drifted', { on: 'drift', share: 0.5 }, scores, 'false'],
  ['one of the columns drifted', { on: 'drift', columns: ['a', 'b'] }, scores, 'true'],
  ['none of the columns drifted', { on: 'drift', columns: ['b', 'c'] }, scores, 'false'],
  ['too few of the columns drifted', { on: 'drift', columns: ['a', 'b'], share: 0.6 }, scores, 'false'],
  ['nothing is known of the column', { on: 'drift', columns: ['z'] }, scores, 'unknown'],
  ['no window has judged drift', { on: 'drift', share: 0.1 }, {}, 'unknown'],
  ['enough labels', labels, { newLabels: 100 }, 'true'],
  ['too few labels', labels, { newLabels: 99 }, 'false'],
  ['labels were not counted', labels, {}, 'unknown'],
  ['enough rows', { on: 'data', atLeast: 5 }, { newRows: 6 }, 'true'],
  ['all of two', { all: [alert, labels] }, { ...fires, newLabels: 100 }, 'true'],
  ['one of two is not enough', { all: [alert, labels] }, { ...fires, newLabels: 1 }, 'false'],
  ['all, one unknown', { all: [alert, labels] }, fires, 'unknown'],
  ['all, one false and one unknown', { all: [alert, labels] }, {}, 'false'],
  ['any of two', { any: [alert, labels] }, { newLabels: 100 }, 'true'],
  ['any, one true and one unknown', { any: [alert, labels] }, fires, 'true'],
  ['any, one false and one unknown', { any: [alert, labels] }, {}, 'unknown'],
  ['any of two false', { any: [alert, labels] }, { newLabels: 1 }, 'false'],
  ['not what is false', { all: [labels, { not: alert }] }, { newLabels: 100 }, 'true'],
  ['not what is true', { all: [labels, { not: alert }] }, { newLabels: 100, ...fires }, 'false'],
  ['not what is unknown', { all: [alert, { not: labels }] }, fires, 'unknown'],
];

describe('judgeTrigger', () => {
  it.each(rows)('%s', (_, trigger, seen, truth) => {
    const judged = judgeTrigger(TriggerConfig.parse(trigger), { ...nothing, ...seen });
    expect(judged.truth).toBe(truth);
    expect(judged.nodes[0]!.truth).toBe(truth);
    expect(judged.occasion !== '').toBe(truth === 'true');
    expect(judged.reason !== '' || truth !== 'true').toBe(true);
  });

  it('tells the tree from top to bottom, with the value and the limit of each condition', () => {
    const trigger = TriggerConfig.parse({ all: [alert, { any: [labels, { not: auc({ below: 0.7 }) }] }] });
    const seen = { ...nothing, ...fires, newLabels: 40, ...of(measured(0.75)) };
    const { nodes, occasion } = judgeTrigger(trigger, seen);
    expect(nodes.map(({ depth, kind, truth, value, limit }) => [depth, kind, truth, value, limit])).toEqual([
      [0, 'all', 'true', null, null],
      [1, 'alert', 'true', null, null],
      [1, 'any', 'true', null, null],
      [2, 'labels', 'false', 40, 100],
      [2, 'not', 'true', null, null],
      [3, 'metric', 'false', 0.75, 0.7],
    ]);
    expect(occasion).toBe(`alert al_1 ${NOW}`);
  });

  it('another lot of labels is another occasion, one more label is not', () => {
    const trigger = TriggerConfig.parse(labels);
    const of = (newLabels: number) => judgeTrigger(trigger, { ...nothing, newLabels }).occasion;
    expect(of(101)).toBe(of(100));
    expect(of(200)).not.toBe(of(100));
  });

  it('names what a run of it comes from', () => {
    const causes = [alert, monday, auc({ below: 1 }), labels, { any: [alert] }, { ...labels, name: 'plenty' }];
    expect(causes.map((trigger, i) => causeOfTrigger(TriggerConfig.parse(trigger), i))).toEqual([
      ...['alert:drop', 'schedule', 'metric:roc_auc', 'labels', 'condition-5', 'plenty'],
    ]);
  });

  it('knowing more never turns true into false or false into true', () => {
    const leaf = fc.constantFrom(
      alert,
      labels,
      auc({ below: 0.7 }),
      { on: 'drift', share: 0.3 },
      { on: 'data', atLeast: 5 },
    );
    const { tree } = fc.letrec<{ tree: object }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.record({ all: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
        fc.record({ any: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
        fc.record({ not: tie('tree') }),
      ),
    }));
    const known = fc.record({
      newLabels: fc.nat(200),
      newRows: fc.nat(10),
      value: fc.double({ min: 0, max: 1, noNaN: true }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      fires: fc.boolean(),
    });
    const hidden = fc.record({ labels: fc.boolean(), rows: fc.boolean(), value: fc.boolean(), drift: fc.boolean() });
    fc.assert(
      fc.property(tree, known, hidden, (given, facts, hide) => {
        const trigger = TriggerConfig.parse(given);
        const whole: Observation = {
          ...{ ...nothing, ...(facts.fires ? fires : {}), newLabels: facts.newLabels, newRows: facts.newRows },
          ...{ measured: () => measured(facts.value), drifted: () => drifted(facts.share, {}) },
        };
        const less: Observation = {
          ...whole,
          ...(hide.labels && { newLabels: null }),
          ...(hide.rows && { newRows: null }),
          ...(hide.value && { measured: () => null }),
          ...(hide.drift && { drifted: () => null }),
        };
        const [all, some] = [judgeTrigger(trigger, whole).truth, judgeTrigger(trigger, less).truth];
        expect(all).not.toBe('unknown');
        expect(['unknown', all]).toContain(some);
      }),
    );
  });
});
