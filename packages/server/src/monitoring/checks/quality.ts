import type { FeatureConfig } from '@leeway/contract';
import type { ColumnSummary, NumericSummary } from '@leeway/stats';
import { featureColumn, INSTANT, predictionRows, predictionsTable } from '../../warehouse/model-tables.ts';
import { float, instant, quoted } from '../../warehouse/warehouse.ts';
import { type Check, type Finding, type Scope, sliceValues } from '../check.ts';
import { summarizeWindow } from '../summaries.ts';

/** Whether the data are what they should be: rows, missing values, ranges, categories never seen before. */
export const quality: Check = {
  name: 'quality',
  phase: 'closed',
  async measure(scope) {
    const window = await summarizeWindow(scope);
    const features = Object.entries(scope.model.columns.features);
    const findings: Finding[] = [];
    const whole = window.get('');
    for (const [column] of features) {
      const current = whole?.get(column);
      if (!current) continue;
      const before = scope.reference?.summaries.get('')?.get(column) ?? null;
      findings.push(missingShare(scope, column, current, before));
      const unseen = newCategories(scope, column, current, before);
      if (unseen) findings.push(unseen);
    }
    findings.push(...(await ranges(scope)));
    return [...(await volume(scope)), ...findings];
  },
};

async function volume({ warehouse, model, from, to }: Scope): Promise<Finding[]> {
  const params = { from: instant(from), to: instant(to), model: model.name };
  const [stored] = await warehouse.query<{ n: number }>(
    `SELECT count() AS n FROM ${predictionsTable(model)} WHERE time >= {from:${INSTANT}} AND time < {to:${INSTANT}} AND role = 'live'`,
    params,
    'check/quality',
  );
  const [refused] = await warehouse.query<{ n: number }>(
    `SELECT count() AS n FROM quarantine
     WHERE model = {model:String} AND kind = 'prediction' AND received >= {from:${INSTANT}} AND received < {to:${INSTANT}}`,
    params,
    'check/quality',
  );
  const n = stored?.n ?? 0;
  const bad = refused?.n ?? 0;
  return [
    {
      metric: 'quality.rows',
      value: n,
      n,
      ...(n === 0 ? { status: 'no_data' as const, reason: 'no prediction came in this window' } : {}),
    },
    {
      metric: 'quality.rejected_share',
      value: n + bad === 0 ? null : bad / (n + bad),
      n: n + bad,
      ...(n + bad === 0 ? { status: 'no_data' as const, reason: 'no prediction came in this window' } : {}),
    },
  ];
}

function missingShare(
  { model, monitor }: Scope,
  column: string,
  current: ColumnSummary,
  before: ColumnSummary | null,
): Finding {
  const rows = current.count + current.missing;
  const usual = before && before.count + before.missing > 0 ? before.missing / (before.count + before.missing) : null;
  return {
    metric: 'quality.missing_share',
    column,
    value: rows === 0 ? null : current.missing / rows,
    n: rows,
    reference: model.columns.features[column]?.required ? 0 : usual,
    ...sufficiency(rows, monitor.minimumRows),
  };
}

/** Values that the reference never had. Only where the reference's list is whole; otherwise nobody knows. */
function newCategories(
  { monitor }: Scope,
  column: string,
  current: ColumnSummary,
  before: ColumnSummary | null,
): Finding | null {
  if (current.kind !== 'categorical' || before?.kind !== 'categorical' || before.other > 0 || before.count === 0)
    return null;
  const known = new Set(before.values.map(([value]) => value));
  const unseen = current.values.filter(([value]) => !known.has(value));
  const rows = unseen.reduce((sum, [, n]) => sum + n, current.other);
  return {
    metric: 'quality.new_category_share',
    column,
    value: current.count === 0 ? null : rows / current.count,
    n: current.count,
    reference: 0,
    detail: { values: unseen.slice(0, 10).map(([value, n]) => ({ value, n })) },
    ...sufficiency(current.count, monitor.minimumRows),
  };
}

/** A slice is held against its own range only where the reference has so many rows of it. */
const SLICE_RANGE_ROWS = 1_000;

