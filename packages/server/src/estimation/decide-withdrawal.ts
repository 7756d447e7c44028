import type { CalibrationGap, CalibrationRefusal, TrackRecord } from '@leeway/stats';

/** What is known of an estimator when it is asked about a window. Null: not known, which holds nothing against it. */
export interface EstimateEvidence {
  /** Why there is no model to estimate by. */
  refused: CalibrationRefusal | 'no_reference' | null;
  /** Labelled rows that it could learn from. */
  labelled: number;
  /** Of several classes, the one that is the reason, and its labelled rows. */
  ofClass?: { name: string; labelled: number } | null;
  /** The feature with the largest share of values that the reference never had. */
  unseen: { column: string; share: number } | null;
  /** Of the latest window with labels that this version served. */
  gap: Pick<CalibrationGap, 'gap' | 'byChance' | 'pValue'> | null;
  /** What a classifier that tells reference and window apart found. */
  shift: { auc: number; effectiveRows: number; unsupported: number } | null;
}

export interface Withdrawal {
  code:
    | 'no_reference'
    | 'too_few_labels'
    | 'one_class'
    | 'separable'
    | 'unseen_values'
    | 'miscalibrated'
    | 'strong_shift'
    | 'few_effective_rows'
    | 'bad_record';
  reason: string;
}

/** Above these an estimate is not given. */
export const LIMITS = {
  /** Share of a feature's values that the reference never had. */
  unseenShare: 0.1,
  /** Calibration error beyond that of chance, and the p-value of its test. */
  gap: 0.05,
  gapPValue: 0.001,
  /** AUC of the classifier that tells reference and window apart, and share of rows like none of the reference. */
  shiftAuc: 0.95,
  unsupported: 0.1,
  /** Below so many effective rows of the weighted reference. */
  effectiveRows: 100,
  /** The 95% interval of the coverage lies below this, over at least so many windows, */
  coverage: 0.8,
  recordWindows: 5,
  /** and the errors are more than this share of what was realised. */
  error: 0.02,
} as const;

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
const digits = (x: number): string => String(Math.round(x * 1000) / 1000);

/** Whether no estimate of the window can be trusted, and why; null where none speaks against it. Pure. */
export function withdrawalOf({ refused, labelled, ofClass, unseen, gap, shift }: EstimateEvidence): Withdrawal | null {
  switch (refused) {
    case 'no_reference':
      return { code: refused, reason: 'there is no reference yet' };
    case 'too_few_labels':
      if (ofClass && labelled >= 200) {
        const reason = `${ofClass.labelled} of ${labelled} labels to learn from are of the class "${ofClass.name}"; at least 20 of it, and 20 others, are wanted`;
        return { code: refused, reason };
      }
      return { code: refused, reason: `${labelled} labelled predictions of the version to learn from; 200 are wanted` };
    case 'one_class':
      return {
        code: refused,
        reason: ofClass
          ? `${ofClass.labelled === 0 ? 'no label' : 'every label'} to learn from is of the class "${ofClass.name}"`
          : 'all labels to learn from are the same',
      };
    case 'separable':
      return {
        code: refused,
        reason: 'the scores part the labels to learn from without error: no chance can be learned',
      };
    case null:
      break;
  }
  if (unseen && unseen.share > LIMITS.unseenShare) {
    const reason = `${percent(unseen.share)} of the values of ${unseen.column} are such as the reference never had`;
    return { code: 'unseen_values', reason };
  }
  if (shift && shift.unsupported > LIMITS.unsupported) {
    return { code: 'strong_shift', reason: `${percent(shift.unsupported)} of the rows are like none of the reference` };
  }
  if (shift && shift.auc > LIMITS.shiftAuc) {
    return {
      code: 'strong_shift',
      reason: `the rows are told from those of the reference with an AUC of ${digits(shift.auc)}`,
    };
  }
  if (shift && shift.effectiveRows < LIMITS.effectiveRows) {
    const reason = `${Math.floor(shift.effectiveRows)} effective rows of the reference are like those of the window; ${LIMITS.effectiveRows} are wanted`;
    return { code: 'few_effective_rows', reason };
  }
  if (gap && gap.pValue < LIMITS.gapPValue && gap.gap - gap.byChance > LIMITS.gap) {
    const reason = `the latest labels lie off the expected chances by ${digits(gap.gap)}; ${digits(gap.byChance)} would be chance`;
    return { code: 'miscalibrated', reason };
  }
  return null;
}

/** Whether one metric's estimates of the past were too far off to go on. Pure. */
export function recordWithdrawal(record: TrackRecord | null): Withdrawal | null {
  if (!record || record.windows < LIMITS.recordWindows) return null;
  const { coverage, coverageUpper, rmse, realised, windows } = record;
  if (coverage === null || coverageUpper === null || coverageUpper >= LIMITS.coverage) return null;
  // With very many rows the interval is so narrow that an error of no account lies outside of it.
  if (rmse <= LIMITS.error * Math.abs(realised)) return null;
  const reason = `of the last ${windows} windows, ${percent(coverage)} had the true value inside the interval; its error was ${digits(rmse)}`;
  return { code: 'bad_record', reason };
}
