import type { Block, LineChart, Tone } from '../section.ts';
import { escaped } from './junit.ts';
import { figure } from './words.ts';

/** A section of the report from its blocks; charts that follow each other stand side by side. */
export function sectionHtml(title: string, blocks: readonly Block[]): string {
  const charts = blocks.filter((block) => block.kind === 'lines');
  const others = blocks.filter((block) => block.kind !== 'lines').map(blockHtml);
  const pictures =
    charts.length > 0
      ? `<p class="legend"><span class="r"></span> reference <span class="c"></span> current</p><div class="charts">${charts.map(chartHtml).join('')}</div>`
      : '';
  return `<section><h2>${escaped(title)}</h2>${others.join('')}${pictures}</section>`;
}

const classOf = (tone: Tone | undefined) => (tone ? ` class="${tone}"` : '');

function blockHtml(block: Exclude<Block, LineChart>): string {
  if (block.kind === 'text') return `<p${classOf(block.tone)}>${escaped(block.text)}</p>`;
  if (block.rows.length === 0) return '';
  const head = block.head.map((title) => `<th>${escaped(title)}</th>`).join('');
  const rows = block.rows.map(
    ({ cells, tone }) => `<tr${classOf(tone)}>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
  );
  const title = block.title ? `<h3 class="rest">${escaped(block.title)}</h3>` : '';
  return `${title}<div class="scroll"><table><tr>${head}</tr>${rows.join('\n')}</table></div>`;
}

const SIZE = 240;
const LEFT = 34;
const BOTTOM = 26;

function chartHtml({ title, x, y, diagonal, series }: LineChart): string {
  const points = series.flatMap((line) => line.points);
  if (points.length === 0) return '';
  const [left, right] = endsOf(points.map(([at]) => at));
  const [low, high] = endsOf(points.map(([, at]) => at));
  const px = (at: number) => round(LEFT + ((at - left) / (right - left)) * (SIZE - LEFT));
  const py = (at: number) => round((SIZE - BOTTOM) * (1 - (at - low) / (high - low)) + 4);
  const path = (line: LineChart['series'][number]) =>
    line.points.map(([a, b], i) => `${i === 0 ? 'M' : 'L'}${px(a)} ${py(b)}`).join('');
  const lines = series.map((line) => `<path class="${line.of === 'reference' ? 'lr' : 'lc'}" d="${path(line)}"/>`);
  const rule = diagonal ? `<path class="diag" d="M${px(left)} ${py(low)}L${px(right)} ${py(high)}"/>` : '';
  const ends = [
    label(px(left), SIZE - 10, 'start', figure(left)),
    label(px(right), SIZE - 10, 'end', figure(right)),
    label((px(left) + px(right)) / 2, SIZE - 10, 'middle', x),
    label(LEFT - 3, py(low), 'end', figure(low)),
    label(LEFT - 3, py(high) + 6, 'end', figure(high)),
  ];
  return `<figure class="chart"><h3>${escaped(title)}</h3><svg viewBox="0 0 ${SIZE + 4} ${SIZE}" role="img" aria-label="${escaped(`${title}: ${y} over ${x}`)}"><path class="axis" fill="none" d="M${LEFT} 4V${SIZE - BOTTOM + 4}H${SIZE}"/>${rule}${lines.join('')}${ends.join('')}<title>${escaped(`${y} over ${x}`)}</title></svg></figure>`;
}

const round = (at: number) => Number(at.toFixed(1));
const label = (x: number, y: number, anchor: string, text: string) =>
  `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escaped(text)}</text>`;

/** The ends of an axis; a share is shown from 0 to 1. */
function endsOf(values: readonly number[]): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  if (low >= 0 && high <= 1) return [0, 1];
  return low === high ? [low - 1, high + 1] : [low, high];
}
