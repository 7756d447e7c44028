import {
  type ColumnSummary,
  type CorrelatedPair,
  judgeCorrelations,
  judgeShare,
  type QualityBasis,
} from '@leeway/stats';
import type { CountedFacts } from '../constraints/count-facts.ts';
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
    | 'rows'
    | 'pattern'
    | 'not_unique'
    | 'not_finite'
    | 'correlation';
  column: string | null;
  severity: 'finding' | 'note';
  /** Whether somebody has declared it, or only the reference suggests it. */
  basis: QualityBasis;
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
  /** Numeric columns in pairs. */
  correlations?: readonly CorrelatedPair[];
  /** The label may be missing in the current file: it often is not known yet. */
  label?: string | undefined;
}

interface Side {
  rows: number;
  columns: ReadonlyMap<string, ColumnSurvey>;
  duplicates: number | null;
  /** What was counted besides; of few columns. */
  facts?: ReadonlyMap<string, CountedFacts>;
}

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
    ...[...decision.skipped.map(({ column }) => column), ...decision.contents.map(({ name }) => name)].flatMap(
      (column) => natureFinding(column, reference.columns.get(column), current.columns.get(column)),
    ),
    ...correlationFindings(input.correlations ?? []),
  ];
  const compared = new Set(summaries.map(({ name }) => name));
  for (const [name, settings] of Object.entries(overrides)) {
    const now = current.columns.get(name);
    if (!now || settings.type === 'skip') continue;
    findings.push(...keyFindings(name, settings, current.facts?.get(name)));
    // What is not compared has no summary, but may be promised to be there.
    if (!compared.has(name) && settings.missing !== undefined)
      findings.push(...missingFindings(name, shareMissing(now.rows - now.present, now.rows, settings.missing)));
  }
  for (const column of summaries) {
    const settings = overrides[column.name] ?? {};
    const before = reference.columns.get(column.name)!;
    const now = current.columns.get(column.name)!;
    findings.push(
      ...typeFindings(column, { before, now }, reference.facts?.get(column.name), current.facts?.get(column.name)),
      ...missingFindings(
        column.name,
        shareMissing(
          column.current.missing,
          column.current.count + column.current.missing,
          settings.missing,
          column.reference,
        ),
      ),
      ...notFiniteFindings(column.name, current.facts?.get(column.name), reference.facts?.get(column.name)),
      ...(column.reference.kind === 'numeric'
        ? rangeFindings(column, settings, current.facts?.get(column.name))
        : categoryFindings(column, settings)),
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
  rest: Partial<Pick<QualityFinding, 'reference' | 'current' | 'basis'>> & { message: string },
): QualityFinding {
  return { check, column, severity, basis: 'inferred', reference: null, current: null, ...rest };
}

/** `finding` where the share is notably above what it was, beyond chance. */
function severityOf(bad: number, n: number, before: { bad: number; n: number }): QualityFinding['severity'] {
  return judgeShare({ bad, n, reference: before }).found ? 'finding' : 'note';
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
      const severity = severityOf(current.duplicates, current.rows, { bad: reference.duplicates, n: reference.rows });
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

function typeFindings(
  column: ComparedSummaries,
  { before, now }: { before: ColumnSurvey; now: ColumnSurvey },
  factsBefore?: CountedFacts,
  facts?: CountedFacts,
): QualityFinding[] {
  const { name, kind } = column;
  // Text in place of numbers is counted below: it may be a single word.
  if (kind !== 'numeric' || now.nature !== 'text') {
    const changed = natureFinding(name, before, now);
    if (changed.length > 0) return changed;
  }
  if (kind !== 'numeric') return [];
  // Infinite values can be read; they are told by themselves.
  const unreadable = (side: ColumnSurvey, { count }: ColumnSummary, infinite = 0) =>
    side.numbers > 0 || side.nature === 'text' ? Math.max(0, side.present - count - infinite) : 0;
  const bad = unreadable(now, column.current, facts?.infinite ?? 0);
  if (bad === 0) return [];
  const usual =
    before.present === 0 ? 0 : unreadable(before, column.reference, factsBefore?.infinite ?? 0) / before.present;
  const share = bad / now.present;
  const message = `${bad} of ${now.present} values are not numbers and count as missing`;
  const severity = share > usual ? 'finding' : 'note';
  return [finding('wrong_type', name, severity, { reference: usual, current: share, message })];
}

function shareMissing(bad: number, n: number, allowed: number | undefined, before?: ColumnSummary) {
  const reference = before && { bad: before.missing, n: before.count + before.missing };
  return { ...judgeShare({ bad, n, allowed, reference }), allowed };
}

function missingFindings(
  name: string,
  { basis, value, usual, found, allowed }: ReturnType<typeof shareMissing>,
): QualityFinding[] {
  if (value === null || value <= (allowed ?? usual ?? 0)) return [];
  // A few gaps more or less are no news.
  if (!found && usual !== 0) return [];
  const than = allowed === undefined ? `${percent(usual ?? 0)} in the reference` : `${percent(allowed)} are allowed`;
  const message = `${percent(value)} missing; ${than}`;
  return [
    finding('missing_share', name, found ? 'finding' : 'note', { basis, reference: usual, current: value, message }),
  ];
}

/** What is declared of text and of keys. */
function keyFindings(name: string, { pattern, unique }: ColumnSettings, facts?: CountedFacts): QualityFinding[] {
  if (!facts) return [];
  const { present, unmatched, distinct } = facts;
  const findings: QualityFinding[] = [];
  const declared = (check: QualityFinding['check'], bad: number, message: string) => {
    if (bad === 0) return;
    findings.push(
      finding(check, name, 'finding', { basis: 'declared', reference: 0, current: bad / present, message }),
    );
  };
  if (pattern !== undefined)
    declared('pattern', unmatched ?? 0, `${unmatched} of ${present} values do not match ${pattern}`);
  if (unique && distinct !== null)
    declared('not_unique', present - distinct, `${present - distinct} of ${present} values repeat an earlier one`);
  return findings;
}

/** Infinite values count as missing, and are said to be there. */
function notFiniteFindings(name: string, now?: CountedFacts, before?: CountedFacts): QualityFinding[] {
  const bad = now?.infinite ?? 0;
  if (bad === 0) return [];
  const usual = before ? { bad: before.infinite ?? 0, n: before.present } : { bad: 0, n: 0 };
  const share = usual.n === 0 ? 0 : usual.bad / usual.n;
  const message = `${bad} of ${now!.present} values are infinite and count as missing`;
  const severity = bad / now!.present > share ? 'finding' : 'note';
  return [finding('not_finite', name, severity, { reference: share, current: bad / now!.present, message })];
}

/** Pairs that are shown one by one. */
const MOST_PAIRS = 10;

function correlationFindings(pairs: readonly CorrelatedPair[]): QualityFinding[] {
  const judged = judgeCorrelations(pairs);
  const changed = judged.pairs.filter((pair) => pair.changed);
  changed.sort((a, b) => Math.abs(b.difference!) - Math.abs(a.difference!));
  const findings = changed.slice(0, MOST_PAIRS).map(({ columns, reference, current }) => {
    const [a, b] = columns;
    const message = `correlation with ${b} is ${current.r!.toFixed(2)}; ${reference.r!.toFixed(2)} in the reference`;
    return finding('correlation', a, 'note', { reference: reference.r, current: current.r, message });
  });
  const rest = changed.length - findings.length;
  if (rest > 0) {
    const message = `${rest} more of ${judged.judged} pairs of columns are correlated otherwise than in the reference`;
    findings.push(finding('correlation', null, 'note', { current: judged.share, message }));
  }
  return findings;
}

function rangeFindings(
  { name, reference, current }: ComparedSummaries,
  { min, max }: ColumnSettings,
  facts?: CountedFacts,
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
  if (broken.length > 0) {
    const outside = facts?.outside ?? null;
    const rows = outside === null ? '' : `${outside} value${outside === 1 ? '' : 's'} beyond: `;
    const share = outside === null ? {} : { current: outside / current.count };
    findings.push(
      finding('range', name, 'finding', { basis: 'declared', ...share, message: `${rows}${broken.join('; ')}` }),
    );
  }
  if (min !== undefined || max !== undefined || reference.count === 0) return findings;
  // The outer bins hold exactly what the reference never had.
  const outside = current.bins[0]! + current.bins.at(-1)!;
  if (outside === 0) return findings;
  const message =
    `${outside} value${outside === 1 ? '' : 's'} (${percent(outside / current.count)}) outside of the reference's ${short(reference.min!)} to ${short(reference.max!)}: ` +
    `${short(current.min!)} to ${short(current.max!)}`;
  // Two values of any sample are its ends, so as many of a second one may lie beyond.
  const severity = severityOf(outside, current.count, { bad: Math.min(2, reference.count), n: reference.count });
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
    const basis = allowed ? 'declared' : 'inferred';
    const severity = allowed ? 'finding' : severityOf(rows, current.count, { bad: 0, n: reference.count });
    const message = `${percent(rows / current.count)} of the values are ${allowed ? 'not allowed' : 'new'}: ${listed(fresh)}`;
    const shares = { reference: 0, current: rows / current.count };
    findings.push(finding('new_categories', name, severity, { basis, ...shares, message }));
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
