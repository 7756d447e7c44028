import type { BacktestScore } from '@leeway/contract';

type Scored = Pick<BacktestScore, 'recall' | 'f1' | 'falseAlarms' | 'medianDelayMs'>;

/** What is traded off, each such that less is better; an unknown delay is the worst. */
const costs = ({ recall, falseAlarms, medianDelayMs }: Scored): number[] => [
  1 - (recall?.value ?? 0),
  falseAlarms?.perWeek ?? 0,
  medianDelayMs ?? Infinity,
];

/** Of each whether no other is at least as good in recall, false alarms and delay, and better in one of them. */
export function paretoOf(scores: readonly Scored[]): boolean[] {
  const all = scores.map(costs);
  return all.map((own) => !all.some((other) => dominates(other, own)));
}

const dominates = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((cost, i) => cost <= b[i]!) && a.some((cost, i) => cost < b[i]!);

/** Position of the best by F1, then by fewer false alarms, then by a shorter delay; null where nothing was found. */
export function bestOf(scores: readonly Scored[]): number | null {
  let best: number | null = null;
  for (const [i, score] of scores.entries()) {
    if (!score.f1) continue;
    if (best === null || before(score, scores[best]!)) best = i;
  }
  return best;
}

function before(a: Scored, b: Scored): boolean {
  if (a.f1 !== b.f1) return a.f1! > b.f1!;
  const [, alarmsA, delayA] = costs(a) as [number, number, number];
  const [, alarmsB, delayB] = costs(b) as [number, number, number];
  return alarmsA === alarmsB ? delayA < delayB : alarmsA < alarmsB;
}
