/**
 * Rows of a binary classifier counted by score, as columns: all that CBPE needs of them. Scores ascend strictly and are
 * probabilities of the positive class, as the model said them. Where scores were binned, each is the mean of its bin.
 */
export interface ScoreCounts {
  scores: readonly number[];
  rows: readonly number[];
  /** Of these, the rows that were predicted positive. */
  predicted: readonly number[];
}

/** The same of rows with labels. */
export interface LabelledScoreCounts extends ScoreCounts {
  /** Rows whose label is positive. */
  positives: readonly number[];
  /** Rows whose label is positive and that were predicted positive. */
  truePositives: readonly number[];
}

/** The confusion matrix of labelled rows. */
export interface Confusion {
  tp: number;
  fp: number;
  fn: number;
  tn: number;
}

export function confusionOf({ rows, predicted, positives, truePositives }: LabelledScoreCounts): Confusion {
  const [n, said, true_, tp] = [rows, predicted, positives, truePositives].map((column) =>
    column.reduce((sum, count) => sum + count, 0),
  ) as [number, number, number, number];
  return { tp, fp: said - tp, fn: true_ - tp, tn: n - said - true_ + tp };
}

/** @throws RangeError where scores do not ascend, are no probabilities, or a count is impossible. */
export function assertScoreCounts({ scores, rows, predicted }: ScoreCounts): void {
  if (rows.length !== scores.length || predicted.length !== scores.length) {
    throw new RangeError(`${scores.length} scores take as many counts, got ${rows.length} and ${predicted.length}.`);
  }
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    if (!(score >= 0 && score <= 1)) throw new RangeError(`A score is a probability, got ${score}.`);
    if (i > 0 && score <= scores[i - 1]!) throw new RangeError(`Scores ascend, got ${scores[i - 1]} before ${score}.`);
    if (!(rows[i]! >= predicted[i]! && predicted[i]! >= 0)) {
      throw new RangeError(`Score ${score}: ${predicted[i]} of ${rows[i]} rows cannot be predicted positive.`);
    }
  }
}

/**
 * Scores are binned by this part of their log odds: 1/4000 of probability in the middle, and finer towards 0 and 1, where
 * the scores of rare events crowd. Estimates err by less than 1e-4 for it; where fewer scores occur than bins, by nothing.
 */
export const BINS_OF_LOG_ODDS = 1000;

/**
 * Counts rows by score; labels and predictions are 0 and 1. A bin is represented by the mean of its scores.
 *
 * @throws RangeError for columns of other lengths, or scores that are no probabilities.
 */
export function countByScore(
  scores: Float64Array,
  predicted: ArrayLike<number>,
  labels: ArrayLike<number>,
): LabelledScoreCounts {
  if (predicted.length !== scores.length || labels.length !== scores.length) {
    throw new RangeError(
      `Counted are as many: ${scores.length} scores, ${predicted.length} predicted, ${labels.length} labels.`,
    );
  }
  const bins = new Map<number, { sum: number; n: number; said: number; ones: number; hits: number }>();
  scores.forEach((score, i) => {
    if (!(score >= 0 && score <= 1)) throw new RangeError(`A score is a probability, got ${score}.`);
    const key = Math.floor(BINS_OF_LOG_ODDS * Math.log(score / (1 - score)));
    const bin = bins.get(key) ?? { sum: 0, n: 0, said: 0, ones: 0, hits: 0 };
    bin.sum += score;
    bin.n += 1;
    bin.said += predicted[i]!;
    bin.ones += labels[i]!;
    bin.hits += predicted[i]! * labels[i]!;
    bins.set(key, bin);
  });
  const ordered = [...bins.values()].sort((a, b) => a.sum / a.n - b.sum / b.n);
  return joinEqualScores({
    scores: ordered.map(({ sum, n }) => sum / n),
    rows: ordered.map(({ n }) => n),
    predicted: ordered.map(({ said }) => said),
    positives: ordered.map(({ ones }) => ones),
    truePositives: ordered.map(({ hits }) => hits),
  });
}

/** Joins bins whose scores came out equal, or a hair below the one before: next to 0 and 1 a mean is not that exact. */
export function joinEqualScores(counts: LabelledScoreCounts): LabelledScoreCounts {
  const { scores } = counts;
  if (!scores.some((score, i) => i > 0 && score <= scores[i - 1]!)) return counts;
  const joined: { [K in keyof LabelledScoreCounts]: number[] } = {
    ...{ scores: [], rows: [], predicted: [], positives: [], truePositives: [] },
  };
  scores.forEach((score, i) => {
    const last = joined.scores.length - 1;
    const same = last >= 0 && score <= joined.scores[last]!;
    if (!same) joined.scores.push(score);
    for (const column of ['rows', 'predicted', 'positives', 'truePositives'] as const) {
      if (same) joined[column][last]! += counts[column][i]!;
      else joined[column].push(counts[column][i]!);
    }
  });
  return joined;
}
