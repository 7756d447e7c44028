import type { ModelConfig } from '@leeway/contract';
import {
  type BinarySummary,
  type MulticlassSummary,
  measurePerformance,
  type PerformanceSummary,
  type RegressionSummary,
} from '@leeway/stats';
import { featureColumn, labelledRows } from '../../warehouse/model-tables.ts';
import { instant, type Params, type Warehouse } from '../../warehouse/warehouse.ts';
import { type Check, type Finding, type Scope, sliceValues } from '../check.ts';

/** How right the model was, over the predictions whose label is in. */
export const performance: Check = {
  name: 'performance',
  phase: 'mature',
  async measure(scope) {
    const live = await measureRows(scope, "role = 'live' AND error = ''");
    const findings = live.flatMap(({ slice, summary, coverage }) =>
      asFindings(scope, summary, { slice, version: '', coverage }),
    );
    for (const column of scope.monitor.slices) {
      const sliced = await measureRows(scope, "role = 'live' AND error = ''", column);
      for (const { slice, summary, coverage } of sliced) {
        findings.push(...asFindings(scope, summary, { slice, version: '', coverage }));
      }
    }
    // Versions that scored the same rows in the shadow are measured beside: what the champion is worth against them.
    for (const version of await shadowVersions(scope)) {
      const shadow = await measureRows(scope, "role = 'shadow' AND version = {version:String}", undefined, { version });
      for (const { summary, coverage } of shadow)
        findings.push(...asFindings(scope, summary, { slice: '', version, coverage }));
    }
    return findings;
  },
};

interface Measured {
  slice: string;
  summary: PerformanceSummary;
  coverage: number;
}

function asFindings(
  { monitor, baseline }: Scope,
  summary: PerformanceSummary,
  at: { slice: string; version: string; coverage: number },
): Finding[] {
  return Object.entries(measurePerformance(summary)).map(([metric, { reason = '', ...estimate }]) => {
    const tooFew = estimate.n < monitor.minimumRows && estimate.value !== null;
    const status = estimate.value === null ? 'no_data' : tooFew || reason === 'insufficient' ? 'insufficient' : 'ok';
    return {
      ...at,
      metric,
      ...estimate,
      status,
      reason: tooFew ? `${estimate.n} labelled rows, and the monitor wants ${monitor.minimumRows}` : reason,
      reference: at.slice === '' ? (baseline[metric] ?? null) : null,
    };
  });
}

async function shadowVersions({ warehouse, model, from, to, asOf }: Scope): Promise<string[]> {
  const rows = await warehouse.query<{ version: string }>(
    `SELECT DISTINCT version FROM ${labelledRows(model, "role = 'shadow'")} ORDER BY version`,
    { from: instant(from), to: instant(to), asOf: instant(asOf) },
    'check/performance',
  );
  return rows.map((row) => row.version);
}

async function measureRows(scope: Scope, where: string, sliceColumn?: string, bound: Params = {}): Promise<Measured[]> {
  const slice = sliceColumn ? `concat({sliceName:String}, '=', toString(${featureColumn(sliceColumn)}))` : `''`;
  const wanted = sliceColumn
    ? `${where} AND toString(${featureColumn(sliceColumn)}) IN {sliceValues:Array(String)}`
    : where;
  const rows = labelledRows(scope.model, wanted);
  const params: Params = {
    from: instant(scope.from),
    to: instant(scope.to),
    asOf: instant(scope.asOf),
    ...bound,
    ...(sliceColumn ? { sliceName: sliceColumn, sliceValues: sliceValues(scope, sliceColumn) } : {}),
  };
  const counts = await scope.warehouse.query<{ slice: string; rows: number; labelled: number }>(
    `SELECT ${slice} AS slice, count() AS rows, count(label) AS labelled FROM ${rows} GROUP BY slice`,
    params,
    'check/performance',
  );
  const coverage = new Map(counts.map((row) => [row.slice, row.rows === 0 ? 0 : row.labelled / row.rows]));
  const summaries = await SUMMARIZE[scope.model.task](scope.warehouse, scope.model, rows, slice, params);
  return summaries.map(({ slice: name, summary }) => ({ slice: name, summary, coverage: coverage.get(name) ?? 0 }));
}

/** What is needed to know of a model to count how right it was. */
export type ScoredModel = Pick<ModelConfig, 'task'> & { columns: Pick<ModelConfig['columns'], 'positive'> };

type Summarize = (
  warehouse: Warehouse,
  model: ScoredModel,
  rows: string,
  slice: string,
  params: Params,
) => Promise<{ slice: string; summary: PerformanceSummary }[]>;

/** Sufficient statistics of rows (SQL with `label`, `prediction` and, for a binary task, `score`), by slice. */
export const SUMMARIZE: Record<ModelConfig['task'], Summarize> = {
  binary: summarizeBinary,
  multiclass: summarizeMulticlass,
  regression: summarizeRegression,
};

const CALIBRATION_BINS = 15;

