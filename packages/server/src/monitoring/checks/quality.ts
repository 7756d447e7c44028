import type { FeatureConfig } from '@leeway/contract';
import {
  type CategoricalSummary,
  type ColumnSummary,
  judgeCorrelations,
  judgeRowCount,
  judgeShare,
  type ShareJudgement,
} from '@leeway/stats';
import { featureColumn, INSTANT, predictionRows, predictionsTable } from '../../warehouse/model-tables.ts';
import { instant } from '../../warehouse/warehouse.ts';
import type { Check, Finding, Scope } from '../check.ts';
import { type Reference, sourceOf } from '../reference.ts';
import { summarizeWindow } from '../summaries.ts';
import { type Correlations, correlate, type NumericColumn, pairUp } from './correlations.ts';
import {
  countSlices,
  countWindow,
  type FeatureCounts,
  numericReference,
  type SliceCounts,
  TICKS,
  type WindowCounts,
} from './quality-counts.ts';
import { windowsLike } from './row-history.ts';

/**
 * Whether the data are what they should be. What is declared of a feature is a promise and any break of it is found; what only
 * the reference shows wants an effect and evidence. `detail.basis` says which of the two it was, `detail.found` the answer.
 */
export const quality: Check = {
  name: 'quality',
  phase: 'closed',
  async measure(scope) {
    const volume = await rowsThatCame(scope);
    const rows = volume.stored;
    const window = (await summarizeWindow(scope)).get('');
    const counted = await countWindow(scope, rows);
    const findings: Finding[] = [
      ...volume.findings,
      await rowCount(scope, rows),
      ...arrival(scope, counted),
      ...repeats(counted),
    ];
    for (const [column, feature] of Object.entries(scope.model.columns.features)) {
      const counts = counted.features.get(column)!;
      const current = window?.get(column) ?? null;
      const before = scope.reference?.summaries.get('')?.get(column) ?? null;
      findings.push(
        missingShare(scope, column, feature, counts, before, counted.rows),
        ...range(scope, column, feature, counts, counted.rows - counts.missing),
        ...categories(scope, column, feature, counts, { current, before, n: counted.rows - counts.missing }),
        ...declaredText(scope, column, feature, counts, counted.rows - counts.missing),
        // What always differs from the reference, as a weekday does in windows of a day, is constant there by nature.
        ...(feature.drift ? constant(scope, column, current, before) : []),
      );
    }
    for (const slice of scope.monitor.slices) {
      for (const counts of await countSlices(scope, slice)) findings.push(sliceRange(scope, slice, counts));
    }
    if (scope.monitor.quality.correlations) findings.push(...(await correlations(scope, rows)));
    return findings;
  },
};

async function rowsThatCame({ warehouse, model, from, to }: Scope): Promise<{ stored: number; findings: Finding[] }> {
  const params = { from: instant(from), to: instant(to), model: model.name };
  const [row] = await warehouse.query<{ stored: number; refused: number }>(
    `SELECT (SELECT count() FROM ${predictionsTable(model)} WHERE time >= {from:${INSTANT}} AND time < {to:${INSTANT}} AND role = 'live') AS stored,
       (SELECT count() FROM quarantine WHERE model = {model:String} AND kind = 'prediction'
         AND received >= {from:${INSTANT}} AND received < {to:${INSTANT}}) AS refused`,
    params,
    'check/quality',
  );
  const { stored = 0, refused = 0 } = row ?? {};
  const n = stored + refused;
  const nothing = { status: 'no_data', reason: 'no prediction came in this window' } as const;
  return {
    stored,
    findings: [
      { metric: 'quality.rows', value: stored, n: stored, ...(stored === 0 ? nothing : {}) },
      {
        metric: 'quality.rejected_share',
        value: n === 0 ? null : refused / n,
        n,
        ...(n === 0 ? nothing : {}),
      },
    ],
  };
}

