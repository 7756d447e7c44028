import { GateConfig, GateResult } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { judgeNumbers } from '../decide/judge-gates.ts';
import type { Evidence } from './gate.ts';
import { GATES } from './index.ts';
import { chance, evidenceOf, said, turned } from './testdata/evidence.ts';

type Given = Record<string, unknown>;
const judge = (config: Given, evidence: Evidence): GateResult => judgeNumbers([GateConfig.parse(config)], evidence)[0]!;

const plain = evidenceOf({ rows: 3000 });
const worse = turned(plain);
const same = { ...plain, champion: plain.challenger };
const alone: Evidence = { ...plain, champion: null, withoutChampion: 'no_champion' };
const unscored: Evidence = { ...plain, champion: null, withoutChampion: 'champion_not_scored' };
const few = evidenceOf({ rows: 150 });
/** Too sure of itself. */
const sure = { ...plain, challenger: said(plain.challenger.scores!.map((p) => (p < 0.5 ? p / 2 : 1 - (1 - p) / 2))) };
const twoRegimes = evidenceOf({ rows: 3000, oldRows: 1500 });

const compare = (more: Given = {}) => ({ type: 'compare', metric: 'log_loss', draws: 300, ...more });
const auc = (more: Given = {}) => ({ type: 'threshold', metric: 'roc_auc', ...more });
const slices = (more: Given = {}) => ({ type: 'slices', metric: 'log_loss', draws: 200, ...more });
const calibration = (more: Given = {}) => ({ type: 'calibration', draws: 200, ...more });
const fairness = (more: Given = {}) => ({ type: 'fairness', column: 'country', draws: 200, difference: 0.2, ...more });

/** One of each kind, for what all have in common. */
const EVERY: Given[] = [
  auc({ above: 0.6 }),
  compare(),
  slices({ margin: 0.1 }),
  calibration({ below: 0.2 }),
  fairness(),
  {
    type: 'any_of',
    gates: [
      { metric: 'log_loss', draws: 300 },
      { metric: 'roc_auc', draws: 300 },
    ],
  },
];

describe('every gate of numbers', () => {
  it('is tried here', () => {
    const kinds = Object.values(GATES).filter(({ phase }) => phase === 'numbers');
    expect(EVERY.map((gate) => gate['type']).sort()).toEqual(kinds.map(({ type }) => type).sort());
  });

  it.each(EVERY)('$type: one answer, complete, the same each time; few rows are inconclusive', (config) => {
    const found = judge(config, plain);
    expect(GateResult.parse(found)).toEqual(found);
    expect(found.statement).not.toBe('');
    expect(judge(config, plain)).toEqual(found);
    expect(judge(config, few)).toMatchObject({ verdict: 'inconclusive' });
    expect(JSON.parse(JSON.stringify(found))).toEqual(found); // no NaN, no Infinity
  });

  it.each(EVERY)('$type: without a champion nothing is proven by comparison', (config) => {
    for (const [evidence, reason] of [
      [alone, 'no_champion'],
      [unscored, 'champion_not_scored'],
    ] as const) {
      const found = judge(config, evidence);
      if (['threshold', 'calibration', 'fairness'].includes(found.type)) expect(found.verdict).toBe('pass');
      else expect(found).toMatchObject({ verdict: 'inconclusive', reason });
    }
  });
});