/**
 * Share of values outside of what is allowed, or, where nothing is declared, outside of what the reference had. Where the
 * monitor has slices, a value is also held against the range of its slice: 4,000 miles are no distance from Boston to
 * anywhere, though they are one from Chicago to Honolulu.
 */
async function ranges(scope: Scope): Promise<Finding[]> {
  const features = Object.entries(scope.model.columns.features).filter(([, feature]) => feature.type === 'numeric');
  const findings = await Promise.all(features.map(([column, feature]) => rangeOf(scope, column, feature)));
  return findings.flat();
}

async function rangeOf(scope: Scope, column: string, feature: FeatureConfig): Promise<Finding[]> {
  const { warehouse, model, monitor, from, to } = scope;
  const before = numericReference(scope, column, '');
  const low = feature.min ?? before?.min ?? null;
  const high = feature.max ?? before?.max ?? null;
  if (low === null && high === null) return [];
  const outside = [low === null ? '' : `x < ${float(low)}`, high === null ? '' : `x > ${float(high)}`];
  for (const slice of monitor.slices) outside.push(...sliceRanges(scope, column, slice, feature));
  const condition = outside.filter((text) => text !== '').join(' OR ');
  const findings: Finding[] = [];
  for (const sliceColumn of ['', ...monitor.slices]) {
    const slice = sliceColumn === '' ? `''` : `toString(${featureColumn(sliceColumn)})`;
    const rows = await warehouse.query<{
      slice: string;
      n: number;
      outside: number;
      lowest: number | null;
      highest: number | null;
    }>(
      `SELECT ${slice} AS slice, count(x) AS n, countIf(${condition}) AS outside, min(x) AS lowest, max(x) AS highest
       FROM (SELECT *, ${featureColumn(column)} AS x FROM ${predictionRows(model)}) GROUP BY slice`,
      { from: instant(from), to: instant(to) },
      'check/quality',
    );
    for (const row of rows) {
      if (sliceColumn !== '' && (row.outside === 0 || !sliceValues(scope, sliceColumn).includes(row.slice))) continue;
      const own = sliceColumn === '' ? before : numericReference(scope, column, `${sliceColumn}=${row.slice}`);
      findings.push({
        metric: 'quality.range_share',
        column,
        slice: sliceColumn === '' ? '' : `${sliceColumn}=${row.slice}`,
        value: row.n === 0 ? null : row.outside / row.n,
        n: row.n,
        reference: 0,
        detail: {
          min: feature.min ?? own?.min ?? low,
          max: feature.max ?? own?.max ?? high,
          lowest: row.lowest,
          highest: row.highest,
          outside: row.outside,
        },
        ...sufficiency(row.n, sliceColumn === '' ? monitor.minimumRows : 1),
      });
    }
  }
  return findings;
}

/** Conditions by which a value lies outside of the range that the reference had for its slice. */
function sliceRanges(scope: Scope, column: string, slice: string, feature: FeatureConfig): string[] {
  const known = sliceValues(scope, slice).flatMap((value) => {
    const own = numericReference(scope, column, `${slice}=${value}`);
    return own && own.count >= SLICE_RANGE_ROWS ? [{ value, low: own.min!, high: own.max! }] : [];
  });
  if (known.length === 0) return [];
  const values = `[${known.map(({ value }) => quoted(value)).join(', ')}]`;
  const end = (limits: number[], none: string) =>
    `transform(toString(${featureColumn(slice)}), ${values}, [${limits.map(float).join(', ')}], ${none})`;
  return [
    feature.min === undefined
      ? `x < ${end(
          known.map(({ low }) => low),
          '-1.7e308',
        )}`
      : '',
    feature.max === undefined
      ? `x > ${end(
          known.map(({ high }) => high),
          '1.7e308',
        )}`
      : '',
  ];
}

function numericReference({ reference }: Scope, column: string, slice: string): NumericSummary | null {
  const summary = reference?.summaries.get(slice)?.get(column);
  return summary?.kind === 'numeric' ? summary : null;
}

function sufficiency(rows: number, minimum: number): Pick<Finding, 'status' | 'reason'> {
  if (rows === 0) return { status: 'no_data', reason: 'no value came in this window' };
  return rows < minimum ? { status: 'insufficient', reason: `${rows} rows, and the monitor wants ${minimum}` } : {};
}
