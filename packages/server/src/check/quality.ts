import { type ColumnSummary, wilsonInterval } from '@leeway/stats';
import type { ColumnSettings, ColumnsFile } from './columns-file.ts';
import type { ColumnDecision, ComparedColumn } from './decide-columns.ts';
import { NATURE_NAMES } from './decide-columns.ts';
import type { ColumnSurvey } from './survey.ts';

/** A finding about the data. Notes are shown and do not decide. */
export interface QualityFinding {
  check:
    | 'missing_column'
    | 'extra_column'
    | 'type_changed'
    | 'wrong_type'
    | 'missing_share'
    | 'range'
    | 'new_categories'
    | 'lost_categories'
    | 'constant'
    | 'duplicates'
    | 'rows';
  column: string | null;
  severity: 'finding' | 'note';
  reference: number | null;
  current: number | null;
  message: string;
}

export interface ComparedSummaries extends ComparedColumn {
  reference: ColumnSummary;
  current: ColumnSummary;
}

export interface QualityInput {
  decision: ColumnDecision;
  reference: Side;
  current: Side;
  summaries: readonly ComparedSummaries[];
  overrides: ColumnsFile;
  /** The label may be missing in the current file: it often is not known yet. */
  label?: string | undefined;
}

interface Side {
  rows: number;
  columns: ReadonlyMap<string, ColumnSurvey>;
  duplicates: number | null;
}

/** A share that has grown by less than this is a note. */
const NOTABLE_SHARE = 0.01;
/** Repeated rows grow with the rows: so small a growth of their share is not even a note. */
const NOTED_DUPLICATES = 0.001;
/** Current rows per reference row, either way, from which on the number of rows is worth a note. */
const NOTABLE_ROWS = 10;

/** What is wrong with the data, the gravest first. Pure. */
export function judgeQuality(input: QualityInput): QualityFinding[] {
  const { decision, reference, current, summaries, overrides, label } = input;
  const findings: QualityFinding[] = [
    ...decision.missing.map((column) =>
      finding('missing_column', column, column === label ? 'note' : 'finding', {
        message:
          column === label ? 'the current file has no labels (yet)' : 'the current file does not have this column',
      }),
    ),
    ...decision.extra.map((column) =>
      finding('extra_column', column, 'note', { message: 'the reference does not have this column' }),
    ),
    ...rowFindings(reference, current),
    ...decision.skipped.flatMap(({ column }) =>
      natureFinding(column, reference.columns.get(column), current.columns.get(column)),
    ),
  ];
  for (const column of summaries) {
    const settings = overrides[column.name] ?? {};
    const before = reference.columns.get(column.name)!;
    const now = current.columns.get(column.name)!;
    findings.push(
      ...typeFindings(column, before, now),
      ...missingFindings(column, settings),
      ...(column.reference.kind === 'numeric' ? rangeFindings(column, settings) : categoryFindings(column, settings)),
      ...constantFindings(column),
    );
  }
  const weight = ({ severity, current: value }: QualityFinding) =>
    (severity === 'finding' ? 2 : 0) + Math.min(1, value ?? 1);
  return findings.sort((a, b) => weight(b) - weight(a));
}

function finding(
  check: QualityFinding['check'],
  column: string | null,
  severity: QualityFinding['severity'],
  rest: Partial<Pick<QualityFinding, 'reference' | 'current'>> & { message: string },
): QualityFinding {
  return { check, column, severity, reference: null, current: null, ...rest };
}

/** `finding` where the share is notably above what it was, beyond chance. */
function severityOf(rows: number, n: number, before: number): QualityFinding['severity'] {
  const lower = wilsonInterval(rows, n)?.lower ?? 0;
  return rows / n - before >= NOTABLE_SHARE && lower > before ? 'finding' : 'note';
}

function rowFindings(reference: Side, current: Side): QualityFinding[] {
  const findings: QualityFinding[] = [];
  const ratio = current.rows / reference.rows;
  if (ratio >= NOTABLE_ROWS || ratio <= 1 / NOTABLE_ROWS) {
    const message = `${current.rows} rows against ${reference.rows} in the reference`;
    findings.push(finding('rows', null, 'note', { reference: reference.rows, current: current.rows, message }));
  }
  if (current.duplicates !== null && reference.duplicates !== null) {
    const before = reference.duplicates / reference.rows;
    const now = current.duplicates / current.rows;
    if (now - before >= NOTED_DUPLICATES) {
      const message = `${percent(now)} of the rows repeat an earlier row in every column; ${percent(before)} in the reference`;
      const severity = severityOf(current.duplicates, current.rows, before);
      findings.push(finding('duplicates', null, severity, { reference: before, current: now, message }));
    }
  }
  return findings;
}

function natureFinding(
  column: string,
  before: ColumnSurvey | undefined,
  now: ColumnSurvey | undefined,
): QualityFinding[] {
  if (!before || !now || before.nature === now.nature || before.present === 0 || now.present === 0) return [];
  const message = `${NATURE_NAMES[now.nature]}, where the reference has ${NATURE_NAMES[before.nature]}`;
  return [finding('type_changed', column, 'finding', { message })];
}