const rows: [intent: string, config: Given, evidence: Evidence, verdict: string, reason: string][] = [
  ['above the threshold', auc({ above: 0.6 }), plain, 'pass', 'meets_threshold'],
  ['below it', auc({ above: 0.99 }), plain, 'fail', 'misses_threshold'],
  ['between two', auc({ above: 0.6, below: 0.95 }), plain, 'pass', 'meets_threshold'],
  [
    'by its lower bound',
    { type: 'threshold', metric: 'accuracy', above: 0.7, use: 'lower' },
    plain,
    'pass',
    'meets_threshold',
  ],
  [
    'by the bound, too near',
    { type: 'threshold', metric: 'accuracy', above: 0.74, use: 'lower' },
    plain,
    'fail',
    'misses_threshold',
  ],
  ['no threshold', auc(), plain, 'inconclusive', 'no_threshold'],
  ['no such metric', { ...auc({ above: 0 }), metric: 'x' }, plain, 'inconclusive', 'unknown_metric'],
  ['a slice of too few', auc({ above: 0, slice: { country: 'fr' } }), plain, 'inconclusive', 'too_few_rows'],
  ['an old regime that there is not', auc({ above: 0, regime: 'old' }), plain, 'inconclusive', 'no_old_regime'],
  ['a regime', auc({ above: 0.6, regime: 'old' }), twoRegimes, 'pass', 'meets_threshold'],

  ['better than the champion', compare(), plain, 'pass', 'above_margin'],
  ['worse', compare(), worse, 'fail', 'below_margin'],
  ['equal', compare(), same, 'inconclusive', 'interval_holds_margin'],
  ['equal is not worse', compare({ form: 'non_inferiority' }), same, 'pass', 'above_margin'],
  ['equal is equivalent', compare({ form: 'equivalence', margin: 0.01 }), same, 'pass', 'within_margins'],
  ['better is not equivalent', compare({ form: 'equivalence', margin: 0.001 }), plain, 'fail', 'beyond_margins'],
  [
    'not worse by a share',
    compare({ form: 'non_inferiority', margin: { relative: 0.2 } }),
    worse,
    'pass',
    'above_margin',
  ],
  ['better by not enough', compare({ margin: 0.5 }), plain, 'fail', 'below_margin'],
  ['by DeLong', compare({ metric: 'roc_auc', test: 'delong' }), plain, 'pass', 'above_margin'],
  ['by DeLong, equal', compare({ metric: 'roc_auc', test: 'delong' }), same, 'inconclusive', 'no_variance'],
  ['by McNemar', compare({ metric: 'accuracy', test: 'mcnemar' }), worse, 'fail', 'below_margin'],
  [
    'by McNemar, equal',
    compare({ metric: 'accuracy', test: 'mcnemar' }),
    same,
    'inconclusive',
    'interval_holds_margin',
  ],
  ['by Diebold and Mariano', compare({ test: 'diebold_mariano' }), plain, 'pass', 'above_margin'],
  [
    'by Diebold and Mariano over days',
    compare({ test: 'diebold_mariano', resample: 'days' }),
    plain,
    'pass',
    'above_margin',
  ],
  ['by BCa', compare({ metric: 'f1', test: 'bca', resample: 'rows' }), worse, 'inconclusive', 'interval_holds_margin'],
  ['by blocks of time', compare({ resample: 'blocks' }), plain, 'pass', 'above_margin'],
  ['by customers', compare({ resample: { cluster: 'customer' } }), plain, 'pass', 'above_margin'],
  ['of a slice', compare({ slice: { country: 'nl' } }), plain, 'pass', 'above_margin'],
  ['of the old regime', compare({ regime: 'old' }), twoRegimes, 'pass', 'above_margin'],
  ['what cannot be compared', compare({ metric: 'max_error' }), plain, 'inconclusive', 'not_comparable'],
  [
    'which way is declared',
    compare({ metric: 'selection_rate', better: 'lower' }),
    same,
    'inconclusive',
    'interval_holds_margin',
  ],

  ['no slice is worse', slices({ margin: 0.02 }), plain, 'pass', 'all_slices_above_margin'],
  ['each slice is worse', slices({ margin: 0 }), worse, 'fail', 'slice_below_margin'],
  ['equal is not worse in any', slices({ margin: 0 }), same, 'pass', 'all_slices_above_margin'],
  ['no harm is shown', slices({ margin: 0, require: 'no_harm' }), same, 'pass', 'no_slice_harmed'],
  ['slices too small', slices({ minimumRows: 2000 }), plain, 'inconclusive', 'no_slice_of_enough_rows'],
  [
    'slices of numbers are quarters',
    slices({ margin: 0.02, columns: ['customer'] }),
    plain,
    'pass',
    'all_slices_above_margin',
  ],

  ['small errors', calibration({ below: 0.05 }), plain, 'pass', 'meets_threshold'],
  ['large errors', calibration({ below: 0.05 }), sure, 'fail', 'misses_threshold'],
  ['a line that fits', calibration({ slope: 0.2, intercept: 0.2 }), plain, 'pass', 'meets_threshold'],
  ['a line that does not', calibration({ slope: 0.1 }), sure, 'fail', 'misses_threshold'],
  ['not worse calibrated', calibration({ margin: 0.02 }), plain, 'pass', 'above_margin'],
  ['worse calibrated', calibration({ margin: 0.005 }), sure, 'fail', 'below_margin'],

  ['groups alike', fairness({ difference: 0.1 }), plain, 'pass', 'meets_threshold'],
  ['not more apart than before', fairness({ difference: undefined, margin: 0.05 }), plain, 'pass', 'above_margin'],
  ['four fifths', fairness({ difference: undefined, ratio: 0.8 }), plain, 'pass', 'meets_threshold'],
  ['a bound is more careful', fairness({ difference: 0.03, use: 'bound' }), plain, 'fail', 'misses_threshold'],
  ['groups too small', fairness({ minimumRows: 2000 }), plain, 'inconclusive', 'too_few_groups'],
  ['no such measure', fairness({ measure: 'x' }), plain, 'inconclusive', 'unknown_metric'],
];