/** The sufficient statistics of a binary classifier, counted by the engine; see BinarySummary for what each means. */
async function summarizeBinary(warehouse: Warehouse, model: ScoredModel, rows: string, slice: string, given: Params) {
  const params = { ...given, positive: model.columns.positive };
  const scored = `(SELECT ${slice} AS slice, label = {positive:String} AS y, prediction = {positive:String} AS said, score AS p,
      least(greatest(assumeNotNull(score), 2.220446049250313e-16), 1 - 2.220446049250313e-16) AS clipped,
      -if(y, log(clipped), log(1 - clipped)) AS rowLoss, pow(assumeNotNull(score) - y, 2) AS rowSquare
    FROM ${rows} WHERE label IS NOT NULL AND prediction IS NOT NULL)`;
  const [main, bins, aucs] = await Promise.all([
    warehouse.query<
      Record<'n' | 'tp' | 'fp' | 'tn' | 'fn' | 'scored' | 'loss' | 'loss2' | 'brier' | 'brier2', number> & {
        slice: string;
      }
    >(
      `SELECT slice, count() AS n, countIf(y AND said) AS tp, countIf(NOT y AND said) AS fp, countIf(NOT y AND NOT said) AS tn,
         countIf(y AND NOT said) AS fn, count(p) AS scored, sum(rowLoss) AS loss, sum(rowLoss * rowLoss) AS loss2, sum(rowSquare) AS brier,
         sum(rowSquare * rowSquare) AS brier2 FROM ${scored} GROUP BY slice ORDER BY slice`,
      params,
      'check/binary',
    ),
    warehouse.query<{ slice: string; bin: number; n: number; s: number; y: number }>(
      `SELECT slice, least(toUInt8(floor(assumeNotNull(p) * ${CALIBRATION_BINS})), ${CALIBRATION_BINS - 1}) AS bin, count() AS n, sum(p) AS s,
         countIf(y) AS y FROM ${scored} WHERE p IS NOT NULL GROUP BY slice, bin`,
      params,
      'check/binary',
    ),
    warehouse.query<{
      slice: string;
      positives: number;
      negatives: number;
      concordant: number;
      pos2: number;
      neg2: number;
    }>(
      `SELECT slice, sum(a) AS positives, sum(b) AS negatives, sum(a * below) AS concordant, sum(a * pow(below / allB, 2)) AS pos2,
         sum(b * pow(above / allA, 2)) AS neg2
       FROM (
         SELECT slice, a, b, sum(b) OVER upTo - b / 2 AS below, sum(a) OVER whole - sum(a) OVER upTo + a / 2 AS above,
           sum(a) OVER whole AS allA, sum(b) OVER whole AS allB
         FROM (SELECT slice, p, countIf(y) AS a, countIf(NOT y) AS b FROM ${scored} WHERE p IS NOT NULL GROUP BY slice, p)
         WINDOW upTo AS (PARTITION BY slice ORDER BY p), whole AS (PARTITION BY slice)
       ) GROUP BY slice`,
      params,
      'check/binary',
    ),
  ]);
  const aucOf = new Map(aucs.map((row) => [row.slice, row]));
  return main.map((row) => {
    const calibration = Array.from({ length: CALIBRATION_BINS }, () => ({ n: 0, scoreSum: 0, positives: 0 }));
    for (const bin of bins)
      if (bin.slice === row.slice) calibration[bin.bin] = { n: bin.n, scoreSum: bin.s, positives: bin.y };
    const auc = aucOf.get(row.slice);
    const summary: BinarySummary = {
      task: 'binary',
      ...{ n: row.n, tp: row.tp, fp: row.fp, tn: row.tn, fn: row.fn },
      logLossSum: row.loss,
      logLossSumSquares: row.loss2,
      brierSum: row.brier,
      brierSumSquares: row.brier2,
      calibration,
      auc: auc
        ? {
            positives: auc.positives,
            negatives: auc.negatives,
            concordant: auc.concordant,
            posVarSum: auc.pos2 ?? 0,
            negVarSum: auc.neg2 ?? 0,
          }
        : null,
    };
    return { slice: row.slice, summary };
  });
}

async function summarizeRegression(
  warehouse: Warehouse,
  _model: ScoredModel,
  rows: string,
  slice: string,
  params: Params,
) {
  const errors = `(SELECT ${slice} AS slice, assumeNotNull(label) AS y, assumeNotNull(prediction) - y AS e
    FROM ${rows} WHERE label IS NOT NULL AND prediction IS NOT NULL)`;
  const found = await warehouse.query<Omit<RegressionSummary, 'task'> & { slice: string }>(
    `SELECT slice, count() AS n, sum(e) AS sumError, sum(abs(e)) AS sumAbsError, sum(e * e) AS sumSquaredError,
       sum(pow(e, 4)) AS sumFourthPowerError, sumIf(abs(e / y), y != 0) AS sumAbsPercentageError,
       sumIf(pow(e / y, 2), y != 0) AS sumAbsPercentageErrorSquares, countIf(y != 0) AS percentageCount, avg(y) AS targetMean,
       varPop(y) * count() AS targetSumSquares FROM ${errors} GROUP BY slice ORDER BY slice`,
    params,
    'check/regression',
  );
  return found.map(({ slice: name, ...sums }) => ({ slice: name, summary: { task: 'regression' as const, ...sums } }));
}

async function summarizeMulticlass(
  warehouse: Warehouse,
  _model: ScoredModel,
  rows: string,
  slice: string,
  params: Params,
) {
  const cells = await warehouse.query<{ slice: string; label: string; prediction: string; n: number }>(
    `SELECT ${slice} AS slice, toString(label) AS label, toString(prediction) AS prediction, count() AS n
     FROM ${rows} WHERE label IS NOT NULL AND prediction IS NOT NULL GROUP BY slice, label, prediction ORDER BY slice`,
    params,
    'check/multiclass',
  );
  return [...new Set(cells.map((cell) => cell.slice))].map((name) => {
    const own = cells.filter((cell) => cell.slice === name);
    const labels = [...new Set(own.flatMap((cell) => [cell.label, cell.prediction]))].sort();
    const matrix = labels.map(() => labels.map(() => 0));
    for (const cell of own) matrix[labels.indexOf(cell.label)]![labels.indexOf(cell.prediction)] = cell.n;
    const summary: MulticlassSummary = {
      task: 'multiclass',
      labels,
      matrix,
      logLossCount: 0,
      logLossSum: 0,
      logLossSumSquares: 0,
    };
    return { slice: name, summary };
  });
}
