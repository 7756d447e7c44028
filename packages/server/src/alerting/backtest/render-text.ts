import type { Backtest, BacktestScore, BacktestVariant, Incident } from '@leeway/contract';
import { createColors } from 'picocolors';

const BAR = 10;
const MOST_EPISODES = 20;
const MOST_VARIANTS = 40;

type Colors = ReturnType<typeof createColors>;

/** The result for a terminal: scores first, then what was missed, then the trade-off. Pure. */
export function renderBacktest(
  { model, rules, total, episodes, missed, variants, warnings }: Backtest,
  incidents: readonly Incident[] | null,
  { color }: { color: boolean },
): string {
  const c = createColors(color);
  const known = incidents ? `, ${count(total.incidents, 'incident')}` : '';
  const lines = [
    `${c.bold(`Backtest of ${model}`)}  ${c.dim(`${date(total.from)} to ${date(total.to)}, ${total.weeks.toFixed(1)} weeks${known}`)}`,
    '',
  ];
  const scored = [
    ...rules.map(({ rule, judged, score }) => [rule, String(judged), ...scoreCells(score)]),
    ...(rules.length > 1 ? [['together', '', ...scoreCells(total)]] : []),
  ];
  lines.push(...aligned(c, ['RULE', 'JUDGED', ...SCORE_HEAD], scored));
  if (episodes.length > 0) {
    lines.push('', c.bold('Alerts'));
    const shown = episodes
      .slice(0, MOST_EPISODES)
      .map((episode) => [
        minute(episode.firedAt),
        episode.resolvedAt ? minute(episode.resolvedAt) : 'still on',
        [episode.rule, episode.column, episode.slice].filter(Boolean).join(' '),
        incidents ? (episode.incident === null ? c.red('false alarm') : `incident ${episode.incident + 1}`) : '',
        (episode.retracted ? 'taken back by later labels; ' : '') + episode.why,
      ]);
    lines.push(...aligned(c, ['FIRED', 'OVER', 'RULE', incidents ? 'ABOUT' : '', 'WHY'], shown));
    if (episodes.length > MOST_EPISODES)
      lines.push(c.dim(`… and ${episodes.length - MOST_EPISODES} more; --json has all`));
  }
  if (missed.length > 0) {
    lines.push('', c.bold('Missed'));
    for (const i of missed) {
      const { start, end, note } = incidents?.[i] ?? { start: '', end: null, note: null };
      lines.push(`  ${c.red('✗')} incident ${i + 1}, ${start} to ${end ?? 'the end'}${note ? `: ${note}` : ''}`);
    }
  }
  if (variants.length > 0) lines.push('', ...variantLines(c, variants, incidents !== null));
  for (const warning of warnings) lines.push('', `${c.yellow('!')} ${warning}`);
  return `${lines.join('\n')}\n`;
}

const SCORE_HEAD = ['FIRED', 'RECALL', 'PRECISION', 'DELAY', 'FALSE/WEEK', 'PAGES/WEEK', 'ON'];

function scoreCells({ episodes, recall, precision, medianDelayMs, falseAlarms, pages, alarmShare }: BacktestScore) {
  return [
    String(episodes),
    shareText(recall),
    shareText(precision),
    duration(medianDelayMs),
    rateText(falseAlarms),
    rateText(pages),
    percent(alarmShare),
  ];
}

/** Every variant with bars for what is found and what it costs; those worth a thought first. */
function variantLines(c: Colors, variants: readonly BacktestVariant[], scored: boolean): string[] {
  const keys = Object.keys(variants[0]!.values);
  const shown = [...variants.entries()]
    .sort(([i, a], [j, b]) => Number(b.pareto || b.chosen) - Number(a.pareto || a.chosen) || i - j)
    .slice(0, MOST_VARIANTS)
    .sort(([i], [j]) => i - j)
    .map(([, variant]) => variant);
  const most = Math.max(...variants.map(({ score }) => (score.falseAlarms ?? score.pages).perWeek), 1e-9);
  const rows = shown.map(({ values, score, held, pareto, chosen }) => {
    const { recall, precision, falseAlarms, pages, medianDelayMs, alarmShare } = score;
    const cost = (falseAlarms ?? pages).perWeek;
    return [
      chosen ? c.green('best') : pareto ? '*' : '',
      ...keys.map((key) => String(values[key])),
      ...(scored
        ? [`${bar(recall?.value ?? 0)} ${fraction(recall)}`, fraction(precision), duration(medianDelayMs)]
        : []),
      `${bar(cost / most)} ${figure(cost)}`,
      figure(pages.perWeek),
      percent(alarmShare),
      ...(held ? [`${fraction(held.recall)}, ${figure(held.falseAlarms?.perWeek ?? 0)} false/week`] : []),
    ];
  });
  const head = [
    ...['', ...keys.map((key) => key.toUpperCase())],
    ...(scored ? ['RECALL', 'PRECISION', 'DELAY', 'FALSE/WEEK'] : ['PAGES/WEEK']),
    ...['PAGES/WEEK', 'ON'],
    ...(variants[0]!.held ? ['HELD OUT'] : []),
  ];
  const rest = variants.length - shown.length;
  return [
    `${c.bold('Variants')}  ${c.dim(scored ? '* no other is better in recall, false alarms and delay at once' : '')}`,
    ...aligned(c, head, rows),
    ...(rest > 0 ? [c.dim(`… and ${rest} more; --json and --report have all`)] : []),
  ];
}

function aligned(c: Colors, head: readonly string[], rows: readonly string[][]): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours take no room
  const length = (text: string) => text.replace(/\u001b\[\d+m/g, '').length;
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => length(row[i] ?? ''))));
  const line = (cells: readonly string[]) =>
    `  ${cells.map((text, i) => text + ' '.repeat(widths[i]! - length(text))).join('  ')}`.trimEnd();
  return [c.dim(line(head)), ...rows.map(line)];
}

const bar = (share: number): string => {
  const full = Math.round(Math.min(1, share) * BAR);
  return '█'.repeat(full) + '·'.repeat(BAR - full);
};

const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
const percent = (share: number): string => `${figure(100 * share)} %`;
const date = (at: string): string => at.slice(0, 10);
const minute = (at: string): string => at.slice(0, 16).replace('T', ' ');
export const figure = (x: number): string => String(Number(x.toPrecision(x >= 100 ? 3 : 2)));

const fraction = (share: BacktestScore['recall']): string => (share ? `${share.count}/${share.of}` : '');

function shareText(share: BacktestScore['recall']): string {
  if (!share || share.value === null) return share ? 'none' : '–';
  return `${fraction(share)} (${share.lower!.toFixed(2)} to ${share.upper!.toFixed(2)})`;
}

function rateText(rate: BacktestScore['pages'] | null): string {
  return rate ? `${figure(rate.perWeek)} (${figure(rate.lower)} to ${figure(rate.upper)})` : '–';
}

/** "3.5 d" of milliseconds. */
export function duration(ms: number | null): string {
  if (ms === null) return '–';
  for (const [unit, length] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
  ] as const) {
    if (ms >= length) return `${figure(ms / length)} ${unit}`;
  }
  return `${figure(ms / 1_000)} s`;
}
