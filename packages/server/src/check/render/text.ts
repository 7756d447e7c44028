import { createColors } from 'picocolors';
import type { CheckResult, ColumnResult, Drift } from '../result.ts';
import { shownSections } from './sections.ts';
import { columnState, count, decidesByP, figure, pValue, reasonText, VERDICTS } from './words.ts';

const BAR = 12;
const MOST_COLUMNS = 40;
const MOST_NOTES = 10;

/** The result for a terminal: the verdict first, then what is worst. Pure. */
export function renderText(result: CheckResult, { color, width }: { color: boolean; width: number }): string {
  const c = createColors(color);
  const mark = { ok: c.green, findings: c.red, insufficient: c.yellow }[result.verdict];
  const { drift, reference, current, quality, by } = result;
  const lines = [
    `${mark(c.bold(VERDICTS[result.verdict]))}  ${result.reasons[0] ?? ''}`,
    ...result.reasons.slice(1).map((reason) => `${' '.repeat(VERDICTS[result.verdict].length)}  ${reason}`),
    c.dim(
      `reference ${reference.path} (${count(reference.rows)} rows)   current ${current.path} (${count(current.rows)} rows)`,
    ),
    '',
    ...section(c, 'Drift', driftSummary(drift)),
    ...columnTable(c, drift.columns, width),
  ];
  for (const { column, reason } of drift.skipped.slice(0, MOST_NOTES))
    lines.push(c.dim(`  not compared: ${column} (${reason})`));
  if (drift.skipped.length > MOST_NOTES)
    lines.push(c.dim(`  … and ${drift.skipped.length - MOST_NOTES} more not compared`));
  if (by) {
    lines.push('', ...section(c, `Drift by ${by.column}`, 'p-values corrected over all columns of all values'));
    const rows = by.slices.map(({ value, reference, current, drift }) => [
      value,
      `${count(reference.rows)} → ${count(current.rows)}`,
      drift.verdict === 'drift' ? 'DRIFT' : drift.verdict === 'no_drift' ? 'ok' : 'too few rows',
      `${drift.drifted} of ${drift.judged}`,
      drift.columns
        .filter(({ drifted }) => drifted)
        .slice(0, 3)
        .map(({ column }) => column)
        .join(', '),
    ]);
    lines.push(
      ...table(c, ['value', 'rows', '', 'drifted', 'worst'], rows, (row) => (row[2] === 'DRIFT' ? c.red : (x) => x)),
    );
  }
  const findings = quality.filter(({ severity }) => severity === 'finding');
  const notes = quality.filter(({ severity }) => severity === 'note');
  lines.push('', ...section(c, 'Data quality', findings.length + notes.length === 0 ? 'nothing found' : ''));
  for (const { column, message } of findings)
    lines.push(`  ${c.red('✗')} ${column ? `${c.bold(column)}: ` : ''}${message}`);
  for (const { column, message } of notes.slice(0, MOST_NOTES))
    lines.push(c.dim(`  · ${column ? `${column}: ` : ''}${message}`));
  if (notes.length > MOST_NOTES) lines.push(c.dim(`  · … and ${notes.length - MOST_NOTES} more notes (see --json)`));
  lines.push(...sectionLines(c, result));
  return `${lines.join('\n')}\n`;
}

type Colors = ReturnType<typeof createColors>;

const section = (c: Colors, title: string, about: string) => [`${c.bold(title)}${about ? `  ${c.dim(about)}` : ''}`];

function driftSummary({ drifted, judged, share, threshold, columns }: Drift): string {
  if (share === null) return 'no column could be judged';
  const unknown = columns.length - judged;
  const rest = unknown > 0 ? `, ${unknown} could not be judged` : '';
  return `${drifted} of ${judged} columns drifted${rest}; a finding from ${threshold * 100} % on`;
}

function columnTable(c: Colors, columns: readonly ColumnResult[], width: number): string[] {
  const shown = columns.slice(0, MOST_COLUMNS);
  const rows = shown.map((column) => [
    column.role === 'feature' ? column.column : `${column.column} (${column.role})`,
    columnState(column) === 'drift' ? 'DRIFT' : columnState(column),
    column.test,
    figure(column.statistic),
    decidesByP(column.test) ? `p < ${column.threshold}` : `≥ ${column.threshold}`,
    pValue(column.adjusted_p_value),
    bar(column.score),
    reasonText(column.reason),
  ]);
  const head = ['column', '', 'test', 'statistic', 'threshold', 'p', `effect, │ = limit`, ''];
  const paint = (row: string[]) => (row[1] === 'DRIFT' ? c.red : row[1] === 'ok' ? (x: string) => x : c.dim);
  const lines = table(c, head, rows, paint, Math.min(40, Math.max(20, width - 92)));
  if (columns.length > MOST_COLUMNS)
    lines.push(c.dim(`  … and ${columns.length - MOST_COLUMNS} less drifted columns (see --json or --report)`));
  return lines;
}

/** Effect over its limit: the limit stands in the middle, twice the limit fills the bar. */
function bar(score: number | null): string {
  if (score === null) return ' '.repeat(BAR + 1);
  const half = BAR / 2;
  const filled = Math.round(Math.min(2, score) * half);
  const cells = '█'.repeat(filled).padEnd(BAR, '·');
  return `${cells.slice(0, half)}│${cells.slice(half)}${score > 2 ? '▶' : ''}`;
}

function table(
  c: Colors,
  head: string[],
  rows: string[][],
  paint: (row: string[]) => (text: string) => string,
  firstWidth = 32,
): string[] {
  if (rows.length === 0) return [];
  const clip = (text: string) => (text.length > firstWidth ? `${text.slice(0, firstWidth - 1)}…` : text);
  const cells = rows.map(([first = '', ...rest]) => [clip(first), ...rest]);
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]!.length)));
  const line = (row: string[]) =>
    row
      .map((text, i) => text.padEnd(widths[i]!))
      .join('  ')
      .trimEnd();
  return [c.dim(`  ${line(head)}`), ...cells.map((row) => `  ${paint(row)(line(row))}`)];
}

function sectionLines(c: Colors, result: CheckResult): string[] {
  const tones = { bad: c.red, dim: c.dim, warn: c.yellow };
  return shownSections(result).flatMap(({ title, blocks }) => [
    '',
    c.bold(title),
    ...blocks.flatMap((block) => {
      if (block.kind === 'lines') return []; // a terminal has no room for curves
      if (block.kind === 'text') return [`  ${block.tone ? tones[block.tone](block.text) : block.text}`];
      const shown = block.rows.slice(0, MOST_COLUMNS);
      const tone = new Map(shown.map(({ cells, tone }) => [cells.join('\0'), tone]));
      const rows = shown.map(({ cells }) => [...cells]);
      const paint = (row: string[]) => {
        const own = tone.get(row.join('\0'));
        return own ? tones[own] : (text: string) => text;
      };
      const more = block.rows.length > shown.length ? [c.dim(`  … and ${block.rows.length - shown.length} more`)] : [];
      return [
        ...(block.title ? [c.dim(`  ${block.title}`)] : []),
        ...table(c, [...block.head], rows, paint, 40),
        ...more,
      ];
    }),
  ]);
}
