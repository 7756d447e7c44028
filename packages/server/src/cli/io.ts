import { stripVTControlCharacters } from 'node:util';
import { LeewayError, type Problem } from '@leeway/contract';
import pc from 'picocolors';

/** Exit statuses of every command. */
export const EXIT = { ok: 0, no: 1, usage: 2, failed: 3 } as const;

/** Answers go to stdout, everything else to stderr: a pipe sees only the answer. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** One JSON document on stdout, strict: what is not a finite number is null. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined));
}

export interface Column<T> {
  title: string;
  value(row: T): string;
  align?: 'right';
}

/** Rows as aligned columns, with a head; a dim dash where there is nothing. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const cells = rows.map((row) => columns.map((column) => column.value(row) || '–'));
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...cells.map((row) => visibleLength(row[i]!))),
  );
  const line = (texts: readonly string[]) =>
    texts
      .map((text, i) => {
        const padding = ' '.repeat(widths[i]! - visibleLength(text));
        return columns[i]!.align === 'right' ? padding + text : text + padding;
      })
      .join('  ')
      .trimEnd();
  return [pc.dim(line(columns.map((column) => column.title))), ...cells.map(line)].join('\n');
}

const visibleLength = (text: string): number => stripVTControlCharacters(text).length;

/** A number with the digits that matter. */
export const number = (value: number | null): string => (value === null ? '' : String(Number(value.toPrecision(4))));
export const day = (at: string | null): string => (at === null ? '' : at.slice(0, 16).replace('T', ' '));

/** Says what went wrong and what to do, and gives the exit status: 2 for a wrong call, 3 for a failure of the system. */
export function report(error: unknown, json: boolean): number {
  const problem = toProblem(error);
  if (json) printJson({ error: problem });
  else {
    note(`${pc.red('error')} ${problem.title}: ${problem.detail}`);
    if (problem.remedy) note(`${pc.dim('→')} ${problem.remedy}`);
  }
  return problem.status >= 500 ? EXIT.failed : EXIT.usage;
}

function toProblem(error: unknown): Problem {
  if (error instanceof LeewayError) return error.toProblem();
  const message = error instanceof Error ? error.message : String(error);
  return new LeewayError(
    'internal',
    process.env['LEEWAY_DEBUG'] && error instanceof Error ? (error.stack ?? message) : message,
  ).toProblem();
}
