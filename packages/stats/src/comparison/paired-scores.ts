/** Predictions of two models for the same rows. */
export interface PairedScores {
  /** True outcomes; 0 or 1 for metrics of a binary classifier. */
  labels: Float64Array;
  champion: Float64Array;
  challenger: Float64Array;
}

/** @throws RangeError when the columns differ in length, or hold a value that is not finite. */
export function assertPaired(scores: PairedScores): void {
  for (const name of ['labels', 'champion', 'challenger'] as const) {
    const column = scores[name];
    if (column.length !== scores.labels.length) {
      throw new RangeError(`Paired rows: ${scores.labels.length} labels but ${column.length} values of ${name}.`);
    }
    const bad = column.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new RangeError(`Paired rows: ${name}[${bad}] is ${column[bad]}, expected a finite number.`);
  }
}

/** Rows in ascending order of their score. */
export interface ScoreOrder {
  row: Int32Array;
  positive: Uint8Array;
  /** 1 at the last row of each run of equal scores. */
  endsTie: Uint8Array;
}

export function orderByScore(labels: Float64Array, scores: Float64Array): ScoreOrder {
  const row = Int32Array.from(labels.keys()).sort((a, b) => scores[a]! - scores[b]!);
  return {
    row,
    positive: Uint8Array.from(row, (r) => (labels[r]! > 0 ? 1 : 0)),
    endsTie: Uint8Array.from(row, (r, i) => (scores[r] === scores[row[i + 1]!] ? 0 : 1)),
  };
}
