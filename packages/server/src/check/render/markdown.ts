import type { CheckResult } from '../result.ts';
import type { Block } from '../section.ts';
import { shownSections } from './sections.ts';
import { columnState, count, decidesByP, figure, pValue, reasonText, VERDICTS } from './words.ts';

const MOST_ROWS = 30;
const SIGNS = { ok: '✅', findings: '❌', insufficient: '⚠️' };

/** Markdown for a comment on a pull request. Pure. */
export function renderMarkdown(result: CheckResult): string {
  const { verdict, reasons, reference, current, drift, quality, by } = result;
  const lines = [
    `### ${SIGNS[verdict]} leeway check: ${VERDICTS[verdict].toLowerCase()}`,
    '',
    ...(reasons.length === 1 ? [`${cell(reasons[0]!)}.`] : reasons.map((reason) => `- ${cell(reason)}`)),
    '',
    `${code(current.path)} (${count(current.rows)} rows) against ${code(reference.path)} (${count(reference.rows)} rows).`,
    '',
  ];
  const findings = quality.filter(({ severity }) => severity === 'finding');
  if (findings.length > 0) {
    lines.push('**Data quality**', '');
    for (const { column, message } of findings.slice(0, MOST_ROWS))
      lines.push(`- ${column ? `${code(column)}: ` : ''}${cell(message)}`);
    if (findings.length > MOST_ROWS) lines.push(`- and ${findings.length - MOST_ROWS} more`);
    lines.push('');
  }
  for (const { title, blocks } of shownSections(result)) {
    lines.push(`**${title}**`, '', ...blocks.flatMap(blockLines));
  }
  const drifted = drift.columns.filter((column) => column.drifted);
  const others = drift.columns.filter((column) => !column.drifted);
  lines.push(`**Drift**: ${drift.drifted} of ${drift.judged} columns drifted`, '');
  if (drifted.length > 0) lines.push(...columnTable(drifted), '');
  if (others.length > 0) {
    lines.push(
      `<details><summary>${others.length} other columns</summary>`,
      '',
      ...columnTable(others),
      '',
      '</details>',
      '',
    );
  }
  if (by) {
    lines.push(`**Drift by ${code(by.column)}**`, '', '| value | rows | drifted |', '|---|---|---|');
    for (const slice of by.slices) {
      const sign = slice.drift.verdict === 'drift' ? ' ❌' : '';
      lines.push(
        `| ${cell(slice.value)} | ${count(slice.reference.rows)} → ${count(slice.current.rows)} | ${slice.drift.drifted} of ${slice.drift.judged}${sign} |`,
      );
    }
    lines.push('');
  }
  return lines.join('\n');
}

const TONES = { bad: '❌ ', warn: '⚠️ ', dim: '' };

function blockLines(block: Block): string[] {
  if (block.kind === 'lines') return [];
  if (block.kind === 'text') return [`${block.tone ? TONES[block.tone] : ''}${cell(block.text)}`, ''];
  if (block.rows.length === 0) return [];
  const row = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  const rows = block.rows.slice(0, MOST_ROWS).map(({ cells, tone }) => {
    const [first = '', ...rest] = cells;
    return row([`${tone ? TONES[tone] : ''}${first}`, ...rest]);
  });
  const more = block.rows.length > MOST_ROWS ? [`and ${block.rows.length - MOST_ROWS} more`, ''] : [];
  const title = block.title ? [cell(block.title), ''] : [];
  return [...title, row(block.head), `|${block.head.map(() => '---|').join('')}`, ...rows, '', ...more];
}

function columnTable(columns: CheckResult['drift']['columns']): string[] {
  const rows = columns.slice(0, MOST_ROWS).map((column) => {
    const limit = decidesByP(column.test) ? `p < ${column.threshold}` : `≥ ${column.threshold}`;
    const reason = column.reason ? ` (${reasonText(column.reason)})` : '';
    return `| ${code(column.column)} | ${columnState(column)}${reason} | ${column.test} | ${figure(column.statistic)} | ${limit} | ${pValue(column.adjusted_p_value)} |`;
  });
  if (columns.length > MOST_ROWS) rows.push(`| and ${columns.length - MOST_ROWS} more | | | | | |`);
  return ['| column | | test | statistic | threshold | p |', '|---|---|---|---|---|---|', ...rows];
}

/** Text in a table or line, which must not end it or become markup. */
const cell = (text: string) => text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[\\|<>*_`[\]]/g, '\\$&');

const code = (text: string) => `\`${text.replaceAll(/[`\r\n]/g, "'").replaceAll('|', '\\|')}\``;
