import { createColors } from 'picocolors';
import { percent, short } from '../check/quality.ts';
import { count } from '../check/render/words.ts';
import type { ProfileDocument } from './describe-profile.ts';

const BARS = '▁▂▃▄▅▆▇█';
const MOST_COLUMNS = 200;

/** A profile for a terminal. Pure. */
export function renderProfile(document: ProfileDocument, { color }: { color: boolean }): string {
  const c = createColors(color);
  const { file, duplicates, columns, violations } = document;
  const repeated = duplicates === 0 ? '' : `, ${count(duplicates)} repeat an earlier one`;
  const rows = columns.slice(0, MOST_COLUMNS).map((column) => {
    const { min, max, mean, standard_deviation: deviation, top, present } = column;
    const about =
      min !== null && max !== null
        ? `${short(min)} to ${short(max)}, mean ${mean === null ? '?' : short(mean)} ± ${deviation === null ? '?' : short(deviation)}`
        : top
            .slice(0, 3)
            .map(({ value, count: n }) => `${clip(value, 20)} ${percent(n / Math.max(1, present))}`)
            .join(', ');
    return [
      clip(column.column, 32),
      column.type === 'text' && column.format ? column.format : column.type,
      column.missing === 0 ? '' : percent(column.missing_share),
      column.distinct === null ? '' : count(column.distinct),
      sparkline(column.buckets),
      about,
    ];
  });
  const lines = [
    `${c.bold(file.path)}  ${count(file.rows)} rows${repeated}, ${count(file.columns)} columns`,
    '',
    ...table(rows, ['column', 'type', 'missing', 'distinct', 'spread', 'values'], c.dim),
  ];
  if (columns.length > MOST_COLUMNS)
    lines.push(c.dim(`… and ${columns.length - MOST_COLUMNS} more columns (see --json)`));
  if (violations) {
    lines.push(
      '',
      violations.length === 0 ? c.green('keeps the constraints') : c.red(`${violations.length} violations`),
    );
    for (const { feature_name: name, constraint_check_type: type, description } of violations)
      lines.push(`  ${c.red('✗')} ${c.bold(name)} ${c.dim(type)}: ${description}`);
  }
  return `${lines.join('\n')}\n`;
}

function sparkline(buckets: readonly number[] | null): string {
  if (!buckets) return '';
  const most = Math.max(1, ...buckets);
  return buckets.map((n) => (n === 0 ? ' ' : BARS[Math.min(7, Math.floor((n / most) * 8))])).join('');
}

const clip = (text: string, most: number) => {
  const line = text.replaceAll(/\p{Cc}/gu, ' ');
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
};

function table(rows: readonly string[][], head: readonly string[], dim: (text: string) => string): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd();
  return [dim(line(head)), ...rows.map(line)];
}
