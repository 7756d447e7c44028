import type { ColumnSummary } from '@leeway/stats';
import { featureColumn, INSTANT, predictionsTable } from '../../warehouse/model-tables.ts';
import { instant } from '../../warehouse/warehouse.ts';
import { type Check, type Finding, type Scope, sliceValues } from '../check.ts';
import { summarizeWindow } from '../summaries.ts';

/** Whether the data are what they should be: rows, missing values, ranges, categories never seen before. */
export const quality: Check = {
  name: 'quality',
  phase: 'closed',
  async measure(scope) {
    const window = await summarizeWindow(scope, '');
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

/** Share of values outside of what is allowed, or, where nothing is declared, outside of what the reference had. */
async function ranges(scope: Scope): Promise<Finding[]> {
  const { warehouse, model, monitor, reference, from, to } = scope;
  const findings: Finding[] = [];
  for (const [column, feature] of Object.entries(model.columns.features)) {
    const before = reference?.summaries.get('')?.get(column);
    if (feature.type !== 'numeric') continue;
    const low = feature.min ?? (before?.kind === 'numeric' ? before.min : null);
    const high = feature.max ?? (before?.kind === 'numeric' ? before.max : null);
    if (low === null && high === null) continue;
    for (const sliceColumn of ['', ...monitor.slices]) {
      const slice = sliceColumn === '' ? `''` : `toString(${featureColumn(sliceColumn)})`;
      const wanted = sliceColumn === '' ? '' : `AND ${slice} IN {sliceValues:Array(String)}`;
      const rows = await warehouse.query<{
        slice: string;
        n: number;
        outside: number;
        lowest: number | null;
        highest: number | null;
      }>(
        `SELECT ${slice} AS slice, count(x) AS n, countIf(x < {low:Float64} OR x > {high:Float64}) AS outside, min(x) AS lowest, max(x) AS highest
         FROM (SELECT *, ${featureColumn(column)} AS x FROM ${predictionsTable(model)}
           WHERE time >= {from:${INSTANT}} AND time < {to:${INSTANT}} AND role = 'live' ${wanted}) GROUP BY slice`,
        {
          from: instant(from),
          to: instant(to),
          low: low ?? -Number.MAX_VALUE,
          high: high ?? Number.MAX_VALUE,
          ...(sliceColumn === '' ? {} : { sliceValues: sliceValues(scope, sliceColumn) }),
        },
        'check/quality',
      );
      for (const row of rows) {
        if (sliceColumn !== '' && row.outside === 0) continue;
        findings.push({
          metric: 'quality.range_share',
          column,
          slice: sliceColumn === '' ? '' : `${sliceColumn}=${row.slice}`,
          value: row.n === 0 ? null : row.outside / row.n,
          n: row.n,
          reference: 0,
          detail: { min: low, max: high, lowest: row.lowest, highest: row.highest, outside: row.outside },
          ...sufficiency(row.n, sliceColumn === '' ? monitor.minimumRows : 1),
        });
      }
    }
  }
  return findings;
}

function sufficiency(rows: number, minimum: number): Pick<Finding, 'status' | 'reason'> {
  if (rows === 0) return { status: 'no_data', reason: 'no value came in this window' };
  return rows < minimum ? { status: 'insufficient', reason: `${rows} rows, and the monitor wants ${minimum}` } : {};
}
