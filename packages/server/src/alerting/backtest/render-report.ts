import type { Backtest, BacktestScore, BacktestVariant, Incident } from '@leeway/contract';
import { escaped } from '../../check/render/junit.ts';
import { duration, figure } from './render-text.ts';

/** The result as one HTML file that needs nothing else: no script, no font, no picture from outside. */
export async function renderBacktestReport(result: Backtest, incidents: readonly Incident[] | null): Promise<string> {
  const { model, rules, total, episodes, missed, variants, warnings } = result;
  const pictures = await Promise.all([
    draw(timeline(result, incidents), 110 + 34 * Math.max(1, rules.length)),
    ...(variants.length > 1 && incidents ? [draw(tradeOff(variants), 420)] : []),
  ]);
  const all = [
    ...rules.map(({ rule, score }) => [rule, score] as const),
    ...(rules.length > 1 ? [['together', total] as const] : []),
  ];
  const body = [
    `<h1>Backtest of ${escaped(model)}</h1>`,
    `<p class="dim">${total.from.slice(0, 10)} to ${total.to.slice(0, 10)}, ${total.weeks.toFixed(1)} weeks${incidents ? `, incidents: ${total.incidents}` : ''}. Labels as they had arrived.</p>`,
    warnings.map((warning) => `<p class="warn">${escaped(warning)}</p>`).join('\n'),
    htmlTable(
      SCORE_HEAD,
      all.map(([name, score]) => [name, ...scoreCells(score)]),
    ),
    `<h2>When it fired</h2><p class="dim">Alarms by rule; shaded: incidents.</p>${pictures[0]}`,
    pictures[1]
      ? `<h2>Trade-off</h2><p class="dim">Each point is a variant; filled ones have none that is better in recall, false alarms and delay at once.</p>${pictures[1]}`
      : '',
    variants.length > 0 ? `<h2>Variants</h2>${variantTable(variants)}` : '',
    missed.length > 0
      ? `<h2>Missed</h2><ul>${missed.map((i) => `<li>${escaped(incidentText(incidents?.[i], i))}</li>`).join('')}</ul>`
      : '',
    episodes.length > 0 ? `<h2>Alerts</h2>${episodeTable(result, incidents)}` : '<p>Nothing fired.</p>',
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>leeway backtest: ${escaped(model)}</title><style>${STYLE}</style></head>
<body><main>
${body.filter((part) => part !== '').join('\n')}
</main></body></html>
`;
}

const STYLE =
  'body{margin:0;background:#fff;color:#1c2330;font:15px/1.5 system-ui,sans-serif}main{max-width:1120px;margin:0 auto;padding:24px}' +
  'h1{font-size:22px;margin:0}h2{font-size:17px;margin:28px 0 8px}.dim{color:#5d6778;margin:0 0 12px}.warn{border-left:4px solid #8a5a00;padding-left:12px;margin:0 0 8px}' +
  '.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}' +
  'th{text-align:left;color:#5d6778}th,td{padding:5px 12px 5px 0;border-bottom:1px solid #dde2ea;vertical-align:top}tr.best td{font-weight:600}svg{width:100%;height:auto}';

const htmlTable = (
  head: readonly string[],
  rows: readonly string[][],
  best: (i: number) => boolean = () => false,
): string =>
  `<div class="scroll"><table><tr>${head.map((title) => `<th>${escaped(title)}</th>`).join('')}</tr>${rows
    .map(
      (row, i) =>
        `<tr${best(i) ? ' class="best"' : ''}>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
    )
    .join('\n')}</table></div>`;

const SCORE_HEAD = [
  'rule',
  'fired',
  'recall',
  'precision',
  'median delay',
  'false alarms a week',
  'pages a week',
  'on',
  'on without incident',
];

function scoreCells(score: BacktestScore): string[] {
  const { episodes, recall, precision, medianDelayMs, falseAlarms, pages, alarmShare, quietAlarmShare } = score;
  return [
    ...[String(episodes), share(recall), share(precision), duration(medianDelayMs), rate(falseAlarms), rate(pages)],
    ...[`${figure(100 * alarmShare)} %`, quietAlarmShare === null ? '' : `${figure(100 * quietAlarmShare)} %`],
  ];
}

const share = (given: BacktestScore['recall']): string =>
  !given || given.value === null
    ? ''
    : `${given.count} of ${given.of} (${given.lower!.toFixed(2)} to ${given.upper!.toFixed(2)})`;

const rate = (given: BacktestScore['falseAlarms']): string =>
  given ? `${figure(given.perWeek)} (${figure(given.lower)} to ${figure(given.upper)})` : '';

function variantTable(variants: readonly BacktestVariant[]): string {
  const keys = Object.keys(variants[0]!.values);
  const held = variants[0]!.held !== null;
  const rows = variants.map(({ values, score, held: rest, pareto, chosen }) => [
    chosen ? 'best' : pareto ? '*' : '',
    ...keys.map((key) => String(values[key])),
    ...scoreCells(score),
    ...(rest ? [share(rest.recall), rate(rest.falseAlarms)] : []),
  ]);
  const head = [
    '',
    ...keys,
    ...SCORE_HEAD.slice(1),
    ...(held ? ['held out: recall', 'held out: false alarms a week'] : []),
  ];
  return htmlTable(head, rows, (i) => variants[i]!.chosen);
}

function episodeTable({ episodes }: Backtest, incidents: readonly Incident[] | null): string {
  const rows = episodes
    .slice(0, 1_000)
    .map(({ rule, column, slice, firedAt, resolvedAt, incident, retracted, why }) => [
      firedAt.slice(0, 16).replace('T', ' '),
      resolvedAt?.slice(0, 16).replace('T', ' ') ?? 'still on',
      [rule, column, slice].filter(Boolean).join(' '),
      incidents ? (incident === null ? 'false alarm' : incidentText(incidents[incident], incident)) : '',
      (retracted ? 'taken back by later labels; ' : '') + why,
    ]);
  return htmlTable(['fired', 'over', 'rule', incidents ? 'about' : '', 'why'], rows);
}

const incidentText = (incident: Incident | undefined, i: number): string =>
  `incident ${i + 1}${incident ? `, ${incident.start} to ${incident.end ?? 'the end'}${incident.note ? `: ${incident.note}` : ''}` : ''}`;

/** A bar for each alarm, a row for each rule, and incidents behind them. */
function timeline({ rules, episodes, total }: Backtest, incidents: readonly Incident[] | null): object {
  const names = rules.map(({ rule }) => rule);
  const end = Date.parse(total.to);
  const bars = episodes.map(({ rule, firedAt, resolvedAt, incident }) => ({
    value: [names.indexOf(rule), Date.parse(firedAt), resolvedAt ? Date.parse(resolvedAt) : end],
    itemStyle: { color: incidents && incident === null ? '#b3261e' : '#2563c9' },
  }));
  return {
    grid: { left: 160, right: 24, top: 16, bottom: 40 },
    xAxis: { type: 'time', min: total.from, max: total.to },
    yAxis: { type: 'category', data: names, inverse: true, axisTick: { show: false } },
    series: [
      {
        type: 'custom',
        data: bars,
        encode: { x: [1, 2], y: 0 },
        clip: true,
        renderItem: (_: unknown, api: CustomApi) => {
          const [x, y] = api.coord([api.value(1), api.value(0)]);
          const [until] = api.coord([api.value(2), api.value(0)]);
          return {
            type: 'rect',
            shape: { x, y: y! - 7, width: Math.max(2, until! - x!), height: 14 },
            style: { fill: api.visual('color') },
          };
        },
        markArea: {
          silent: true,
          itemStyle: { color: '#8a5a00', opacity: 0.18 },
          data: (incidents ?? []).map(({ start, end: until }) => [{ xAxis: start }, { xAxis: until ?? total.to }]),
        },
      },
    ],
  };
}

interface CustomApi {
  coord(value: readonly number[]): number[];
  value(dimension: number): number;
  visual(kind: 'color'): string;
}

/** Recall over false alarms a week. */
function tradeOff(variants: readonly BacktestVariant[]): object {
  const points = (wanted: boolean) =>
    variants
      .filter(({ pareto }) => pareto === wanted)
      .map(({ score, values, chosen }) => ({
        value: [score.falseAlarms?.perWeek ?? 0, score.recall?.value ?? 0],
        name: Object.entries(values)
          .map(([key, value]) => `${key} ${value}`)
          .join(', '),
        label: { show: chosen, formatter: '{b}', position: 'right' },
      }));
  return {
    grid: { left: 64, right: 120, top: 24, bottom: 56 },
    xAxis: { type: 'value', name: 'false alarms a week', nameLocation: 'middle', nameGap: 32, min: 0 },
    yAxis: { type: 'value', name: 'recall', min: 0, max: 1 },
    series: [
      { type: 'scatter', symbolSize: 9, itemStyle: { color: '#fff', borderColor: '#9aa5b5' }, data: points(false) },
      { type: 'scatter', symbolSize: 11, itemStyle: { color: '#2563c9' }, data: points(true) },
    ],
  };
}

/** An SVG, drawn here: the report needs no script. */
async function draw(option: object, height: number): Promise<string> {
  const echarts = await import('echarts');
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 1_060, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: 'system-ui, sans-serif' }, ...option });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