/** Whether as many rows came as in earlier windows of the same weekday and hour. */
async function rowCount(scope: Scope, rows: number): Promise<Finding> {
  const { reference, from, to } = scope;
  const { windows, like } = await windowsLike(scope);
  const judged = judgeRowCount(rows, windows);
  // Without a history, what the reference had in such a time is shown, and not judged: nobody knows how much it varies.
  const usual = reference && (referenceRows(reference) * (to - from)) / lengthOf(reference);
  const finding = { metric: 'quality.row_count_score', value: judged.score, n: rows };
  const detail = {
    expected: judged.expected ?? usual ?? null,
    lower: judged.lower,
    upper: judged.upper,
    like,
    windows: judged.n,
  };
  if (judged.score === null) {
    const reason = `${judged.n} earlier window${judged.n === 1 ? '' : 's'} to compare with; 6 are wanted`;
    return { ...finding, status: 'insufficient', reason, detail };
  }
  return { ...finding, detail: { ...detail, basis: 'inferred', found: judged.unusual } };
}

/** How fresh the rows are, the longest time without one, and how many came late. */
function arrival({ from, to }: Scope, { rows, newest, late, ticks }: WindowCounts): Finding[] {
  if (newest === null) {
    const nothing = { value: null, n: 0, status: 'no_data', reason: 'no prediction came in this window' } as const;
    return ['quality.age_seconds', 'quality.gap_seconds', 'quality.late_share'].map((metric) => ({
      metric,
      ...nothing,
    }));
  }
  // The window's own ends count: a feed that stops in the middle leaves a gap to the end.
  const seen = [-1, ...ticks, TICKS];
  const longest = Math.max(...seen.slice(1).map((tick, i) => tick - seen[i]! - 1));
  return [
    { metric: 'quality.age_seconds', value: (to - newest) / 1_000, n: rows },
    { metric: 'quality.gap_seconds', value: (longest * (to - from)) / TICKS / 1_000, n: rows },
    // What is sent in batches is late by its nature: a rule may say how late is too late.
    { metric: 'quality.late_share', value: late / rows, n: rows, detail: { found: false } },
  ];
}

/** Rows that are like an earlier one, and ids that came again: on another day or from another version, as stored ones are refused. */
function repeats({ rows, duplicates }: WindowCounts): Finding[] {
  if (!duplicates) return [];
  const nothing = { value: null, n: 0, status: 'no_data', reason: 'no prediction came in this window' } as const;
  const { contents, idRows, ids, versions } = duplicates;
  return [
    rows === 0 || duplicates.rows === 0
      ? { metric: 'quality.duplicate_share', ...nothing }
      : {
          metric: 'quality.duplicate_share',
          value: (duplicates.rows - contents) / duplicates.rows,
          n: duplicates.rows,
          // Rows of few features are alike by chance.
          detail: { found: false },
        },
    rows === 0 || idRows === 0
      ? { metric: 'quality.repeated_id_share', ...nothing }
      : {
          metric: 'quality.repeated_id_share',
          value: (idRows - ids) / idRows,
          n: idRows,
          detail: { differing: versions - ids },
        },
  ];
}

/** A share of bad rows as a measurement. */
function shareFinding(
  { monitor }: Scope,
  metric: string,
  column: string,
  n: number,
  judged: ShareJudgement,
  more: Partial<Finding> = {},
  minimum = judged.basis === 'declared' ? 1 : monitor.minimumRows,
): Finding {
  const { basis, value, lower, upper, found } = judged;
  const { detail, ...rest } = more;
  return {
    ...{ metric, column, value, lower, upper, n, ...rest },
    detail: { ...detail, basis, found },
    ...sufficiency(n, minimum),
  };
}

function missingShare(
  scope: Scope,
  column: string,
  { required, missing }: FeatureConfig,
  counts: FeatureCounts,
  before: ColumnSummary | null,
  rows: number,
): Finding {
  const allowed = required ? 0 : missing;
  const reference = before ? { bad: before.missing, n: before.count + before.missing } : undefined;
  const judged = judgeShare({ bad: counts.missing, n: rows, allowed, reference });
  const found = {
    reference: required ? 0 : judged.usual,
    ...(missing === undefined || required ? {} : { detail: { allowed: missing } }),
  };
  return shareFinding(scope, 'quality.missing_share', column, rows, judged, found, scope.monitor.minimumRows);
}

