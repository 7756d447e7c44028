import { type FairnessResult, fairnessCriteria, type MetricEstimate, quantile } from '@leeway/stats';
import { featureColumn, labelledRows, recordedColumns } from '../../warehouse/model-tables.ts';
import { instant } from '../../warehouse/warehouse.ts';
import type { Check, Finding, Scope } from '../check.ts';
import { measureFairness, type ProtectedColumn } from './fairness/count-groups.ts';
import { GROUP_MEASURES, REGRESSION_DISPARITIES } from './fairness/metrics.ts';
import { lookAt } from './performance.ts';

/** Whether the model treats groups of people alike, over the predictions whose label is in. */
export const fairness: Check = {
  name: 'fairness',
  phase: 'mature',
  async measure(scope) {
    const { warehouse, model, monitor, from, to, asOf } = scope;
    const { intersections, reference, minimumGroup } = monitor.fairness;
    const sets = [...model.columns.protected.map((name) => [name]), ...intersections];
    if (sets.length === 0) return [];
    const { weighted } = await lookAt(scope);
    const findings: Finding[] = [];
    for (const names of sets) {
      const columns = names.map((name) => protectedColumn(scope, name));
      const uncut = columns.find(({ cuts }) => cuts?.length === 0);
      if (uncut) {
        findings.push({
          ...{ metric: 'fairness.groups', column: names.join(', '), value: null, n: 0, status: 'no_data' },
          reason: `"${uncut.name}" is numeric: say where to cut it by fairness.bins of the monitor`,
        });
        continue;
      }
      const result = await measureFairness(
        warehouse,
        model.task,
        columns,
        {
          sql: labelledRows(model, "role = 'live' AND error = ''"),
          params: { from: instant(from), to: instant(to), asOf: instant(asOf), positive: model.columns.positive },
          weighted,
        },
        { minimumRows: minimumGroup, reference: referenceGroup(names, reference) },
      );
      findings.push(...findingsOf(names.join(', '), result, monitor.minimumRows));
    }
    return findings;
  },
};

/** The name of the group that others are compared with, if the configuration says which it is. */
function referenceGroup(names: readonly string[], reference: Record<string, string>): string | undefined {
  const parts = names.flatMap((name) => (reference[name] === undefined ? [] : [`${name}=${reference[name]}`]));
  return parts.length === names.length ? parts.join(', ') : undefined;
}

/** A numeric column is cut where the configuration says, otherwise at the quartiles of the reference. */
function protectedColumn({ model, monitor, reference }: Scope, name: string): ProtectedColumn {
  const expression = featureColumn(name);
  if (recordedColumns(model).get(name) !== 'numeric') return { name, expression };
  const declared = monitor.fairness.bins[name];
  if (declared) return { name, expression, cuts: declared };
  const summary = reference?.summaries.get('')?.get(name);
  const quartiles = summary?.kind === 'numeric' ? [0.25, 0.5, 0.75].map((q) => quantile(summary, q)) : [];
  const cuts = quartiles.filter((cut): cut is number => cut !== null).map((cut) => Number(cut.toPrecision(6)));
  return { name, expression, cuts: [...new Set(cuts)] };
}

/** Pure. */
function findingsOf(column: string, result: FairnessResult, minimumRows: number): Finding[] {
  const finding = (metric: string, { reason, ...estimate }: MetricEstimate, rest: Partial<Finding>): Finding => ({
    metric: `fairness.${metric}`,
    column,
    ...estimate,
    status: estimate.value === null ? 'no_data' : result.rows < minimumRows ? 'insufficient' : 'ok',
    reason: reason ?? '',
    ...rest,
  });
  const findings: Finding[] = [
    {
      ...{ metric: 'fairness.groups', column, value: result.groups.length, n: Math.floor(result.rows) },
      ...(result.rows === 0 ? { status: 'no_data', reason: 'no row with both a label and a prediction' } : {}),
    },
  ];
  const disparities = [
    ...fairnessCriteria.flatMap(({ id, measures }) => {
      const found = result.criteria[id];
      return found ? [{ id, of: measures, difference: found.difference, ratio: found.ratio }] : [];
    }),
    // Of a regressor there are no criteria: its measures stand for themselves.
    ...REGRESSION_DISPARITIES.flatMap((id) => {
      const found = result.measures[id];
      return found ? [{ id, of: [id], difference: found.difference, ratio: found.ratio }] : [];
    }),
  ];
  for (const { id, of, difference, ratio } of disparities) {
    const parts = of.map((measure) => result.measures[measure]!);
    const { lowest, highest } = parts[0]!;
    const excluded = parts.flatMap((part) => part.excluded.map(({ group }) => group));
    const left = excluded.length > 0 ? `left out as too small: ${[...new Set(excluded)].join('; ')}` : '';
    const detail = { lowest, highest, excluded: [...new Set(excluded)] };
    const why = (estimate: MetricEstimate) => [estimate.reason, left].filter(Boolean).join('; ');
    findings.push(finding(`${id}_difference`, difference, { detail, reason: why(difference) }));
    if (!ratio) continue;
    const threshold = id === 'demographic_parity' ? 0.8 : null;
    findings.push(finding(`${id}_ratio`, ratio, { detail, threshold, reason: why(ratio) }));
  }
  for (const id of GROUP_MEASURES) {
    for (const [slice, estimate] of Object.entries(result.measures[id]?.groups ?? {})) {
      const small = result.measures[id]!.excluded.find(({ group }) => group === slice);
      findings.push(
        finding(id, estimate, {
          slice,
          ...(small && estimate.value !== null ? { status: 'insufficient', reason: small.reason } : {}),
        }),
      );
    }
  }
  return findings;
}
