import type { ModelConfig } from '@leeway/contract';
import { predictionRows } from '../../warehouse/model-tables.ts';
import { instant } from '../../warehouse/warehouse.ts';
import type { Check, Finding, Scope } from '../check.ts';
import type { RowSource } from '../profile.ts';
import { type Reference, sourceOf } from '../reference.ts';
import { type WatchedColumn, watchedColumns } from '../summaries.ts';
import { compareRows, type JointComparison, type JointReference, learnReference } from './multivariate/compare-rows.ts';
import { MMD_ROWS } from './multivariate/compare-samples.ts';
import type { JointRows } from './multivariate/encode.ts';

const METRIC = {
  pca: 'multivariate.reconstruction_error',
  domain_classifier: 'multivariate.domain_auc',
  mmd: 'multivariate.mmd',
} as const;

/** Whether the features, taken together, are still as in the reference: what no single column shows. */
export const multivariate: Check = {
  name: 'multivariate',
  phase: 'closed',
  async measure(scope) {
    const { warehouse, model, monitor, reference, from, to } = scope;
    const { methods } = monitor.multivariate;
    const nothing = (status: 'no_data' | 'insufficient', reason: string) =>
      methods.map((method): Finding => ({ metric: METRIC[method], value: null, n: 0, status, reason }));
    if (!reference) return nothing('no_data', 'there is no reference yet');
    const columns = jointColumns(model);
    if (columns.length < 2) return nothing('insufficient', 'fewer than two features are watched for drift');
    const rows = {
      reference: jointRows(sourceOf(model, reference.spans), columns),
      current: jointRows({ sql: predictionRows(model), params: { from: instant(from), to: instant(to) } }, columns),
    };
    const learned = await learnedOf(scope, reference, rows.reference, columns);
    const compared = await compareRows(warehouse, rows, columns, learned, monitor.multivariate);
    return methods.map((method) => judged(scope, FINDINGS[method](compared, learned)));
  },
};

/** Features that are watched for drift and have one number or category a row. */
function jointColumns(model: ModelConfig): WatchedColumn[] {
  return watchedColumns(model).filter(({ feature }) => feature !== null && model.columns.features[feature]?.drift);
}

const jointRows = ({ sql, params }: RowSource, columns: readonly WatchedColumn[]): JointRows => ({
  sql: `(SELECT id AS __k, toUnixTimestamp64Milli(time) AS __t,
    ${columns.map(({ expression }, i) => `${expression} AS __v${i}`).join(', ')} FROM ${sql})`,
  params,
});

/** A reference is the same object for all its windows, so what is learned of it is kept beside it. */
const learned = new WeakMap<Reference, Promise<JointReference>>();

function learnedOf(
  { warehouse }: Scope,
  reference: Reference,
  rows: JointRows,
  columns: readonly WatchedColumn[],
): Promise<JointReference> {
  const present = learned.get(reference);
  if (present) return present;
  const promise = learnReference(warehouse, rows, columns);
  learned.set(reference, promise);
  promise.catch(() => learned.delete(reference));
  return promise;
}

type Answer = Finding & { verdict: boolean | null };

const FINDINGS: Record<keyof typeof METRIC, (found: JointComparison, learned: JointReference) => Answer> = {
  pca({ pca }, { fitted }) {
    const metric = METRIC.pca;
    if (!pca || !fitted) {
      const reason = 'the features do not vary together: their principal components leave nothing over';
      return { metric, value: null, n: 0, status: 'insufficient', reason, verdict: null };
    }
    const { value, lower, upper, thresholds, drifted, reason = '', n, components, variance } = pca;
    return {
      ...{ metric, value, lower, upper, n, reason, verdict: drifted },
      threshold: thresholds?.upper ?? null,
      reference: fitted.reference.mean,
      detail: { drifted, thresholds, components, variance },
    };
  },
  domain_classifier({ domain, sampled }) {
    const { auc, lower, upper, threshold, drifted, columns, reason = '' } = domain!;
    return {
      ...{ metric: METRIC.domain_classifier, value: auc, lower, upper, threshold, reason, verdict: drifted },
      n: sampled.current,
      detail: { drifted, sampled, separating: columns.slice(0, 10) },
    };
  },
  mmd({ mmd, sampled }) {
    const metric = METRIC.mmd;
    if (!mmd) {
      const reason = 'the reference holds no values, or values too large for sums of doubles';
      return { metric, value: null, n: 0, status: 'insufficient', reason, verdict: null };
    }
    const { unbiased, biased, pValue, bandwidth, permutations, seed, threshold, drifted, reason = '' } = mmd;
    return {
      ...{ metric, value: unbiased, threshold, reason, verdict: drifted },
      n: Math.min(sampled.current, MMD_ROWS),
      detail: { drifted, p_value: pValue, biased, bandwidth, permutations, seed },
    };
  },
};

function judged({ monitor }: Scope, { verdict, ...finding }: Answer): Finding {
  if (finding.n === 0) return { ...finding, status: finding.status ?? 'no_data', reason: finding.reason || 'no_data' };
  const few = finding.n < Math.min(monitor.minimumRows, MMD_ROWS);
  if (few)
    return {
      ...finding,
      status: 'insufficient',
      reason: `${finding.n} rows, and the monitor wants ${monitor.minimumRows}`,
    };
  return { ...finding, status: verdict === null ? 'insufficient' : 'ok' };
}
