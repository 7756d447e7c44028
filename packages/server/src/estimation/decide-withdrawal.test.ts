import type { TrackRecord } from '@leeway/stats';
import { summarizeCategorical, summarizeNumeric } from '@leeway/stats';
import { describe, expect, it } from 'vitest';
import { BINARY, MULTICLASS, modelConfig, REGRESSION } from '../testing/models.ts';
import { type EstimateEvidence, recordWithdrawal, withdrawalOf } from './decide-withdrawal.ts';
import { estimateMistakes } from './estimate-mistakes.ts';
import { unseenShare } from './unseen-share.ts';

const fine: EstimateEvidence = {
  refused: null,
  labelled: 5000,
  unseen: { column: 'x', share: 0.05 },
  gap: { gap: 0.04, byChance: 0.02, pValue: 0.2 },
  shift: { auc: 0.8, effectiveRows: 900, unsupported: 0.01 },
};

describe('an estimate is withdrawn', () => {
  it.each<[string, Partial<EstimateEvidence>, string | null, RegExp?]>([
    ['nothing speaks against it', {}, null],
    ['nothing is known', { unseen: null, gap: null, shift: null }, null],
    ['there is no reference', { refused: 'no_reference' }, 'no_reference'],
    ['there are too few labels', { refused: 'too_few_labels', labelled: 12 }, 'too_few_labels', /^12 labelled/],
    [
      'a class has few labels',
      { refused: 'too_few_labels', ofClass: { name: 'van', labelled: 7 } },
      'too_few_labels',
      /^7 of 5000 labels .* class "van"/,
    ],
    [
      'a class never occurs',
      { refused: 'one_class', ofClass: { name: 'van', labelled: 0 } },
      'one_class',
      /^no label .*"van"/,
    ],
    ['only one label occurs', { refused: 'one_class' }, 'one_class'],
    ['the scores are perfect', { refused: 'separable' }, 'separable'],
    ['values are new', { unseen: { column: 'age', share: 0.123 } }, 'unseen_values', /^12.3 % of the values of age/],
    ['a tenth of the values is new', { unseen: { column: 'age', share: 0.1 } }, null],
    ['the gap is large', { gap: { gap: 0.09, byChance: 0.02, pValue: 1e-9 } }, 'miscalibrated', /off .* by 0.09; 0.02/],
    ['the gap is large but may be chance', { gap: { gap: 0.09, byChance: 0.02, pValue: 0.01 } }, null],
    ['the gap is certain but small', { gap: { gap: 0.06, byChance: 0.02, pValue: 1e-9 } }, null],
    ['the rows are told apart', { shift: { ...fine.shift!, auc: 0.96 } }, 'strong_shift', /AUC of 0.96/],
    ['rows have no like', { shift: { ...fine.shift!, unsupported: 0.2 } }, 'strong_shift', /^20 % of the rows/],
    ['few rows are alike', { shift: { ...fine.shift!, effectiveRows: 42.7 } }, 'few_effective_rows', /^42 effective/],
    [
      'several things do, for the first',
      { refused: 'one_class', gap: { gap: 1, byChance: 0, pValue: 0 } },
      'one_class',
    ],
  ])('when %s', (_, evidence, code, reason) => {
    const found = withdrawalOf({ ...fine, ...evidence });
    expect(found?.code ?? null).toBe(code);
    if (reason) expect(found!.reason).toMatch(reason);
  });

  const bad: TrackRecord = {
    ...{ windows: 10, bias: 0.1, rmse: 0.1, realised: 0.8 },
    ...{ coverage: 0.3, coverageLower: 0.1, coverageUpper: 0.6 },
  };
  it.each<[string, TrackRecord | null, boolean]>([
    ['its record is bad', bad, true],
    ['it has no record', null, false],
    ['its record is short', { ...bad, windows: 4 }, false],
    ['its coverage may be good', { ...bad, coverageUpper: 0.81 }, false],
    ['its errors are of no account', { ...bad, rmse: 0.015 }, false],
    ['it had no intervals', { ...bad, coverage: null, coverageUpper: null }, false],
  ])('for one metric: %s', (_, record, withdrawn) => {
    expect(recordWithdrawal(record)?.code ?? null).toBe(withdrawn ? 'bad_record' : null);
  });
});

describe('the share of unseen values', () => {
  const numeric = (values: number[]) => summarizeNumeric(Float64Array.from(values), [0, 5, 10.5], 0);
  const categorical = (values: number[]) => summarizeCategorical(Float64Array.from(values), ['a', 'b', 'c']);
  it.each([
    ['numbers inside', numeric([0, 4, 10]), numeric([1, 2, 9]), 0],
    ['numbers outside', numeric([0, 4, 10]), numeric([-1, 2, 9, 20]), 0.5],
    ['a new category', categorical([0, 1]), categorical([0, 2, 2, 1]), 0.5],
    ['no row', numeric([1]), numeric([]), null],
    ['a reference without a row', numeric([]), numeric([1]), null],
    ['a cut list', { ...categorical([0]), other: 3 }, categorical([2]), null],
  ])('%s', (_, reference, current, share) => {
    expect(unseenShare(reference, current)).toBe(share);
  });
});

describe('mistakes in the configuration', () => {
  const mistakes = (model: object, estimate: object) => {
    const { monitors } = model as typeof BINARY;
    const config = modelConfig({ ...model, monitors: [{ ...monitors[0], estimate }] });
    return estimateMistakes(config, config.monitors[0]!).map(({ message }) => message);
  };
  it.each([
    ['none', BINARY, {}, []],
    ['none', REGRESSION, { method: 'dle', metrics: ['mae'] }, []],
    ['cbpe of a regression', REGRESSION, { method: 'cbpe' }, [expect.stringMatching(/^cbpe needs a binary model/)]],
    [
      'cbpe of classes without scores',
      { ...MULTICLASS, columns: { features: {} } },
      { method: 'cbpe' },
      [expect.stringMatching(/`scores`/)],
    ],
    ['cbpe of classes with scores', MULTICLASS, { method: 'cbpe', metrics: ['f1_macro'] }, []],
    ['dle of a classifier', BINARY, { method: 'dle' }, ['dle needs a regression']],
    ['weights for many classes', MULTICLASS, { method: 'importance_weighted' }, [expect.stringMatching(/^importance/)]],
    ['a misspelt metric', BINARY, { metrics: ['roc_acu'] }, ['"roc_acu" is not estimated; did you mean "roc_auc"?']],
  ])('%s', (_, model, estimate, expected) => {
    expect(mistakes(model, estimate)).toEqual(expected);
  });
});
