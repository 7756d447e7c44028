import type { GateResult } from '@leeway/contract';
import { escaped } from '../../check/render/junit.ts';
import { figure, signed } from '../gates/words.ts';

const WIDTH = 720;
const LABELS = 250;
const ROW = 30;
const TOP = 24;

/**
 * Differences with their intervals and the bar that they were held against, to the right what is better for the challenger.
 * Metrics have units of their own, so each row has its own scale; what is to be seen is the place of the interval against 0
 * and the bar.
 */
export function forestSvg(gates: readonly GateResult[]): string {
  const height = TOP + gates.length * ROW + 6;
  const middle = LABELS + (WIDTH - LABELS) / 2;
  const rows = gates.map((gate, i) => rowSvg(gate, TOP + i * ROW + ROW / 2, middle));
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="differences between challenger and champion">
<text x="${middle - 8}" y="14" text-anchor="end">champion better</text><text x="${middle + 8}" y="14">challenger better</text>
<path class="axis" d="M${middle} ${TOP - 4}V${height - 4}"/>${rows.join('')}</svg>`;
}

function rowSvg(gate: GateResult, y: number, middle: number): string {
  const sign = gate.better === 'lower' ? -1 : 1;
  const [point, a, b] = [gate.difference!, gate.lower!, gate.upper!].map((value) => sign * value) as [
    number,
    number,
    number,
  ];
  const bars = barsOf(gate);
  const reach = 1.1 * Math.max(...[point, a, b, ...bars].map(Math.abs), Number.MIN_VALUE);
  const x = (value: number) => Number((middle + (value / reach) * ((WIDTH - LABELS) / 2)).toFixed(1));
  const [from, to] = a < b ? [a, b] : [b, a];
  const marks = bars.map((bar) => `<path class="bar" d="M${x(bar)} ${y - 10}V${y + 10}"/>`).join('');
  const told = `${gate.name}: ${signed(gate.difference)} (${figure(gate.lower)} to ${figure(gate.upper)}), ${gate.verdict}`;
  return `<g class="${gate.verdict}"><title>${escaped(told)}</title><text x="0" y="${y + 4}">${escaped(clip(gate.name))}</text>${marks}<path class="line" d="M${x(from)} ${y}H${x(to)}M${x(from)} ${y - 4}V${y + 4}M${x(to)} ${y - 4}V${y + 4}"/><circle cx="${x(point)}" cy="${y}" r="4.5"/></g>`;
}

/** What an improvement had to be above, or between. */
function barsOf({ form, margin }: GateResult): number[] {
  if (margin === null || margin === 0) return [];
  if (form === 'superiority') return [margin];
  return form === 'equivalence' ? [-margin, margin] : [-margin];
}

const clip = (name: string): string => (name.length > 36 ? `${name.slice(0, 35)}…` : name);
