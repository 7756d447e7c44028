import { readFile } from 'node:fs/promises';
import { LeewayError, Pattern } from '@leeway/contract';
import { driftTests } from '@leeway/stats';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { nearest } from '../config/nearest.ts';

const TYPES = ['numeric', 'categorical', 'boolean', 'text', 'vector', 'skip'] as const;

const ColumnSettings = z.strictObject({
  type: z
    .enum(TYPES)
    .optional()
    .describe('What the column holds; `skip` leaves it out. Found from the data by default.'),
  test: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .describe('Drift tests; the first that fits decides.'),
  threshold: z.number().positive().optional().describe('Of the deciding test.'),
  min: z.number().optional().describe('Smallest allowed value: any row below is a finding.'),
  max: z.number().optional().describe('Largest allowed value: any row above is a finding.'),
  missing: z.number().min(0).max(1).optional().describe('Largest allowed share of missing values.'),
  values: z.array(z.string()).optional().describe('Allowed categories: any other is a finding.'),
  pattern: Pattern.optional().describe('Regular expression (RE2): any value that does not match is a finding.'),
  unique: z.boolean().optional().describe('Whether no value may come twice, as those of a key.'),
});

const ColumnEntry = z.union([z.enum(TYPES).transform((type): ColumnSettings => ({ type })), ColumnSettings]);

export type ColumnSettings = z.infer<typeof ColumnSettings>;
/** What the user says of columns, by name. */
export type ColumnsFile = Record<string, ColumnSettings>;

/** Reads a --columns file: `columns:` with a type or settings for each. @throws LeewayError with the line. */
export async function readColumnsFile(path: string): Promise<ColumnsFile> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file' : (error.code ?? error.message);
    throw new LeewayError('config_unreadable', `${path}: ${why}`, { cause: error });
  });
  return parseColumnsFile(text, path);
}

/** The same from its text; `path` is only for messages. */
export function parseColumnsFile(text: string, path: string): ColumnsFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken) {
    const at = broken.linePos ? `:${broken.linePos[0].line}` : '';
    throw new LeewayError('config_unreadable', `${path}${at}: ${broken.message.split('\n')[0]}`);
  }
  const value = document.toJS() as Record<string, unknown> | null;
  const nested = typeof value === 'object' && value !== null && 'columns' in value;
  const entries = nested ? value['columns'] : value;
  if (typeof entries !== 'object' || entries === null || Array.isArray(entries)) {
    throw new LeewayError('config_invalid', `${path}: expected "columns:" with a type or settings for each column`);
  }
  const lineOf = (keys: string[]) => {
    const node = document.getIn(nested ? ['columns', ...keys] : keys, true);
    return isNode(node) && node.range ? `:${lines.linePos(node.range[0]).line}` : '';
  };
  const columns: ColumnsFile = {};
  for (const [name, entry] of Object.entries(entries)) {
    const parsed = ColumnEntry.safeParse(entry);
    if (!parsed.success) throw new LeewayError('config_invalid', `${path}${lineOf([name])}: ${mistakeIn(name, entry)}`);
    const tests = [parsed.data.test ?? []].flat();
    for (const test of tests) assertTest(test, `${path}${lineOf([name, 'test'])}: ${name}.test`);
    columns[name] = parsed.data;
  }
  return columns;
}

function mistakeIn(name: string, entry: unknown): string {
  const types = TYPES.join(', ');
  if (typeof entry !== 'object' || entry === null)
    return `${name}: expected one of ${types}, or settings; got ${JSON.stringify(entry)}`;
  const [issue] = ColumnSettings.safeParse(entry).error?.issues ?? [];
  if (issue?.code === 'unrecognized_keys') {
    const known = Object.keys(ColumnSettings.shape);
    const meant = nearest(issue.keys[0] ?? '', known);
    return `${name}.${issue.keys[0]} is not known${meant ? `; did you mean "${meant}"?` : ''} Known are ${known.join(', ')}`;
  }
  return `${[name, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'not understood'}`;
}

/** @throws LeewayError where no drift test has the id; it names the nearest. */
export function assertTest(id: string, given: string): void {
  if (id === 'auto' || driftTests.some((test) => test.id === id)) return;
  const ids = driftTests.map((test) => test.id);
  const meant = nearest(id, ids) ?? ids.find((known) => known.startsWith(id));
  throw new LeewayError(
    'bad_option',
    `${given}: there is no drift test "${id}"${meant ? `; did you mean "${meant}"?` : '.'} There are auto, ${ids.join(', ')}`,
  );
}