function typeFindings(column: ComparedSummaries, before: ColumnSurvey, now: ColumnSurvey): QualityFinding[] {
  const { name, kind } = column;
  // Text in place of numbers is counted below: it may be a single word.
  if (kind !== 'numeric' || now.nature !== 'text') {
    const changed = natureFinding(name, before, now);
    if (changed.length > 0) return changed;
  }
  if (kind !== 'numeric') return [];
  const unreadable = (side: ColumnSurvey, { count }: ColumnSummary) =>
    side.numbers > 0 || side.nature === 'text' ? Math.max(0, side.present - count) : 0;
  const bad = unreadable(now, column.current);
  if (bad === 0) return [];
  const usual = before.present === 0 ? 0 : unreadable(before, column.reference) / before.present;
  const share = bad / now.present;
  const message = `${bad} of ${now.present} values are not numbers and count as missing`;
  const severity = share > usual ? 'finding' : 'note';
  return [finding('wrong_type', name, severity, { reference: usual, current: share, message })];
}

function missingFindings(
  { name, reference, current }: ComparedSummaries,
  { missing }: ColumnSettings,
): QualityFinding[] {
  const rows = current.count + current.missing;
  if (rows === 0) return [];
  const now = current.missing / rows;
  const before = reference.missing / Math.max(1, reference.count + reference.missing);
  if (missing !== undefined) {
    if (now <= missing) return [];
    const message = `${percent(now)} missing; ${percent(missing)} are allowed`;
    return [finding('missing_share', name, 'finding', { reference: before, current: now, message })];
  }
  if (now <= before) return [];
  const message = `${percent(now)} missing; ${percent(before)} in the reference`;
  const severity = severityOf(current.missing, rows, before);
  // A few gaps more or less are no news.
  return severity === 'note' && before > 0
    ? []
    : [finding('missing_share', name, severity, { reference: before, current: now, message })];
}

function rangeFindings(
  { name, reference, current }: ComparedSummaries,
  { min, max }: ColumnSettings,
): QualityFinding[] {
  if (reference.kind !== 'numeric' || current.kind !== 'numeric' || current.count === 0) return [];
  const findings: QualityFinding[] = [];
  const broken = [
    min !== undefined && current.min! < min
      ? `the smallest value is ${short(current.min!)}; ${short(min)} is allowed`
      : '',
    max !== undefined && current.max! > max
      ? `the largest value is ${short(current.max!)}; ${short(max)} is allowed`
      : '',
  ].filter((message) => message !== '');
  for (const message of broken) findings.push(finding('range', name, 'finding', { message }));
  if (min !== undefined || max !== undefined || reference.count === 0) return findings;
  // The outer bins hold exactly what the reference never had.
  const outside = current.bins[0]! + current.bins.at(-1)!;
  if (outside === 0) return findings;
  const message =
    `${outside} value${outside === 1 ? '' : 's'} (${percent(outside / current.count)}) outside of the reference's ${short(reference.min!)} to ${short(reference.max!)}: ` +
    `${short(current.min!)} to ${short(current.max!)}`;
  // Two values of any sample are its ends, so as many of a second one may lie beyond.
  const severity = severityOf(outside, current.count, 2 / reference.count);
  findings.push(finding('range', name, severity, { reference: 0, current: outside / current.count, message }));
  return findings;
}

function categoryFindings({ name, reference, current }: ComparedSummaries, settings: ColumnSettings): QualityFinding[] {
  if (reference.kind === 'numeric' || current.kind === 'numeric' || current.count === 0) return [];
  const allowed = settings.values;
  // Only where the list is whole: of a cut-off one nobody knows what is new.
  if (!allowed && (reference.other > 0 || reference.count === 0)) return [];
  const known = new Set(allowed ?? reference.values.map(([value]) => value));
  const fresh = current.values.filter(([value]) => !known.has(value));
  const rows = fresh.reduce((sum, [, n]) => sum + n, current.other);
  const findings: QualityFinding[] = [];
  if (rows > 0) {
    const severity = allowed ? 'finding' : severityOf(rows, current.count, 0);
    const message = `${percent(rows / current.count)} of the values are ${allowed ? 'not allowed' : 'new'}: ${listed(fresh)}`;
    findings.push(finding('new_categories', name, severity, { reference: 0, current: rows / current.count, message }));
  }
  const present = new Set(current.values.map(([value]) => value));
  // Gone is only what could not be absent by chance.
  const lost = reference.values.filter(
    ([value, n]) => !present.has(value) && current.count * (n / reference.count) >= 20,
  );
  if (lost.length > 0 && current.other === 0) {
    const share = lost.reduce((sum, [, n]) => sum + n, 0) / reference.count;
    const message = `${percent(share)} of the reference's values no longer occur: ${listed(lost)}`;
    findings.push(finding('lost_categories', name, 'note', { reference: share, current: 0, message }));
  }
  return findings;
}

function constantFindings({ name, reference, current }: ComparedSummaries): QualityFinding[] {
  const constant = (side: ColumnSummary) =>
    side.count > 1 && (side.kind === 'numeric' ? side.min === side.max : side.distinct === 1);
  if (!constant(current) || constant(reference) || current.count < 30) return [];
  const value = current.kind === 'numeric' ? short(current.min!) : `"${current.values[0]?.[0]}"`;
  return [finding('constant', name, 'finding', { message: `every value is ${value}; the reference varies` })];
}

function listed(values: ReadonlyArray<readonly [string, number]>): string {
  const shown = values
    .slice(0, 5)
    .map(([value, n]) => `"${value.length > 40 ? `${value.slice(0, 40)}…` : value}" (${n})`);
  return shown.join(', ') + (values.length > 5 ? ` and ${values.length - 5} more` : '');
}

export const short = (x: number): string => String(Number(x.toPrecision(4)));

export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.01) return 'less than 0.01 %';
  // All but a few is not all.
  if (value > 99 && value < 100) return `${Math.min(99.99, Number(value.toFixed(2)))} %`;
  return `${Number(value.toPrecision(3))} %`;
}
