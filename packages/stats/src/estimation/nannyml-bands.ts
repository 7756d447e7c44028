import type { Interval } from '../intervals/interval.ts';
import { confusionOf, type LabelledScoreCounts } from './score-counts.ts';

/** Deviation of the metric over single rows of the reference, and the share of rows that it rests on. */
export interface SamplingError {
  deviation: number;
  fraction: number;
}

/** Sampling errors that NannyML's bands are made of. */
export type SamplingErrors = Partial<
  Record<'roc_auc' | 'f1' | 'precision' | 'recall' | 'specificity' | 'accuracy', SamplingError>
>;

/**
 * The named mode `nannyml` of bands: what NannyML 0.13 learns of the reference for its confidence bands. They tell how a
 * metric of n rows scatters where nothing has changed, and leave the calibration's own error out. Average precision is
 * left out too: NannyML draws it at random without a seed. Absent where it has no row to rest on.
 */
export function nannymlSamplingErrors(reference: LabelledScoreCounts): SamplingErrors {
  const { tp, fp, fn, tn } = confusionOf(reference);
  const n = tp + fp + fn + tn;
  const share = (hits: number, of: number): SamplingError | undefined =>
    of === 0 ? undefined : { deviation: Math.sqrt((hits / of) * (1 - hits / of)), fraction: of / n };
  const hits = share(tp, tp + fp + fn);
  const errors = {
    roc_auc: aucError(reference),
    f1: hits && { ...hits, deviation: (hits.deviation * (tp + fp + fn)) / (tp + (fp + fn) / 2) },
    precision: share(tp, tp + fp),
    recall: share(tp, tp + fn),
    specificity: share(tn, tn + fp),
    accuracy: share(tp + tn, n),
  };
  return Object.fromEntries(Object.entries(errors).filter(([, error]) => error !== undefined));
}

/** The band around an estimate over `n` rows: three sampling errors to each side, cut at 0 and 1. */
export function nannymlBand(value: number, { deviation, fraction }: SamplingError, n: number): Interval {
  const error = deviation / Math.sqrt(n * fraction);
  return { lower: Math.max(0, value - 3 * error), upper: Math.min(1, value + 3 * error) };
}

/** Deviation of the share of the larger class that a row of the smaller one is ordered rightly against; ties half. */
function aucError({ rows, positives }: LabelledScoreCounts): SamplingError | undefined {
  const n = rows.reduce((sum, count) => sum + count, 0);
  const ones = positives.reduce((sum, count) => sum + count, 0);
  const few = Math.min(ones, n - ones);
  if (few === 0) return undefined;
  const inverted = ones > n / 2;
  const [small, large] = [positives, rows.map((count, i) => count - positives[i]!)];
  const [own, others] = inverted ? [[...large].reverse(), [...small].reverse()] : [small, large];
  let [below, sum, squares] = [0, 0, 0];
  for (let i = 0; i < own.length; i++) {
    const placement = (below + others[i]! / 2) / (n - few);
    sum += own[i]! * placement;
    squares += own[i]! * placement ** 2;
    below += others[i]!;
  }
  return { deviation: Math.sqrt(Math.max(0, squares / few - (sum / few) ** 2)), fraction: few / n };
}
