import { businessValue, type MetricEstimate, measurePerformance, totalBusinessValue } from '@leeway/stats';
import { featureColumn, INSTANT, labelledRows, predictionsTable, withScores } from '../../warehouse/model-tables.ts';
import { instant, type Params } from '../../warehouse/warehouse.ts';
import { type Check, type Finding, type Scope, sliceValues } from '../check.ts';
import { sliceSql } from '../profile.ts';
import { COUNT, type Counted } from './performance/count.ts';

/** How right the model was, over the predictions whose label is in. */
export const performance: Check = {
  name: 'performance',
  phase: 'mature',
  async measure(scope) {
    const [first, ...others] = scope.monitor.slices;
    const served = "role = 'live' AND error = ''";
    const measured = await measureRows(scope, served, { slice: first, whole: true });
    for (const slice of others) measured.push(...(await measureRows(scope, served, { slice, whole: false })));
    const findings = measured.flatMap((found) => asFindings(scope, found, ''));
    // Versions that scored the same rows in the shadow are measured beside: what the champion is worth against them.
    for (const version of await shadowVersions(scope)) {
      const shadow = await measureRows(scope, "role = 'shadow' AND version = {version:String}", {
        whole: true,
        params: { version },
      });
      findings.push(...shadow.flatMap((found) => asFindings(scope, found, version)));
    }
    return findings;
  },
};

function asFindings({ monitor, baseline }: Scope, { slice, summary, coverage }: Counted, version: string): Finding[] {
  const measured: Record<string, MetricEstimate> = measurePerformance(summary);
  if (summary.task === 'binary' && monitor.value) {
    measured['value.mean'] = businessValue(summary, monitor.value);
    measured['value.total'] = totalBusinessValue(summary, monitor.value);
  }
  return Object.entries(measured).map(([metric, { reason = '', ...estimate }]) => {
    const tooFew = estimate.n < monitor.minimumRows && estimate.value !== null;
    const status = estimate.value === null ? 'no_data' : tooFew || reason === 'insufficient' ? 'insufficient' : 'ok';
    return {
      metric,
      slice,
      version,
      coverage,
      ...estimate,
      status,
      reason: tooFew ? `${estimate.n} labelled rows, and the monitor wants ${monitor.minimumRows}` : reason,
      reference: slice === '' && version === '' ? (baseline[metric] ?? null) : null,
    };
  });
}

async function shadowVersions({ warehouse, model, from, to }: Scope): Promise<string[]> {
  const rows = await warehouse.query<{ version: string }>(
    `SELECT DISTINCT version FROM ${predictionsTable(model)}
     WHERE time >= {from:${INSTANT}} AND time < {to:${INSTANT}} AND role = 'shadow' ORDER BY version`,
    { from: instant(from), to: instant(to) },
    'check/performance',
  );
  return rows.map((row) => row.version);
}

interface Wanted {
  /** Slice column whose values are measured one by one. */
  slice?: string | undefined;
  /** Whether all rows are measured too, as slice ''. */
  whole: boolean;
  params?: Params;
}

async function measureRows(scope: Scope, where: string, { slice, whole, params: bound }: Wanted): Promise<Counted[]> {
  const { warehouse, model, from, to, asOf } = scope;
  const params: Params = {
    ...bound,
    from: instant(from),
    to: instant(to),
    asOf: instant(asOf),
    ...(slice ? { sliceValues: sliceValues(scope, slice) } : {}),
  };
  const slices = slice ? sliceSql({ column: slice, expression: featureColumn(slice), values: [], whole }) : `''`;
  return COUNT[model.task](warehouse, model, {
    sql: `(SELECT *, ${slices} AS slice FROM ${withScores(model, labelledRows(model, where))})`,
    params,
    ...(await lookAt(scope)),
  });
}

/**
 * Whether any prediction of the window came with a weight of its own, such as the inverse of a sampling rate; and of a
 * regression about where its labels lie: where its predictions do, which can be averaged without a join.
 */
export async function lookAt({ warehouse, model, from, to }: Scope): Promise<{ weighted: boolean; shift: number }> {
  const mean = model.task === 'regression' ? 'avgIf(prediction, isFinite(prediction))' : 'NULL';
  const [row] = await warehouse.query<{ weighted: number; shift: number | null }>(
    `SELECT countIf(weight != 1) AS weighted, ${mean} AS shift FROM ${predictionsTable(model)}
     WHERE time >= {from:${INSTANT}} AND time < {to:${INSTANT}}`,
    { from: instant(from), to: instant(to) },
    'check/performance',
  );
  return { weighted: row!.weighted > 0, shift: row!.shift ?? 0 };
}
