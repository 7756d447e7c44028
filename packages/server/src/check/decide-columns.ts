import { LeewayError } from '@leeway/contract';
import type { ColumnKind, Task } from '@leeway/stats';
import { nearest } from '../config/nearest.ts';
import type { ColumnsFile } from './columns-file.ts';
import type { ColumnSurvey, Nature } from './survey.ts';

/** Labels of more different numbers than this are those of a regression. */
export const MOST_CLASSES = 20;

export type ColumnRole = 'feature' | 'prediction' | 'score' | 'label';

/** A column that both files have and that can be compared. */
export interface ComparedColumn {
  name: string;
  kind: ColumnKind;
  role: ColumnRole;
}

/** A column of texts or of vectors, compared by what it holds and not value by value. */
export interface ContentColumn {
  name: string;
  kind: 'text' | 'vector';
}

export interface SkippedColumn {
  column: string;
  reason: string;
}

export interface ColumnDecision {
  compared: ComparedColumn[];
  contents: ContentColumn[];
  skipped: SkippedColumn[];
  /** In the reference only, in the current file only. */
  missing: string[];
  extra: string[];
}

export interface Roles {
  task?: Task | undefined;
  label?: string | undefined;
  prediction?: string | undefined;
  score?: string | undefined;
  /** For each class, the column with its probability. */
  scores?: Record<string, string> | undefined;
}

/** Text with more different values than this share of its rows is taken for identifiers, or for prose... */
const MOSTLY_DIFFERENT = 0.5;
/** ... if it has so many words on average. */
const PROSE_WORDS = 3;
/** In fewer rows nothing can be said about that. */
const ROWS_TO_TELL = 50;

/** Which columns are compared and as what; pure. What the user says goes before what the data look like. */
export function decideColumns(
  reference: ReadonlyMap<string, ColumnSurvey>,
  current: ReadonlyMap<string, ColumnSurvey>,
  overrides: ColumnsFile = {},
  roles: Roles = {},
): ColumnDecision {
  const compared: ComparedColumn[] = [];
  const contents: ContentColumn[] = [];
  const skipped: SkippedColumn[] = [];
  const missing = [...reference.keys()].filter((name) => !current.has(name) && overrides[name]?.type !== 'skip');
  const extra = [...current.keys()].filter((name) => !reference.has(name) && overrides[name]?.type !== 'skip');
  const roleOf = (name: string): ColumnRole =>
    name === roles.label
      ? 'label'
      : name === roles.prediction
        ? 'prediction'
        : name === roles.score || Object.values(roles.scores ?? {}).includes(name)
          ? 'score'
          : 'feature';
  for (const [name, before] of reference) {
    const now = current.get(name);
    if (!now) continue;
    const type = overrides[name]?.type;
    const role = roleOf(name);
    const decided =
      type === 'skip'
        ? { reason: 'left out as you asked' }
        : type
          ? { kind: type }
          : kindOf(before, now, role, classesIn(reference, roles));
    if (!('kind' in decided)) skipped.push({ column: name, reason: decided.reason });
    else if (decided.kind === 'text' || decided.kind === 'vector') contents.push({ name, kind: decided.kind });
    else compared.push({ name, kind: decided.kind, role });
  }
  return { compared, contents, skipped, missing, extra };
}

/** Whether labels that are numbers stand for classes: whole, and few. Labels of two values are compared as they are. */
function classesIn(reference: ReadonlyMap<string, ColumnSurvey>, { label, task }: Roles): boolean {
  if (task !== undefined) return task === 'multiclass';
  const { nature, wholeMin = null, wholeMax = null } = (label === undefined ? undefined : reference.get(label)) ?? {};
  if (nature !== 'number' || wholeMin === null || wholeMax === null) return false;
  const span = wholeMax - wholeMin + 1;
  return span > 2 && span <= MOST_CLASSES;
}

function kindOf(
  before: ColumnSurvey,
  now: ColumnSurvey,
  role: ColumnRole,
  classes: boolean,
): { kind: ColumnKind | ContentColumn['kind'] } | { reason: string } {
  // A reference without a value shows nothing; then the current file is asked.
  const shown = before.present === 0 && now.present > 0 ? now : before;
  switch (shown.nature) {
    case 'boolean':
      return { kind: 'boolean' };
    case 'datetime':
      return { reason: 'dates and times move on by themselves' };
    case 'vector':
      return { kind: 'vector' };
    case 'other':
      return { reason: 'lists and nested values are not compared' };
    case 'number': {
      if ((role === 'label' || role === 'prediction') && classes) return { kind: 'categorical' };
      const runs = role === 'feature' && shown.runs && shown.present >= ROWS_TO_TELL;
      return runs ? { reason: 'whole numbers without gap or repetition: a row number' } : { kind: 'numeric' };
    }
    case 'text': {
      if (shown.present === 0) return { reason: 'no value in either file' };
      const { distinct, present, words } = shown;
      const unlike = distinct !== null && present >= ROWS_TO_TELL && distinct > present * MOSTLY_DIFFERENT;
      if (!unlike || role !== 'feature') return { kind: 'categorical' };
      if ((words ?? 0) >= PROSE_WORDS) return { kind: 'text' };
      return { reason: `text that hardly repeats (about ${distinct} values in ${present} rows): identifiers` };
    }
  }
}

/** @throws LeewayError `column_missing` where a column that the user named is in neither file (or not in one that needs it). */
export function requireColumn(
  name: string,
  given: string,
  files: readonly { path: string; columns: ReadonlyMap<string, unknown> }[],
): void {
  const lacking = files.filter(
    ({ path, columns }, i) => !columns.has(name) && files.findIndex((file) => file.path === path) === i,
  );
  if (lacking.length === 0) return;
  const known = [...new Set(lacking.flatMap(({ columns }) => [...columns.keys()]))];
  const meant = nearest(name, known);
  const listed =
    known.length > 12 ? `${known.slice(0, 12).join(', ')} and ${known.length - 12} more` : known.join(', ');
  throw new LeewayError(
    'column_missing',
    `${given} names "${name}", which ${lacking.map(({ path }) => path).join(' and ')} ${lacking.length > 1 ? 'do' : 'does'} not have` +
      `${meant ? `; did you mean "${meant}"?` : '.'} ${lacking.length > 1 ? 'Their' : 'Its'} columns: ${listed}`,
  );
}

/** What a nature is called to people. */
export const NATURE_NAMES: Record<Nature, string> = {
  number: 'numbers',
  boolean: 'booleans',
  text: 'text',
  datetime: 'dates',
  vector: 'vectors',
  other: 'nested values',
};
