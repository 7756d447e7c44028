import { GateConfig } from '@leeway/contract';
import type { MetricEstimate, PairedComparison } from '@leeway/stats';
import { describe, expect, it } from 'vitest';
import { type Evaluation, judgeGates } from './judge-gates.ts';

const value = (number: number | null, reason?: MetricEstimate['reason']): MetricEstimate => ({
  value: number,
  lower: number,
  upper: number,
  n: 1000,
  ...(reason ? { reason } : {}),
});

const compared = (lower: number | null, upper: number | null): PairedComparison => ({
  metric: 'log_loss',
  better: 'lower',
  champion: 0.5,
  challenger: 0.4,
  difference: -0.1,
  lower,
  upper,
  probabilityBetter: 0.9,
  n: 1000,
  ...(lower === null ? { reason: 'one_class' as const } : {}),
});

const base: Evaluation = {
  rows: 1000,
  challenger: {
    roc_auc: value(0.8),
    log_loss: value(0.4),
    f1: value(null, 'no_data'),
    recall: value(0.9, 'insufficient'),
  },
  withoutChampion: null,
  compare: () => compared(-0.2, -0.05),
};

type Given = Record<string, unknown>;
const auc = (limits: Given) => ({ type: 'threshold', metric: 'roc_auc', ...limits });
const loss = (more: Given = {}) => ({ type: 'compare', metric: 'log_loss', ...more });

const rows: [intent: string, gates: Given[], evaluation: Partial<Evaluation>, verdict: string, reasons: string[]][] = [
  ['above the threshold', [auc({ above: 0.7 })], {}, 'pass', ['meets_threshold']],
  ['at the threshold', [auc({ above: 0.8 })], {}, 'fail', ['misses_threshold']],
  ['between two thresholds', [auc({ above: 0.7, below: 0.9 })], {}, 'pass', ['meets_threshold']],
  ['over the upper threshold', [auc({ above: 0.7, below: 0.75 })], {}, 'fail', ['misses_threshold']],
  ['no threshold', [auc({})], {}, 'inconclusive', ['no_threshold']],
  ['a metric that there is not', [{ ...auc({ above: 0 }), metric: 'x' }], {}, 'inconclusive', ['unknown_metric']],
  ['a metric without value', [{ ...auc({ above: 0 }), metric: 'f1' }], {}, 'inconclusive', ['no_data']],
  ['a metric of too few rows', [{ ...auc({ above: 0 }), metric: 'recall' }], {}, 'inconclusive', ['insufficient']],
  ['better than the champion', [loss()], {}, 'pass', ['above_margin']],
  ['better, but not by enough', [loss({ margin: 0.1 })], {}, 'inconclusive', ['interval_holds_margin']],
  ['perhaps better', [loss()], { compare: () => compared(-0.1, 0.1) }, 'inconclusive', ['interval_holds_margin']],
  ['worse', [loss()], { compare: () => compared(0.1, 0.2) }, 'fail', ['below_margin']],
  [
    'no worse',
    [loss({ form: 'non_inferiority', margin: 0.1 })],
    { compare: () => compared(-0.1, 0.05) },
    'pass',
    ['above_margin'],
  ],
  ['no interval', [loss()], { compare: () => compared(null, null) }, 'inconclusive', ['one_class']],
  ['not comparable row by row', [loss({ metric: 'f1' })], { compare: () => null }, 'inconclusive', ['not_comparable']],
  ['no champion yet', [loss()], { withoutChampion: 'no_champion' }, 'pass', ['no_champion']],
  [
    'no champion yet, and poor',
    [loss(), auc({ above: 0.9 })],
    { withoutChampion: 'no_champion' },
    'fail',
    ['no_champion', 'misses_threshold'],
  ],
  [
    'a champion that cannot be run',
    [loss()],
    { withoutChampion: 'champion_not_scored' },
    'inconclusive',
    ['champion_not_scored'],
  ],
  ['too few rows', [loss(), auc({ above: 0.9 })], { rows: 199 }, 'inconclusive', ['too_few_rows', 'too_few_rows']],
  [
    'too few rows and no champion',
    [loss()],
    { rows: 199, withoutChampion: 'no_champion' },
    'inconclusive',
    ['too_few_rows'],
  ],
  [
    'one of three fails',
    [auc({ above: 0.7 }), auc({ above: 0.9 }), loss({ margin: 0.1 })],
    {},
    'fail',
    ['meets_threshold', 'misses_threshold', 'interval_holds_margin'],
  ],
  ['no gates against a champion', [], {}, 'inconclusive', ['no_gates']],
  ['no gates and no champion', [], { withoutChampion: 'no_champion' }, 'pass', ['no_champion']],
  ['no gates and few rows', [], { rows: 0, withoutChampion: 'no_champion' }, 'inconclusive', ['too_few_rows']],
];

describe('judgeGates', () => {
  it.each(rows)('%s', (_, gates, evaluation, verdict, reasons) => {
    const configs = gates.map((gate) => GateConfig.parse(gate));
    const judged = judgeGates(configs, 200, { ...base, ...evaluation });
    expect(judged.gates.map((gate) => gate.reason)).toEqual(reasons);
    expect(judged.verdict).toBe(verdict);
  });

  it('tells the numbers of both', () => {
    const judged = judgeGates([GateConfig.parse(loss())], 200, base);
    expect(judged.gates[0]).toEqual({
      ...{ type: 'compare', metric: 'log_loss', verdict: 'pass', reason: 'above_margin', n: 1000 },
      ...{ champion: 0.5, challenger: 0.4, difference: -0.1, lower: -0.2, upper: -0.05 },
    });
  });
});
