import type { RunEvaluation } from '@leeway/contract';

const SIZE = 260;
const EDGE = 26;

type Curves = NonNullable<RunEvaluation['calibration']>;

/** Share of positives over the mean score of each bin; on the diagonal, scores are probabilities. */
export function calibrationSvg({ challenger, champion }: Curves): string {
  const at = (value: number) => EDGE + value * (SIZE - EDGE - 6);
  const x = (score: number) => Number(at(score).toFixed(1));
  const y = (share: number) => Number((SIZE - at(share)).toFixed(1));
  const line = (points: Curves['challenger'], name: string) =>
    points.length === 0
      ? ''
      : `<path class="${name}" d="${points.map(({ score, positives }, i) => `${i === 0 ? 'M' : 'L'}${x(score)} ${y(positives)}`).join('')}"/>`;
  return `<svg viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-label="share of positives over the score">
<path class="axis" d="M${x(0)} ${y(1)}V${y(0)}H${x(1)}"/><path class="diagonal" d="M${x(0)} ${y(0)}L${x(1)} ${y(1)}"/>${line(champion ?? [], 'champion')}${line(challenger, 'challenger')}
<text x="${x(0)}" y="${SIZE - 8}">0</text><text x="${x(1)}" y="${SIZE - 8}" text-anchor="end">1</text><text x="${x(0.5)}" y="${SIZE - 8}" text-anchor="middle">score</text><text x="2" y="${y(1) + 8}">1</text></svg>`;
}