/** Values outside of what is allowed, or, where nothing is declared, of what the reference had, also for their slice. */
function range(scope: Scope, column: string, feature: FeatureConfig, counts: FeatureCounts, n: number): Finding[] {
  if (feature.type !== 'numeric') return [];
  const own = numericReference(scope, column, '');
  if ((feature.min ?? feature.max ?? own?.min ?? null) === null) return [];
  return [rangeFinding(scope, column, '', { ...counts, n })];
}

const sliceRange = (scope: Scope, column: string, counts: SliceCounts): Finding =>
  rangeFinding(scope, counts.column, `${column}=${counts.slice}`, counts);

function rangeFinding(
  scope: Scope,
  column: string,
  slice: string,
  { outside, forbidden, lowest, highest, n }: Omit<SliceCounts, 'slice' | 'column'>,
): Finding {
  const { min, max } = scope.model.columns.features[column]!;
  const own = numericReference(scope, column, slice);
  const whole = numericReference(scope, column, '');
  // The ends of a sample are two of its values, so as many of a second one may lie beyond.
  const seen = own ?? whole;
  const reference = seen && seen.count > 0 ? { bad: Math.min(2, seen.count), n: seen.count } : undefined;
  const declared = forbidden > 0 || (min !== undefined && max !== undefined) || !seen;
  const judged = judgeShare({ bad: outside, n, ...(declared ? { allowed: 0 } : { reference }) });
  const limits = { min: min ?? own?.min ?? whole?.min ?? null, max: max ?? own?.max ?? whole?.max ?? null };
  const found = {
    slice,
    reference: 0,
    detail: { ...limits, lowest, highest, outside, forbidden },
  };
  // A slice only says where the values of the whole come from: that takes no number of rows.
  const minimum = slice === '' ? scope.monitor.minimumRows : 1;
  return shareFinding(scope, 'quality.range_share', column, n, judged, found, minimum);
}

/**
 * Values that are not among those declared; or that the reference never had, where its list is whole: of a cut-off one nobody
 * knows what is new.
 */
function categories(
  scope: Scope,
  column: string,
  feature: FeatureConfig,
  counts: FeatureCounts,
  { current, before, n }: { current: ColumnSummary | null; before: ColumnSummary | null; n: number },
): Finding[] {
  const metric = 'quality.new_category_share';
  if (feature.values) {
    const judged = judgeShare({ bad: counts.unlisted, n, allowed: 0 });
    const values = counts.examples.map((value) => ({ value }));
    return [shareFinding(scope, metric, column, n, judged, { reference: 0, detail: { values } })];
  }
  if (current?.kind !== 'categorical' || before?.kind !== 'categorical' || before.other > 0 || before.count === 0)
    return [];
  const { unseen, rows } = unseenValues(current, before);
  const judged = judgeShare({ bad: rows, n: current.count, reference: { bad: 0, n: before.count } });
  const values = unseen.slice(0, 10).map(([value, count]) => ({ value, n: count }));
  return [shareFinding(scope, metric, column, current.count, judged, { reference: 0, detail: { values } })];
}

function unseenValues(current: CategoricalSummary, before: CategoricalSummary) {
  const known = new Set(before.values.map(([value]) => value));
  const unseen = current.values.filter(([value]) => !known.has(value));
  return { unseen, rows: unseen.reduce((sum, [, n]) => sum + n, current.other) };
}

function declaredText(
  scope: Scope,
  column: string,
  { pattern, unique }: FeatureConfig,
  counts: FeatureCounts,
  n: number,
): Finding[] {
  const share = (metric: string, bad: number, detail = {}) =>
    shareFinding(scope, metric, column, n, judgeShare({ bad, n, allowed: 0 }), { reference: 0, detail });
  return [
    ...(pattern === undefined ? [] : [share('quality.pattern_share', counts.unmatched, { pattern })]),
    ...(unique ? [share('quality.repeated_share', n - counts.distinct)] : []),
  ];
}

