import type { FeatureConfig } from '@leeway/contract';
import { featureColumn, predictionRows } from '../../warehouse/model-tables.ts';
import { instant } from '../../warehouse/warehouse.ts';
import type { Check, Finding, Scope } from '../check.ts';
import type { RowSource } from '../profile.ts';
import { sourceOf } from '../reference.ts';
import type { JointRows } from './multivariate/encode.ts';
import { compareTexts } from './texts/compare-texts.ts';
import { compareVectorRows } from './vectors/compare-vector-rows.ts';

/** Drift of what texts and vectors hold; their length and their norm are watched as any number is. */
export const contents: Check = {
  name: 'drift',
  phase: 'closed',
  async measure(scope) {
    const { model, reference, from, to } = scope;
    if (!reference) return [];
    const findings: Finding[] = [];
    for (const [column, feature] of Object.entries(model.columns.features)) {
      if (!feature.drift || (feature.type !== 'text' && feature.type !== 'vector')) continue;
      const current = { sql: predictionRows(model), params: { from: instant(from), to: instant(to) } };
      const rows = {
        reference: valuesOf(sourceOf(model, reference.spans), column),
        current: valuesOf(current, column),
      };
      const measure = feature.type === 'text' ? texts : vectors;
      findings.push(...(await measure(scope, rows, feature)).map((finding) => ({ ...finding, column })));
    }
    return findings;
  },
};

type Rows = { reference: JointRows; current: JointRows };

const valuesOf = ({ sql, params }: RowSource, column: string): JointRows => ({
  sql: `(SELECT id AS __k, ${featureColumn(column)} AS __v0 FROM ${sql})`,
  params,
});

async function texts({ warehouse, monitor }: Scope, rows: Rows): Promise<Finding[]> {
  const { unseen, domain, tokens, sampled } = await compareTexts(warehouse, rows, monitor.multivariate.seed);
  const n = sampled.current;
  return [
    {
      ...{ metric: 'drift.unseen_token_share', value: unseen.current, n, reference: unseen.reference },
      detail: { ...unseen },
      ...answered(monitor, n, unseen),
    },
    {
      ...{ metric: 'drift.text_domain_auc', value: domain.auc, lower: domain.lower, upper: domain.upper, n },
      threshold: domain.threshold,
      detail: { drifted: domain.drifted, tokens, sampled },
      ...answered(monitor, n, domain),
    },
  ];
}

async function vectors({ warehouse, monitor }: Scope, rows: Rows, feature: FeatureConfig): Promise<Finding[]> {
  const { seed } = monitor.multivariate;
  const compared = await compareVectorRows(warehouse, rows, { ...feature, dimension: feature.dimension!, seed });
  const { means, mmd, current } = compared;
  const n = current.count;
  const common = { n, threshold: means.threshold, detail: { ...means }, ...answered(monitor, n, means) };
  return [
    { ...common, metric: 'drift.vector_distance', value: means.cosine },
    { ...common, metric: 'drift.vector_component_share', value: means.componentShare },
    {
      ...{ metric: 'drift.vector_mmd', value: mmd.unbiased, n, threshold: mmd.threshold, detail: { ...mmd } },
      ...answered(monitor, n, mmd),
    },
  ];
}

function answered(
  { minimumRows }: Scope['monitor'],
  n: number,
  { drifted, reason = '' }: { drifted: boolean | null; reason?: string },
): Pick<Finding, 'status' | 'reason'> {
  if (n === 0) return { status: 'no_data', reason: 'no value came in this window' };
  if (n < minimumRows) return { status: 'insufficient', reason: `${n} rows, and the monitor wants ${minimumRows}` };
  return { status: drifted === null ? 'insufficient' : 'ok', reason };
}
