import { extname } from 'node:path';
import { Incident, LeewayError } from '@leeway/contract';
import { parse } from 'yaml';
import { z } from 'zod';

const Incidents = z.array(Incident);

/**
 * Incidents of a file: CSV with the columns start, end, model, rule and note, or YAML or JSON with a list of such.
 * `name` says which. @throws LeewayError `file_unreadable`.
 */
export function parseIncidents(name: string, text: string): Incident[] {
  const rows = extname(name).toLowerCase() === '.csv' ? readCsv(name, text) : readYaml(name, text);
  const parsed = Incidents.safeParse(rows);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues
    .slice(0, 5)
    .map(({ path: [i, ...path], message }) =>
      [...(i === undefined ? [] : [`incident ${Number(i) + 1}`]), ...path.map(String), message].join(': '),
    );
  throw new LeewayError(
    'file_unreadable',
    `${name}: ${mistakes.join('; ')}. Expected incidents with start and end, such as 2024-03-01 or 2024-03-01T06:00:00Z`,
  );
}

function readYaml(name: string, text: string): unknown {
  try {
    const read = parse(text) as { incidents?: unknown } | null;
    return Array.isArray(read) ? read : read?.incidents;
  } catch (error) {
    throw new LeewayError('file_unreadable', `${name}: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
}

function readCsv(name: string, text: string): unknown {
  const [head, ...lines] = csvRows(text);
  const columns = head?.map((column) => column.trim().toLowerCase()) ?? [];
  if (!columns.includes('start')) {
    throw new LeewayError('file_unreadable', `${name} has no column "start"; it has ${columns.join(', ') || 'none'}`);
  }
  return lines.map((cells) =>
    Object.fromEntries(columns.flatMap((column, i) => (cells[i]?.trim() ? [[column, cells[i].trim()]] : []))),
  );
}

/** Cells of CSV by line; a cell in quotes may hold commas, line breaks, and quotes written twice. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1)!.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === '') break;
    if (end !== ',') rows.push([]);
  }
  return rows.filter((row) => row.some((cell) => cell.trim() !== ''));
}
