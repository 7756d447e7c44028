import type { LabelledScoreCounts } from '../score-counts.ts';

/** Rows counted by score, without bins. */
export function countRows(rows: { score: number; said: number; label: number }[]): LabelledScoreCounts {
  const scores = [...new Set(rows.map(({ score }) => score))].sort((a, b) => a - b);
  const at = new Map(scores.map((score, i) => [score, i]));
  const zeros = () => scores.map(() => 0);
  const counts = { scores, rows: zeros(), predicted: zeros(), positives: zeros(), truePositives: zeros() };
  for (const { score, said, label } of rows) {
    const i = at.get(score)!;
    counts.rows[i]! += 1;
    counts.predicted[i]! += said;
    counts.positives[i]! += label;
    counts.truePositives[i]! += said * label;
  }
  return counts;
}
