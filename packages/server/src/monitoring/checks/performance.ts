import type { ModelConfig } from '@leeway/contract';
import {
  type BinarySummary,
  type MulticlassSummary,
  measurePerformance,
  type PerformanceSummary,
  type RegressionSummary,
} from '@leeway/stats';
import { featureColumn, INSTANT, labelledRows, predictionsTable } from '../../warehouse/model-tables.ts';
import { instant, type Params, type Warehouse } from '../../warehouse/warehouse.ts';
import { type Check, type Finding, type Scope, sliceValues } from '../check.ts';
import { sliceSql } from '../profile.ts';

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

interface Measured {
  slice: string;
  summary: PerformanceSummary;
  coverage: number;
}

function asFindings({ monitor, baseline }: Scope, { slice, summary, coverage }: Measured, version: string): Finding[] {
  return Object.entries(measurePerformance(summary)).map(([metric, { reason = '', ...estimate }]) => {
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

async function measureRows(scope: Scope, where: string, { slice, whole, params: bound }: Wanted): Promise<Measured[]> {
  const { warehouse, model, from, to, asOf } = scope;
  const params: Params = {
    ...bound,
    from: instant(from),
    to: instant(to),
    asOf: instant(asOf),
    ...(slice ? { sliceValues: sliceValues(scope, slice) } : {}),
  };
  const slices = slice ? sliceSql({ column: slice, expression: featureColumn(slice), values: [], whole }) : `''`;
  const rows = `(SELECT *, ${slices} AS slice FROM ${labelledRows(model, where)})`;
  return SUMMARIZE[model.task](warehouse, model, rows, params);
}

/** What has to be known of a model to count how right it was. */
export type ScoredModel = Pick<ModelConfig, 'task'> & { columns: Pick<ModelConfig['columns'], 'positive'> };

/** Summarises rows that have a column `slice`, those without a label among them. */
type Summarize = (warehouse: Warehouse, model: ScoredModel, rows: string, params: Params) => Promise<Measured[]>;

export const SUMMARIZE: Record<ModelConfig['task'], Summarize> = {
  binary: summarizeBinary,
  multiclass: summarizeMulticlass,
  regression: summarizeRegression,
};

const CALIBRATION_BINS = 15;

type BinaryRow = Record<
  | 'rows'
  | 'n'
  | 'tp'
  | 'fp'
  | 'tn'
  | 'fn'
  | 'loss'
  | 'loss2'
  | 'brier'
  | 'brier2'
  | 'positives'
  | 'negatives'
  | 'concordant'
  | 'pos2'
  | 'neg2',
  number
> & { slice: string; bins: [bin: number[], n: number[], sum: number[], positives: number[]] };

/**
 * The sufficient statistics of a binary classifier, counted by the engine in one pass; see BinarySummary for what each means.
 * Rows are first counted by score: all sums over rows are sums over scores, and ranks are running sums.
 *
 *   a, b      positives and negatives with the score p         u  rows without a label, or without a prediction
 *   below     negatives with a lower score, half of those tied  above  positives with a higher score, half of those tied
 */
async function summarizeBinary(
  warehouse: Warehouse,
  model: ScoredModel,
  rows: string,
  params: Params,
): Promise<Measured[]> {
  const found = await warehouse.query<BinaryRow>(
    `SELECT slice, sum(a + b + u) AS rows, sum(a + b) AS n, sum(hit) AS tp, sum(alarm) AS fp, sum(b) - sum(alarm) AS tn,
       sum(a) - sum(hit) AS fn, sum(a * lossA + b * lossB) AS loss, sum(a * lossA * lossA + b * lossB * lossB) AS loss2,
       sum(a * pow(1 - p, 2) + b * p * p) AS brier, sum(a * pow(1 - p, 4) + b * pow(p, 4)) AS brier2,
       sumIf(a, scored) AS positives, sumIf(b, scored) AS negatives, sumIf(a * below, scored) AS concordant,
       sumIf(a * pow(below / allB, 2), scored AND allB > 0) AS pos2, sumIf(b * pow(above / allA, 2), scored AND allA > 0) AS neg2,
       sumMapIf([bin], [a + b], [(a + b) * p], [a], scored AND a + b > 0) AS bins
     FROM (
       SELECT *, sum(b) OVER upTo - b / 2 AS below, sum(a) OVER whole - sum(a) OVER upTo + a / 2 AS above,
         sum(a) OVER whole AS allA, sum(b) OVER whole AS allB
       FROM (
         SELECT slice, isNotNull(score) AS scored, ifNull(score, 0) AS p, countIf(label = {positive:String} AND known) AS a,
           countIf(label != {positive:String} AND known) AS b, countIf(NOT known) AS u,
           countIf(label = {positive:String} AND prediction = {positive:String}) AS hit,
           countIf(label != {positive:String} AND prediction = {positive:String}) AS alarm,
           least(greatest(p, 2.220446049250313e-16), 1 - 2.220446049250313e-16) AS clipped,
           if(scored, -log(clipped), 0) AS lossA, if(scored, -log(1 - clipped), 0) AS lossB,
           toUInt8(least(floor(p * ${CALIBRATION_BINS}), ${CALIBRATION_BINS - 1})) AS bin
         FROM (SELECT slice, score, label, prediction, label IS NOT NULL AND prediction IS NOT NULL AS known FROM ${rows})
         GROUP BY slice, score
       ) WINDOW upTo AS (PARTITION BY slice, scored ORDER BY p), whole AS (PARTITION BY slice, scored)
     ) GROUP BY slice ORDER BY slice`,
    { ...params, positive: model.columns.positive },
    'check/binary',
  );
  return found.map((row) => {
    const calibration = Array.from({ length: CALIBRATION_BINS }, () => ({ n: 0, scoreSum: 0, positives: 0 }));
    const [bins, n, sums, positives] = row.bins;
    bins.forEach((bin, i) => {
      calibration[bin] = { n: n[i]!, scoreSum: sums[i]!, positives: positives[i]! };
    });
    const summary: BinarySummary = {
      task: 'binary',
      n: row.n,
      tp: row.tp,
      fp: row.fp,
      tn: row.tn,
      fn: row.fn,
      logLossSum: row.loss,
      logLossSumSquares: row.loss2,
      brierSum: row.brier,
      brierSumSquares: row.brier2,
      calibration,
      auc: {
        positives: row.positives,
        negatives: row.negatives,
        concordant: row.concordant,
        posVarSum: row.pos2,
        negVarSum: row.neg2,
      },
    };
    return { slice: row.slice, summary, coverage: row.rows === 0 ? 0 : row.n / row.rows };
  });
}

async function summarizeRegression(
  warehouse: Warehouse,
  _model: ScoredModel,
  rows: string,
  params: Params,
): Promise<Measured[]> {
  const found = await warehouse.query<Omit<RegressionSummary, 'task'> & { slice: string; rows: number }>(
    `SELECT slice, count() AS rows, count(e) AS n, sum(e) AS sumError, sum(abs(e)) AS sumAbsError, sum(e * e) AS sumSquaredError,
       sum(pow(e, 4)) AS sumFourthPowerError, sumIf(abs(e / y), y != 0) AS sumAbsPercentageError,
       sumIf(pow(e / y, 2), y != 0) AS sumAbsPercentageErrorSquares, countIf(y != 0) AS percentageCount,
       avg(y) AS targetMean, varPop(y) * count(e) AS targetSumSquares
     FROM (SELECT slice, prediction - label AS e, if(prediction IS NULL, NULL, label) AS y FROM ${rows}) GROUP BY slice ORDER BY slice`,
    params,
    'check/regression',
  );
  return found.map(({ slice, rows: all, ...sums }) => {
    const known = Object.fromEntries(Object.entries(sums).map(([name, value]) => [name, value ?? 0])) as typeof sums;
    return { slice, summary: { task: 'regression', ...known }, coverage: all === 0 ? 0 : sums.n / all };
  });
}

async function summarizeMulticlass(
  warehouse: Warehouse,
  _model: ScoredModel,
  rows: string,
  params: Params,
): Promise<Measured[]> {
  const cells = await warehouse.query<{ slice: string; label: string | null; prediction: string | null; n: number }>(
    `SELECT slice, label, prediction, count() AS n FROM ${rows} GROUP BY slice, label, prediction ORDER BY slice`,
    params,
    'check/multiclass',
  );
  return [...new Set(cells.map((cell) => cell.slice))].map((slice) => {
    const own = cells.filter((cell) => cell.slice === slice);
    const known = own.filter((cell): cell is { slice: string; label: string; prediction: string; n: number } => {
      return cell.label !== null && cell.prediction !== null;
    });
    const labels = [...new Set(known.flatMap((cell) => [cell.label, cell.prediction]))].sort();
    const matrix = labels.map(() => labels.map(() => 0));
    for (const cell of known) matrix[labels.indexOf(cell.label)]![labels.indexOf(cell.prediction)] = cell.n;
    const count = (some: typeof own) => some.reduce((sum, cell) => sum + cell.n, 0);
    const summary: MulticlassSummary = {
      task: 'multiclass',
      labels,
      matrix,
      logLossCount: 0,
      logLossSum: 0,
      logLossSumSquares: 0,
    };
    return { slice, summary, coverage: count(own) === 0 ? 0 : count(known) / count(own) };
  });
}