describe('gates of numbers', () => {
  it.each(rows)('%s', (_, config, evidence, verdict, reason) => {
    expect(judge(config, evidence)).toMatchObject({ verdict, reason });
  });

  it('fails a model that treats one group worse', () => {
    const country = plain.columns.get('country')!;
    const codes = country.kind === 'categorical' ? country.codes : new Int32Array();
    const unfair = said(plain.challenger.scores!.map((score, row) => (codes[row] === 0 ? score * 0.6 : score)));
    const found = judge(fairness({ difference: 0.1, margin: 0.05 }), { ...plain, challenger: unfair });
    expect(found).toMatchObject({ verdict: 'fail', reason: 'misses_threshold' });
    expect(found.lower).toBeGreaterThan(0.05);
    expect(found.tables[0]!.rows).toHaveLength(2);
  });

  it('sees harm in one slice although the whole is better', () => {
    const country = plain.columns.get('country')!;
    const codes = country.kind === 'categorical' ? country.codes : new Int32Array();
    const random = chance(3);
    const mixed = said(
      plain.challenger.scores!.map((score, row) => (codes[row] === 1 && row % 3 === 0 ? 0.5 + 0.4 * random() : score)),
    );
    const evidence = {
      ...plain,
      challenger: mixed,
      champion: said(plain.challenger.scores!.map((p) => 0.5 + 0.6 * (p - 0.5))),
    };
    const found = judge(slices({ margin: 0 }), evidence);
    expect(found.verdict).toBe('fail');
    expect(found.statement).toContain('worse in country=de');
    expect(found.tables[0]!.rows.map((row) => row.at(-1))).toEqual(expect.arrayContaining(['fail', 'pass']));
  });

  it('needs more than a lucky one of several', () => {
    const gates = [
      { metric: 'log_loss', draws: 300 },
      { metric: 'roc_auc', draws: 300 },
    ];
    expect(judge({ type: 'any_of', gates }, plain)).toMatchObject({ verdict: 'pass', reason: 'above_margin' });
    expect(judge({ type: 'any_of', gates }, worse).verdict).toBe('fail');
    expect(judge({ type: 'any_of', gates }, same)).toMatchObject({ verdict: 'inconclusive' });
    // 300 draws can show p = 1/301; of ten comparisons Holm asks for a tenth of 0.025.
    const ten = Array.from({ length: 10 }, () => ({ metric: 'log_loss', draws: 300 }));
    expect(judge({ type: 'any_of', gates: ten }, plain)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'none_proven',
    });
  });

  it('draws whole days when there are enough of them, and rows otherwise', () => {
    // All rows of a day alike: as many days as there are, that is all there is to know.
    const alike = evidenceOf({ rows: 3000, days: 6 });
    for (const values of [alike.labels, alike.challenger.scores!, alike.champion!.scores!])
      values.set(values.map((_, i) => values[Math.floor(i / 500) * 500]!));
    const width = (given: Evidence) => {
      const { lower, upper } = judge(compare(), given);
      return upper! - lower!;
    };
    expect(width(alike)).toBeGreaterThan(5 * width({ ...alike, times: Float64Array.from(alike.times.keys()) }));
  });

  it('says how it was computed, and what was asked', () => {
    const found = judge(compare({ slice: { country: 'nl' }, name: 'the Dutch' }), plain);
    expect(found).toMatchObject({
      name: 'the Dutch',
      test: 'bootstrap of 7 days, 300 draws',
      n: 1500,
      confidence: 0.95,
    });
    expect(found.statement).toMatch(
      /^log_loss 0\.\d+ against 0\.\d+ of the champion, -0\.\d+, 95 % interval .*; asked was better by more than 0$/,
    );
  });
});
