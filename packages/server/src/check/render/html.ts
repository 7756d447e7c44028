import type { CheckedFiles } from '../check-files.ts';
import type { CheckResult, ColumnResult } from '../result.ts';
import { type Ecdf, toEcdf } from './ecdf.ts';
import { type Histogram, toHistogram } from './histogram.ts';
import { sectionHtml } from './html-blocks.ts';
import { escaped } from './junit.ts';
import { absentSections, shownSections } from './sections.ts';
import {
  columnState,
  count,
  decidesByP,
  figure,
  howComputed,
  pValue,
  reasonText,
  testLabel,
  VERDICTS,
} from './words.ts';

/** Pictures beyond this number would only make the file large: the table holds every column. */
const MOST_PICTURES = 100;

/** The result as one HTML file that needs nothing else: no script, no font, no picture from outside. Pure. */
export function renderHtml({ result, summaries }: CheckedFiles): string {
  const { verdict, reasons, reference, current, drift } = result;
  const pictures = drift.columns.slice(0, MOST_PICTURES);
  const body = [
    `<header class="${verdict}"><p class="verdict">${VERDICTS[verdict]}</p><h1>${escaped(reasons[0] ?? '')}</h1>${moreReasons(reasons.slice(1))}`,
    `<p><b>${escaped(current.path)}</b> (${count(current.rows)} rows) against <b>${escaped(reference.path)}</b> (${count(reference.rows)} rows)</p></header>`,
    qualitySection(result),
    driftSection(result),
    slicesSection(result),
    ...shownSections(result).map(({ title, blocks }) => sectionHtml(title, blocks)),
    `<section><h2>Distributions</h2><p class="legend"><span class="r"></span> reference <span class="c"></span> current; share of rows, and of numbers the share of values below</p><div class="cards">`,
    ...pictures.map((column) => card(column, summaries.get(column.column))),
    '</div>',
    drift.columns.length > MOST_PICTURES ? `<p>The ${MOST_PICTURES} most drifted columns are shown.</p>` : '',
    '</section>',
    `<section><h2>How this was computed</h2><ul>${howComputed(result)
      .map((line) => `<li>${escaped(line)}</li>`)
      .join('')}</ul>`,
    `<ul class="dim">${absentSections(result)
      .map((line) => `<li>${escaped(line)}</li>`)
      .join('')}</ul></section>`,
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>leeway check: ${VERDICTS[verdict].toLowerCase()}</title><style>${STYLE}</style></head>
<body><main>
${body.filter((part) => part !== '').join('\n')}
</main></body></html>
`;
}

const moreReasons = (reasons: readonly string[]): string =>
  reasons.length === 0 ? '' : `<ul>${reasons.map((reason) => `<li>${escaped(reason)}</li>`).join('')}</ul>`;

const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2330;--dim:#5d6778;--line:#dde2ea;--soft:#f5f7fa;--bad:#b3261e;--good:#1a7340;--warn:#8a5a00;--ref:#9aa5b5;--cur:#2563c9}
@media (prefers-color-scheme:dark){:root{--bg:#12161d;--fg:#e6eaf0;--dim:#9aa5b5;--line:#2b3340;--soft:#1a202a;--bad:#ff8a80;--good:#6fd39a;--warn:#f0c060;--ref:#5f6b7c;--cur:#7fb0ff}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
main{max-width:1120px;margin:0 auto;padding:24px}h1{font-size:22px;margin:4px 0 8px;line-height:1.3}h2{font-size:17px;margin:0 0 8px}h3{font-size:14px;margin:0;overflow-wrap:anywhere}
header{border-left:6px solid var(--warn);padding:4px 0 4px 16px;margin-bottom:24px}header.ok{border-color:var(--good)}header.findings{border-color:var(--bad)}
header ul{margin:0 0 8px}header p{margin:0;overflow-wrap:anywhere}.verdict{font-weight:700;letter-spacing:.04em;color:var(--warn)}.ok .verdict{color:var(--good)}.findings .verdict{color:var(--bad)}
section{margin:0 0 28px}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th{text-align:left;color:var(--dim);font-weight:600}th,td{padding:5px 12px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}td.n,th.n{text-align:right}
.rest{margin-top:12px}.bad{color:var(--bad);font-weight:600}.dim,.legend,small{color:var(--dim)}ul{margin:0;padding-left:20px}
meter-bar{display:inline-block;position:relative;width:96px;height:9px;background:var(--soft);border:1px solid var(--line);vertical-align:middle}
meter-bar i{position:absolute;inset:0 auto 0 0;background:var(--ref)}meter-bar.bad i{background:var(--bad)}meter-bar:after{content:"";position:absolute;left:50%;top:-3px;bottom:-3px;border-left:1px solid var(--fg)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(250px,1fr));gap:12px}.card{border:1px solid var(--line);border-radius:6px;padding:10px 12px;break-inside:avoid}
.card p{margin:0;font-size:12px;color:var(--dim)}.card.drift{border-color:var(--bad)}svg{display:block;width:100%;height:auto;margin-top:6px}svg text{font:10px system-ui,sans-serif;fill:var(--dim)}
.fr{fill:var(--ref);opacity:.75}.lc{fill:none;stroke:var(--cur);stroke-width:1.6;stroke-linejoin:round}.fc{fill:var(--cur)}
.chart{max-width:340px}.axis{stroke:var(--line)}.diag{stroke:var(--dim);stroke-dasharray:3 3}.lr{fill:none;stroke:var(--ref);stroke-width:1.8}.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(280px,1fr));gap:16px;margin-top:12px}
.warn{color:var(--warn)}.legend span{display:inline-block;width:12px;height:10px;margin-left:6px}.legend .r{background:var(--ref)}.legend .c{background:var(--cur)}
@media print{:root{color-scheme:light;--bg:#fff;--fg:#000;--dim:#444;--line:#bbb;--ref:#aaa;--cur:#1d4f9f;--bad:#9a1b14}main{max-width:none;padding:0}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}.cards{grid-template-columns:repeat(3,1fr)}}
`.replaceAll('\n', '');

function qualitySection({ quality }: CheckResult): string {
  if (quality.length === 0) return '<section><h2>Data quality</h2><p class="dim">Nothing found.</p></section>';
  const items = quality.slice(0, 200).map(({ column, severity, message }) => {
    const name = column ? `<b>${escaped(column)}</b>: ` : '';
    return severity === 'finding'
      ? `<li><span class="bad">${name}${escaped(message)}</span></li>`
      : `<li class="dim">${name}${escaped(message)}</li>`;
  });
  const rest = quality.length > 200 ? `<li class="dim">and ${quality.length - 200} more</li>` : '';
  return `<section><h2>Data quality</h2><ul>${items.join('')}${rest}</ul></section>`;
}

function driftSection({ drift }: CheckResult): string {
  const rows = drift.columns.map((column) => {
    const state = columnState(column);
    const limit = decidesByP(column.test) ? `p &lt; ${column.threshold}` : `≥ ${column.threshold}`;
    const filled = Math.round(Math.min(2, column.score ?? 0) * 50);
    const role = column.role === 'feature' ? '' : ` <small>${column.role}</small>`;
    return `<tr><td>${escaped(column.column)}${role}</td><td>${state === 'drift' ? '<span class="bad">drift</span>' : state} <small>${reasonText(column.reason)}</small></td><td title="${escaped(testLabel(column.test))}">${column.test}</td><td class="n">${figure(column.statistic)}</td><td class="n">${limit}</td><td class="n">${escaped(pValue(column.adjusted_p_value))}</td><td><meter-bar${state === 'drift' ? ' class="bad"' : ''}><i style="width:${filled}%"></i></meter-bar></td></tr>`;
  });
  const skipped = drift.skipped.map(({ column, reason }) => `<li><b>${escaped(column)}</b>: ${escaped(reason)}</li>`);
  return `<section><h2>Drift</h2><p class="dim">${drift.drifted} of ${drift.judged} columns drifted; the bar shows the effect, the mark its limit.</p><div class="scroll"><table><tr><th>column</th><th></th><th>test</th><th class="n">statistic</th><th class="n">threshold</th><th class="n">p, corrected</th><th>effect</th></tr>${rows.join('\n')}</table></div>${skipped.length > 0 ? `<h3 class="rest">Not compared</h3><ul class="dim">${skipped.join('')}</ul>` : ''}</section>`;
}

function slicesSection({ by }: CheckResult): string {
  if (!by) return '';
  const rows = by.slices.map(({ value, reference, current, drift }) => {
    const worst = drift.columns.filter(({ drifted }) => drifted).slice(0, 5);
    const state =
      drift.verdict === 'drift'
        ? '<span class="bad">drift</span>'
        : drift.verdict === 'no_drift'
          ? 'ok'
          : 'too few rows';
    return `<tr><td>${escaped(value)}</td><td class="n">${count(reference.rows)}</td><td class="n">${count(current.rows)}</td><td>${state}</td><td>${drift.drifted} of ${drift.judged}</td><td>${worst.map(({ column }) => escaped(column)).join(', ')}</td></tr>`;
  });
  return `<section><h2>Drift by ${escaped(by.column)}</h2><div class="scroll"><table><tr><th>value</th><th class="n">reference rows</th><th class="n">current rows</th><th></th><th>drifted</th><th>worst</th></tr>${rows.join('')}</table></div></section>`;
}

function card(
  column: ColumnResult,
  summaries: Parameters<typeof toHistogram> extends [infer A, infer B]
    ? { reference: A; current: B } | undefined
    : never,
): string {
  if (!summaries) return '';
  const about = `${column.test} ${figure(column.statistic)}${column.reason ? `, ${reasonText(column.reason)}` : ''}`;
  const ecdf = toEcdf(summaries.reference, summaries.current);
  const histogram = toHistogram(summaries.reference, summaries.current);
  const picture = drawHistogram(histogram) + (ecdf ? drawEcdf(ecdf, !histogram.continuous) : '');
  return `<div class="card ${column.drifted ? 'drift' : ''}"><h3>${escaped(column.column)}</h3><p>${column.drifted ? '<span class="bad">drift</span> ' : ''}${about}</p>${picture}</div>`;
}

const WIDTH = 260;
const HEIGHT = 84;
const ECDF_HEIGHT = 48;

/** Filled steps for the reference, a line over them for the current file; categories are pairs of bars. */
function drawHistogram({ bars, continuous }: Histogram): string {
  if (bars.length === 0) return '<p>no values to draw</p>';
  const top = Math.max(...bars.flatMap(({ reference, current }) => [reference, current])) || 1;
  const y = (share: number) => round(HEIGHT - (share / top) * (HEIGHT - 4));
  const body = continuous ? steps(bars, y) : pairs(bars, y);
  // Under many bars only some names have room.
  const every = Math.ceil(bars.length / 12);
  const named = bars.flatMap(({ label }, i) =>
    i % every === 0 ? [{ label, at: ((i + 0.5) * WIDTH) / bars.length }] : [],
  );
  const ends = continuous
    ? [textAt(0, 'start', bars[0]!.label), textAt(WIDTH, 'end', bars.at(-1)!.label)]
    : named.map(({ label, at }) => textAt(round(at), 'middle', clip(label, named.length)));
  const described = bars.map((bar) => `${bar.label}: ${share(bar.reference)} / ${share(bar.current)}`).join('; ');
  const title = continuous ? '' : `<title>${escaped(described)}</title>`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT + 14}" role="img" aria-label="reference and current">${title}${body}${ends.join('')}</svg>`;
}

function steps(bars: Histogram['bars'], y: (share: number) => number): string {
  const own = bars.slice(0, -1);
  const width = WIDTH / own.length;
  const outline = (side: 'reference' | 'current') =>
    own
      .map((bar, i) => `${i === 0 ? 'M' : 'H'}${round(i * width)}${i === 0 ? ` ${y(bar[side])}` : `V${y(bar[side])}`}`)
      .join('');
  return `<path class="fr" d="${outline('reference')}H${WIDTH}V${HEIGHT}H0z"/><path class="lc" d="${outline('current')}H${WIDTH}"/>`;
}

function pairs(bars: Histogram['bars'], y: (share: number) => number): string {
  const width = WIDTH / bars.length;
  const half = round(Math.min(28, width * 0.4));
  const path = (side: 'reference' | 'current', shift: number) =>
    bars
      .filter((bar) => bar[side] > 0)
      .map((bar) => `M${round((bars.indexOf(bar) + 0.5) * width + shift)} ${HEIGHT}V${y(bar[side])}h${half}V${HEIGHT}z`)
      .join('');
  return `<path class="fr" d="${path('reference', -half)}"/><path class="fc" d="${path('current', 0)}"/>`;
}

/** Both distribution functions over each other; where they lie apart, the column has moved. Few values make steps. */
function drawEcdf({ points }: Ecdf, stepped: boolean): string {
  const [first, ...rest] = points;
  const x = (at: number) => round(at * WIDTH);
  const y = (share: number) => round((1 - share) * ECDF_HEIGHT + 1);
  const line = (side: 'reference' | 'current', name: string) => {
    const way = rest.map((point) =>
      stepped ? `V${y(point[side])}H${x(point.at)}` : `L${x(point.at)} ${y(point[side])}`,
    );
    return `<path class="${name}" d="M${x(first!.at)} ${y(first![side])}${way.join('')}"/>`;
  };
  return `<svg viewBox="0 0 ${WIDTH} ${ECDF_HEIGHT + 2}" role="img" aria-label="share of values below"><path class="axis" d="M0 ${ECDF_HEIGHT + 1}H${WIDTH}"/>${line('reference', 'lr')}${line('current', 'lc')}<title>share of the values below</title></svg>`;
}

const round = (x: number) => Number(x.toFixed(1));
const share = (x: number) => `${Number((x * 100).toPrecision(3))} %`;
const textAt = (x: number, anchor: string, text: string) =>
  `<text x="${x}" y="${HEIGHT + 11}" text-anchor="${anchor}">${escaped(text)}</text>`;

/** Names under bars share the width among them. */
function clip(label: string, bars: number): string {
  const room = Math.max(2, Math.floor(46 / bars));
  return label.length > room ? `${label.slice(0, room - 1)}…` : label;
}