/** 1 where every value of the window is the same and the reference varies, else 0. Of few values nobody can say. */
function constant(
  { monitor }: Scope,
  column: string,
  current: ColumnSummary | null,
  before: ColumnSummary | null,
): Finding[] {
  const alike = (summary: ColumnSummary) =>
    summary.kind === 'numeric' ? summary.min === summary.max : summary.distinct === 1;
  if (!current || !before || before.count < 2 || alike(before)) return [];
  const found = current.count > 0 && alike(current);
  return [
    {
      ...{ metric: 'quality.constant', column, value: current.count === 0 ? null : Number(found), n: current.count },
      threshold: 0.5,
      detail: { basis: 'inferred', found },
      ...sufficiency(current.count, Math.max(30, monitor.minimumRows)),
    },
  ];
}

const known = new WeakMap<Reference, Promise<Correlations>>();

/** Numeric features that hang together otherwise than in the reference. */
async function correlations(
  { warehouse, model, monitor, reference, from, to }: Scope,
  rows: number,
): Promise<Finding[]> {
  const columns = Object.entries(model.columns.features)
    .filter(([, { type }]) => type === 'numeric')
    .map(([name]): NumericColumn => ({ name, expression: featureColumn(name) }));
  if (!reference || columns.length < 2) return [];
  const before = known.get(reference) ?? correlationsOf(reference, columns);
  known.set(reference, before);
  before.catch(() => known.delete(reference));
  const current = await correlate(
    warehouse,
    { sql: predictionRows(model), params: { from: instant(from), to: instant(to) }, rows, key: 'id' },
    columns,
  );
  const options = { minimumRows: Math.max(30, monitor.minimumRows), correction: monitor.drift.correction };
  const judged = judgeCorrelations(pairUp(columns, await before, current), options);
  const insufficient = {
    status: rows === 0 ? 'no_data' : 'insufficient',
    reason: 'no pair has enough rows on both sides',
  } as const;
  const share: Finding = {
    ...{ metric: 'quality.correlation_share', value: judged.share, n: judged.judged },
    detail: { basis: 'inferred', found: judged.changed > 0 },
    ...(judged.share === null ? insufficient : {}),
  };
  return [share, ...columns.flatMap(({ name }) => strongestShift(name, judged.pairs))];

  function correlationsOf(of: Reference, columns: readonly NumericColumn[]): Promise<Correlations> {
    return correlate(warehouse, { ...sourceOf(model, of.spans), rows: referenceRows(of), key: 'id' }, columns);
  }
}

function referenceRows({ summaries }: Reference): number {
  const [some] = summaries.get('')?.values() ?? [];
  return some ? some.count + some.missing : 0;
}

const lengthOf = ({ spans }: Reference): number => spans.reduce((sum, { start, end }) => sum + end - start, 0);

/** The largest change of a column's correlation with any other. */
function strongestShift(column: string, pairs: ReturnType<typeof judgeCorrelations>['pairs']): Finding[] {
  const own = pairs.filter(({ columns, difference }) => columns.includes(column) && difference !== null);
  own.sort((a, b) => Math.abs(b.difference!) - Math.abs(a.difference!));
  const [worst] = own;
  if (!worst) return [];
  const { columns, reference, current, adjustedPValue, changed, difference } = worst;
  return [
    {
      ...{ metric: 'quality.correlation_shift', column, value: Math.abs(difference!), n: current.n },
      detail: {
        with: columns.find((name) => name !== column),
        ...{ before: reference.r, now: current.r, adjusted_p_value: adjustedPValue, basis: 'inferred', found: changed },
      },
    },
  ];
}

function sufficiency(rows: number, minimum: number): Pick<Finding, 'status' | 'reason'> {
  if (rows === 0) return { status: 'no_data', reason: 'no value came in this window' };
  return rows < minimum ? { status: 'insufficient', reason: `${rows} rows, and the monitor wants ${minimum}` } : {};
}
